// One person's application for, or seat in, one term.

/// An enrollment (수강 신청).
public struct Enrollment: Hashable, Sendable {
    /// The key of the enrollment.
    public let id: EnrollmentID
    /// Whose it is.
    public let user: UserID
    /// The term whose seat it is about.
    public let term: TermID
    /// Where it stands.
    public let status: EnrollmentStatus
    /// The effective time of its last change; nothing about it may be dated earlier.
    public let changedAt: Timestamp
}
