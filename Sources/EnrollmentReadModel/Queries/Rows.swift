// The rows of the public tables as plain values.

public import Enrollment
public import EventLog

/// A row of `users`.
public struct UserRow: Hashable, Sendable {
    /// The key.
    public let id: UserID
    /// The id in the outside world, where the user came from there.
    public let sourceID: String?
    /// Nil, as the name, once the user is erased, and where the tables were made without the vault.
    public let email: String?
    /// What the user is called; nil once they are erased.
    public let name: String?
    /// What the user may do.
    public let role: Role
    /// Whether the user may act.
    public let status: UserStatus
    /// When the row came, by the engine's clock.
    public let createdAt: Timestamp
    /// When the row changed last, by the engine's clock.
    public let updatedAt: Timestamp
}

/// A row of `courses`.
public struct CourseRow: Hashable, Sendable {
    /// The key.
    public let id: CourseID
    /// The id in the outside world, where the course came from there.
    public let sourceID: String?
    /// What the course is called.
    public let title: String
    /// What it is about; may be empty.
    public let description: String
    /// How it is filed; may be empty.
    public let category: String
    /// Who teaches it, where someone does.
    public let instructor: UserID?
    /// Where the course stands.
    public let status: CourseStatus
    /// When the row came, by the engine's clock.
    public let createdAt: Timestamp
    /// When the row changed last, by the engine's clock.
    public let updatedAt: Timestamp
}

/// A row of `course_terms`.
public struct TermRow: Hashable, Sendable {
    /// The key.
    public let id: TermID
    /// The id in the outside world, where the term came from there.
    public let sourceID: String?
    /// The course that it is a run of.
    public let course: CourseID
    /// Its number among the terms of its course.
    public let termNumber: Int
    /// The first day.
    public let startDate: Day
    /// The last day.
    public let endDate: Day
    /// How many seats it has.
    public let capacity: Int
    /// APPROVED enrollments.
    public let enrolledCount: Int
    /// Seats that PENDING enrollments hold.
    public let heldCount: Int
    /// How it gives them out.
    public let admission: Admission
    /// Nil while it is not known: no window was set, and the course was never published.
    public let enrollmentOpensAt: Timestamp?
    /// The first instant at which it is too late.
    public let enrollmentClosesAt: Timestamp
    /// Where the term stands.
    public let status: TermStatus
    /// When the row came, by the engine's clock.
    public let createdAt: Timestamp
    /// When the row changed last, by the engine's clock.
    public let updatedAt: Timestamp

    /// Seats given or held.
    public var taken: Int { enrolledCount + heldCount }
    /// Seats left, never negative though a term may be overbooked.
    public var free: Int { max(0, capacity - taken) }
}

/// A row of `enrollments`.
public struct EnrollmentRow: Hashable, Sendable {
    /// The key.
    public let id: EnrollmentID
    /// Whose enrollment it is.
    public let user: UserID
    /// The term whose seat it is about.
    public let term: TermID
    /// Where the enrollment stands.
    public let status: EnrollmentStatus
    /// Whether its approval took a seat when none was free.
    public let overbooked: Bool
    /// When it was applied for: the caller's own time where one was given, else the clock's.
    public let appliedAt: Timestamp
    /// When it came to its present status; nil while PENDING.
    public let processedAt: Timestamp?
    /// When the row came, by the engine's clock.
    public let createdAt: Timestamp
    /// When the row changed last, by the engine's clock.
    public let updatedAt: Timestamp
}

/// A row of `refusals`.
public struct RefusalRow: Hashable, Sendable {
    /// Of the refusal in the log.
    public let position: Position
    /// What was asked for.
    public let command: CommandKind
    /// Whose enrollment it was about.
    public let user: UserID
    /// The term whose seats it was about.
    public let term: TermID
    /// Nil for an application.
    public let enrollment: EnrollmentID?
    /// Why it was refused.
    public let code: RejectionCode
    /// When it was recorded, by the engine's clock.
    public let recordedAt: Timestamp
}
