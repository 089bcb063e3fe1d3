// The rows of the public tables as plain values.

public import Enrollment
public import EventLog

/// A row of `users`.
public struct UserRow: Hashable, Sendable {
    public let id: UserID
    public let sourceID: String?
    /// Nil, as the name, once the user is erased, and where the tables were made without the vault.
    public let email: String?
    public let name: String?
    public let role: Role
    public let status: UserStatus
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// A row of `courses`.
public struct CourseRow: Hashable, Sendable {
    public let id: CourseID
    public let sourceID: String?
    public let title: String
    public let description: String
    public let category: String
    public let instructor: UserID?
    public let status: CourseStatus
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// A row of `course_terms`.
public struct TermRow: Hashable, Sendable {
    public let id: TermID
    public let sourceID: String?
    public let course: CourseID
    public let termNumber: Int
    public let startDate: Day
    public let endDate: Day
    public let capacity: Int
    /// APPROVED enrollments.
    public let enrolledCount: Int
    /// Seats that PENDING enrollments hold.
    public let heldCount: Int
    public let admission: Admission
    /// Nil while it is not known: no window was set, and the course was never published.
    public let enrollmentOpensAt: Timestamp?
    /// The first instant at which it is too late.
    public let enrollmentClosesAt: Timestamp
    public let status: TermStatus
    public let createdAt: Timestamp
    public let updatedAt: Timestamp

    /// Seats given or held.
    public var taken: Int { enrolledCount + heldCount }
    /// Seats left, never negative though a term may be overbooked.
    public var free: Int { max(0, capacity - taken) }
}

/// A row of `enrollments`.
public struct EnrollmentRow: Hashable, Sendable {
    public let id: EnrollmentID
    public let user: UserID
    public let term: TermID
    public let status: EnrollmentStatus
    /// Whether its approval took a seat when none was free.
    public let overbooked: Bool
    public let appliedAt: Timestamp
    /// When it came to its present status; nil while PENDING.
    public let processedAt: Timestamp?
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// A row of `refusals`.
public struct RefusalRow: Hashable, Sendable {
    /// Of the refusal in the log.
    public let position: Position
    public let command: CommandKind
    public let user: UserID
    public let term: TermID
    /// Nil for an application.
    public let enrollment: EnrollmentID?
    public let code: RejectionCode
    public let recordedAt: Timestamp
}
