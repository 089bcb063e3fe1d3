// The values that random commands carry: mostly good ones from small pools, so that they meet again; some bad ones.

import Enrollment

extension CommandGenerator {
    mutating func email() -> String {
        if random.chance(1, in: 12) {
            return random.pick([
                "", "  ", "kim", "@", "a@", "@b.kr", "a@b@c.kr", "a b@c.kr", "a@b\u{3000}c.kr", "a\u{7}@b.kr",
                "a@\u{7F}b.kr", String(repeating: "ㅎ", count: 105) + "@b.kr",
                String(repeating: "h", count: 315) + "@b.kr", String(repeating: "h", count: 316) + "@b.kr",
            ])
        }
        let address = random.pick(["kim", "lee", "Park", "ÄNNE", "Ünal", "choi", "jung", "한"]) + "@example.kr"
        switch random.below(6) {
        case 0: return " \(address)\n"
        case 1: return address.uppercased()
        case 2: return "\(random.below(10))\(address)"
        default: return address
        }
    }

    mutating func name() -> String { text(limit: 400, mayBeBlank: false) }
    mutating func title() -> String { text(limit: 500, mayBeBlank: false) }
    mutating func category() -> String { text(limit: 200, mayBeBlank: true) }

    mutating func description() -> String {
        random.chance(1, in: 8) ? "first\n\tsecond\r\nthird" : text(limit: 16_000, mayBeBlank: true)
    }

    mutating func reason() -> PersonalText? {
        if random.chance(1, in: 3) { return nil }
        return .plain(random.chance(1, in: 8) ? "one\r\n\ttwo" : text(limit: 2_000, mayBeBlank: true))
    }

    mutating func sourceID() -> String? {
        if random.chance(1, in: 2) { return nil }
        if random.chance(1, in: 4) { return text(limit: 200, mayBeBlank: false) }
        return "\(random.below(12))"
    }

    private mutating func text(limit: Int, mayBeBlank: Bool) -> String {
        if random.chance(1, in: mayBeBlank ? 6 : 16) { return random.pick(["", " \u{2003}", "\n"]) }
        switch random.below(40) {
        case 0: return String(repeating: "x", count: limit + 1)
        case 1: return String(repeating: "x", count: limit)
        case 2: return random.pick(["bell\u{7}", "delete\u{7F}", "null\u{0}", "escape\u{1B}[0m", "two\u{0B}lines"])
        case 3: return random.pick(["two\nlines", "tab\there"])
        case 4: return " \u{A0}spaced out\u{3000} "
        default: return random.pick(["분반", "Algebra", "Zoë", "fair", "late"])
        }
    }

    mutating func role(in state: EnrollmentState) -> Role {
        // Somebody has to administer, and somebody has to teach.
        if state.users.count == 1 { return .admin }
        switch random.below(20) {
        case 0, 1: return .admin
        case 2...4: return .operator
        case 5...8: return .instructor
        case 9...16: return .student
        default: return .user
        }
    }

    mutating func termNumber() -> Int {
        random.chance(1, in: 20) ? random.pick([0, -1, 1_000_000, 1_000_001, .max, .min]) : random.below(12) + 1
    }

    mutating func capacity() -> Int {
        switch random.below(30) {
        case 0: random.pick([0, -1, .min, .max, 1_000_000_000, 1_000_000_001])
        case 1...4: random.below(20) + 1
        default: random.below(4) + 1
        }
    }

    mutating func dates() -> TermDates {
        let today = Int((now.rawValue - Timestamp.testStart.rawValue) / 86_400_000_000)
        switch random.below(20) {
        case 0: return .days(today + 5, today + 4)
        case 1:
            let good = TermDates.days(today, today + 5)
            return TermDates(
                startDate: good.startDate, endDate: good.endDate,
                startsAt: random.chance(1, in: 2) ? good.endsAt : Timestamp(microseconds: .min),
                endsAt: random.chance(1, in: 2) ? good.endsAt : Timestamp(microseconds: .max))
        case 2:
            let good = TermDates.days(today + 2, today + 5)
            return TermDates(
                startDate: good.endDate, endDate: good.startDate, startsAt: good.startsAt, endsAt: good.endsAt)
        default:
            let first = today + random.below(24) - 2
            return .days(first, first + random.below(12))
        }
    }
}
