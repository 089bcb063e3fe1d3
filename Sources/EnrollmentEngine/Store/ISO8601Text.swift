// The part of ISO 8601 (RFC 3339) that inputs use: YYYY-MM-DDThh:mm[:ss[.ffffff]][Z|±hh:mm], `T` or a blank between.

internal import Enrollment

struct ISO8601Text {
    let day: Day
    let hour: Int
    let minute: Int
    let second: Int
    let microsecond: Int
    /// Nil where the text names no offset.
    let offsetSeconds: Int?

    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard rest.count >= 16, let day = Day(String(decoding: rest.prefix(10), as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(10)
        guard rest.first == UInt8(ascii: "T") || rest.first == UInt8(ascii: " ") else { return nil }
        rest = rest.dropFirst()
        guard let hour = Self.two(&rest), hour < 24, Self.skip(":", &rest), let minute = Self.two(&rest), minute < 60
        else { return nil }
        var second = 0
        var microsecond = 0
        if Self.skip(":", &rest) {
            guard let value = Self.two(&rest), value < 60 else { return nil }
            second = value
            if Self.skip(".", &rest) {
                guard let value = Self.fraction(&rest) else { return nil }
                microsecond = value
            }
        }
        guard let offset = Self.offset(&rest), rest.isEmpty else { return nil }
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        offsetSeconds = offset.seconds
    }

    func timestamp(offsetSeconds: Int) -> Timestamp {
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offsetSeconds)
        return Timestamp(microseconds: seconds * 1_000_000 + Int64(microsecond))
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func two(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 2, let tens = digit(rest[rest.startIndex]), let ones = digit(rest[rest.startIndex + 1])
        else { return nil }
        rest = rest.dropFirst(2)
        return tens * 10 + ones
    }

    private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// One to six decimals, as microseconds.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var value = 0
        var count = 0
        while let byte = rest.first, let next = digit(byte) {
            guard count < 6 else { return nil }
            value = value * 10 + next
            count += 1
            rest = rest.dropFirst()
        }
        guard count > 0 else { return nil }
        for _ in count..<6 { value *= 10 }
        return value
    }

    private static func offset(_ rest: inout ArraySlice<UInt8>) -> (seconds: Int?, Void)? {
        if rest.isEmpty { return (nil, ()) }
        if skip("Z", &rest) { return (0, ()) }
        let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard skip("+", &rest) || skip("-", &rest), let hours = two(&rest), hours < 24, skip(":", &rest),
            let minutes = two(&rest), minutes < 60
        else { return nil }
        return (sign * (hours * 3600 + minutes * 60), ())
    }
}
