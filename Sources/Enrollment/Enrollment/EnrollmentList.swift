// The walk along the lists that lead from a user, or a term, to their enrollments.

/// The enrollments of one user or one term, newest first, that is by falling id.
///
/// Holds the state's rows while it lives: let it go before the next event is applied, else that event copies the rows
/// that it changes.
public struct EnrollmentList: Sequence, IteratorProtocol, Sendable {
    enum Owner: Sendable { case user, term }

    let enrollments: Enrollments
    let owner: Owner
    /// The id of the next one; 0 behind the last.
    var upcoming: UInt32

    init(_ enrollments: Enrollments, of owner: Owner, from newest: UInt32?) {
        self.enrollments = enrollments
        self.owner = owner
        upcoming = newest ?? 0
    }

    /// - Complexity: O(1).
    public mutating func next() -> Enrollment? {
        guard upcoming > 0 else { return nil }
        let slot = Int(upcoming) - 1
        let row = enrollments.row(slot)
        upcoming = owner == .user ? row.previousOfUser : row.previousOfTerm
        return enrollments[slot]
    }
}

extension EnrollmentState {
    /// All enrollments that `user` ever had, newest first; none for an unknown user.
    public func enrollments(of user: UserID) -> EnrollmentList {
        EnrollmentList(enrollments, of: .user, from: self[user]?.newestEnrollment)
    }

    /// All enrollments that `term` ever had, newest first; none for an unknown term.
    public func enrollments(of term: TermID) -> EnrollmentList {
        EnrollmentList(enrollments, of: .term, from: self[term]?.newestEnrollment)
    }
}
