// Look-ups beside the dense arrays: e-mail, source ids, term numbers, and who is live where.

extension EnrollmentState {
    struct Index: Sendable {
        var usersByEmail: [String: UserID] = [:]
        var usersBySourceID: [String: UserID] = [:]
        var coursesBySourceID: [String: CourseID] = [:]
        var termsBySourceID: [String: TermID] = [:]
    }

    /// The user with that address after normalisation, or nil.
    public func user(email: String) -> UserID? { nil }
    /// The user, course or term that the outside world calls `sourceID`, or nil.
    public func user(sourceID: String) -> UserID? { index.usersBySourceID[sourceID] }
    public func course(sourceID: String) -> CourseID? { index.coursesBySourceID[sourceID] }
    public func term(sourceID: String) -> TermID? { index.termsBySourceID[sourceID] }
    /// The pending or approved enrollment of `user` in `term`, or nil.
    public func liveEnrollment(of user: UserID, in term: TermID) -> EnrollmentID? { nil }
}
