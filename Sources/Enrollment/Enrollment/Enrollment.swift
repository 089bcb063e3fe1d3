// One person's application for, or seat in, one term.

/// An enrollment (수강 신청).
///
/// Two intrusive lists, newest first, lead from a user and from a term to their enrollments without an allocation
/// per entry.
public struct Enrollment: Hashable, Sendable {
    public let id: EnrollmentID
    public let user: UserID
    public let term: TermID
    public internal(set) var status: EnrollmentStatus = .pending
    /// The effective time of its last change; nothing about it may be dated earlier.
    public internal(set) var changedAt: Timestamp
    let previousOfUser: EnrollmentID?
    let previousOfTerm: EnrollmentID?
}
