// The dates of a term and its enrollment window, resolved to instants before the domain sees them.

/// When a term runs: both days inclusive, with the instants that the store's time zone gives them.
public struct TermDates: Hashable, Sendable {
    /// The first day.
    public let startDate: Day
    /// The last day.
    public let endDate: Day
    /// The first instant of ``startDate``: where the default enrollment window closes.
    public let startsAt: Timestamp
    /// The first instant after ``endDate``: no enrollment window reaches past it.
    public let endsAt: Timestamp

    /// Makes dates whose days were resolved to instants in the store's time zone.
    public init(startDate: Day, endDate: Day, startsAt: Timestamp, endsAt: Timestamp) {
        self.startDate = startDate
        self.endDate = endDate
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

/// The half-open interval in which people may apply.
public struct EnrollmentWindow: Hashable, Sendable {
    /// The first instant at which applications are taken.
    public let opensAt: Timestamp
    /// The first instant at which it is too late.
    public let closesAt: Timestamp

    /// Makes a window from one instant up to another.
    public init(opensAt: Timestamp, closesAt: Timestamp) {
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}
