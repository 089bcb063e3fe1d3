// The plan of an import of polled seat counts: what must have happened between two polls of a section, done again with
// made-up people. The polls give totals only, so who it was is not known; how many, and when at the latest, is.

import Enrollment
import EnrollmentEngine

/// Makes the plan.
struct SeatsPlanner {
    private static let kind = "seats"
    private static let reason = "as polled"

    /// One poll of one section.
    private struct Poll {
        let row: CSVRow
        let section: String
        let time: Timestamp
        let enrolled: Int
        let total: Int

        /// A term has at least one seat; a section of none is imported as one of a single seat.
        var capacity: Int { max(1, total) }
    }

    /// A section as the polls so far left it.
    private struct Section {
        var enrolled = 0
        var capacity: Int
    }

    private let calendar: StoreCalendar
    private var plan = ImportPlan(kind: kind)
    private var sections: [String: Section] = [:]

    /// - Throws: ``Failure`` where the file cannot be read.
    static func plan(path: String, calendar: StoreCalendar) throws -> ImportPlan {
        var table = try CSVTable(
            path: path, columns: ["section", "time", "enrolled", "available", "waitlisted", "total"])
        let polls = table.readRows { row throws(InputFault) in try poll(row, calendar) }
        var planner = SeatsPlanner(calendar: calendar)
        planner.plan.count(table)
        planner.makePlan(polls)
        return planner.plan
    }

    private init(calendar: StoreCalendar) { self.calendar = calendar }

    private static func poll(_ row: CSVRow, _ calendar: StoreCalendar) throws(InputFault) -> Poll {
        let text = try row.requiredText("time")
        // The polls are in UTC, whatever the time zone of the store.
        guard let time = calendar.timestamp(text + "Z") else {
            throw row.fault("time", expected: "a time in UTC as YYYY-MM-DDThh:mm:ss")
        }
        return Poll(
            row: row, section: try row.requiredText("section"), time: time,
            enrolled: try row.number("enrolled", in: 0...100_000),
            total: try row.number("total", in: 0...1_000_000_000))
    }

    private mutating func makePlan(_ polls: [Poll]) {
        for poll in polls where poll.total == 0 {
            plan.note(
                poll.row.source, what: poll.section, code: "NO_SEATS", observed: "total 0, taken as capacity 1")
        }
        // Equal times keep the order of the file.
        let indices = polls.indices.sorted { (polls[$0].time, $0) < (polls[$1].time, $1) }
        addPeople(polls)
        addTerms(polls, inOrder: indices)
        for index in indices { addChanges(polls[index]) }
    }

    /// One pool for all sections: the n-th person of a section is the n-th of the pool.
    private mutating func addPeople(_ polls: [Poll]) {
        guard let source = polls.first?.row.source else { return }
        let most = polls.map(\.enrolled).max() ?? 0
        for number in stride(from: 1, through: most, by: 1) {
            let id = Self.person(number)
            append(
                "user", [id], source,
                .registerUser(email: "\(id)@seats.example", name: "Seat \(number)", role: .student, sourceID: id))
        }
    }

    /// Courses and terms in the order of the file; the capacity is that of the earliest poll.
    private mutating func addTerms(_ polls: [Poll], inOrder indices: [Int]) {
        for index in indices where sections[polls[index].section] == nil {
            sections[polls[index].section] = Section(capacity: polls[index].capacity)
        }
        var terms: [String: Int] = [:]
        var known: Set<String> = []
        guard let first = Day(year: 2022, month: 9, day: 22), let last = Day(year: 2022, month: 12, day: 10),
            let newYear = Day(year: 2022, month: 1, day: 1)
        else { preconditionFailure("the dates of the fall term exist") }
        let dates = calendar.dates(from: first, through: last)
        let window = EnrollmentWindow(opensAt: calendar.startOfDay(newYear), closesAt: dates.endsAt)
        for poll in polls where known.insert(poll.section).inserted {
            let source = poll.row.source
            let course = Self.course(of: poll.section)
            let number = terms[course, default: 0] + 1
            terms[course] = number
            if number == 1 {
                append(
                    "course", [course], source,
                    .createCourse(title: course, description: "", category: "", instructor: nil, sourceID: course))
                append("publish", [course], source, .publishCourse(course))
            }
            let capacity = sections[poll.section]?.capacity ?? poll.capacity
            append(
                "term", [poll.section, String(capacity)], source,
                .scheduleTerm(
                    course: course, termNumber: number, dates: dates, capacity: capacity, admission: .firstCome,
                    sourceID: poll.section))
            append("window", [poll.section], source, .setEnrollmentWindow(poll.section, window))
        }
    }

    /// Drops first, latest taken first; then the capacity; then additions, above it by override.
    private mutating func addChanges(_ poll: Poll) {
        guard var section = sections[poll.section] else { return }
        while section.enrolled > poll.enrolled {
            append("drop", poll, ordinal: section.enrolled, .cancel(place(poll, section.enrolled), reason: nil))
            section.enrolled -= 1
        }
        if section.capacity != poll.capacity {
            let isBelow = poll.capacity < section.enrolled
            append(
                "capacity", poll,
                .changeTermCapacity(
                    poll.section, to: poll.capacity, allowOverbooked: isBelow, reason: isBelow ? Self.reason : nil))
            section.capacity = poll.capacity
        }
        while section.enrolled < poll.enrolled {
            section.enrolled += 1
            let place = place(poll, section.enrolled)
            append(
                "add", poll, ordinal: section.enrolled,
                section.enrolled <= section.capacity
                    ? .apply(place) : .enrollDirectly(place, override: true, reason: Self.reason))
        }
        sections[poll.section] = section
    }

    private func place(_ poll: Poll, _ number: Int) -> Place {
        Place(user: Self.person(number), term: poll.section)
    }

    private static func person(_ number: Int) -> String {
        let digits = String(number)
        return "seat-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private static func course(of section: String) -> String {
        section.lastIndex(of: "_").map { String(section[..<$0]) } ?? section
    }

    private mutating func append(_ verb: String, _ poll: Poll, ordinal: Int = 0, _ request: ImportRequest) {
        let id = ImportID.of(
            Self.kind, verb, poll.row.fields, occurrence: poll.row.occurrence, ordinal: ordinal)
        plan.append(ImportStep(source: poll.row.source, id: id, request: request, effectiveAt: poll.time))
    }

    private mutating func append(
        _ verb: String, _ key: [String], _ source: LineReference, _ request: ImportRequest
    ) {
        plan.append(
            ImportStep(
                source: source, id: ImportID.of(Self.kind, verb, key, occurrence: 1), request: request))
    }
}
