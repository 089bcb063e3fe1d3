// One person's application for, or seat in, one term.

/// An enrollment (수강 신청).
public struct Enrollment: Hashable, Sendable {
    public let id: EnrollmentID
    public let user: UserID
    public let term: TermID
    public let status: EnrollmentStatus
    /// The effective time of its last change; nothing about it may be dated earlier.
    public let changedAt: Timestamp
}
