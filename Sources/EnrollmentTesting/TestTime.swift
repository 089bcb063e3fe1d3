// Instants and dates in the words of a test: days counted from one fixed start.

public import Enrollment

extension Timestamp {
    /// Day 0 of tests: 2027-01-01T00:00:00Z.
    public static let testStart = Timestamp(microseconds: 1_798_761_600_000_000)

    /// The first instant of a test's `day`, or some hours into it.
    public static func day(_ day: Int, hour: Int = 0) -> Timestamp { testStart.advanced(hours: day * 24 + hour) }

    /// The instant so many hours later.
    public func advanced(hours: Int) -> Timestamp {
        Timestamp(microseconds: rawValue + Int64(hours) * 3_600_000_000)
    }

    /// The instant so many microseconds later.
    public func advanced(microseconds: Int64) -> Timestamp { Timestamp(microseconds: rawValue + microseconds) }
}

extension TermDates {
    /// A term from the first to the last of a test's days, both inclusive, in UTC.
    public static func days(_ first: Int, _ last: Int) -> TermDates {
        let start = Day(daysSinceEpoch: 20_819)
        return TermDates(
            startDate: start.advanced(by: first), endDate: start.advanced(by: last), startsAt: .day(first),
            endsAt: .day(last + 1))
    }
}

extension EnrollmentWindow {
    /// From the first instant of one of a test's days to the first instant of another.
    public static func days(_ opens: Int, _ closes: Int) -> EnrollmentWindow {
        EnrollmentWindow(opensAt: .day(opens), closesAt: .day(closes))
    }
}
