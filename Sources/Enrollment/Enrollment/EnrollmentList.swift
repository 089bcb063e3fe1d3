// The walk along the intrusive lists that lead from a user, or a term, to their enrollments.

/// The enrollments of one user or one term, newest first, that is by falling id.
///
/// Holds the state's array while it lives: let it go before the next event is applied, else that event copies the
/// array.
public struct EnrollmentList: Sequence, IteratorProtocol, Sendable {
    enum Owner: Sendable { case user, term }

    let enrollments: [Enrollment]
    let owner: Owner
    var upcoming: EnrollmentID?

    /// - Complexity: O(1).
    public mutating func next() -> Enrollment? {
        guard let id = upcoming else { return nil }
        let enrollment = enrollments[id.slot]
        upcoming = owner == .user ? enrollment.previousOfUser : enrollment.previousOfTerm
        return enrollment
    }
}

extension EnrollmentState {
    /// All enrollments that `user` ever had, newest first; none for an unknown user.
    public func enrollments(of user: UserID) -> EnrollmentList {
        EnrollmentList(enrollments: enrollments, owner: .user, upcoming: self[user]?.newestEnrollment)
    }

    /// All enrollments that `term` ever had, newest first; none for an unknown term.
    public func enrollments(of term: TermID) -> EnrollmentList {
        EnrollmentList(enrollments: enrollments, owner: .term, upcoming: self[term]?.newestEnrollment)
    }
}
