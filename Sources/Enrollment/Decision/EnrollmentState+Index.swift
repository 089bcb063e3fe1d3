// Look-ups beside the dense arrays: e-mail, source ids, term numbers, and who is live where.

extension EnrollmentState {
    /// Everything here can be made again from the arrays.
    struct Index: Sendable {
        struct TermNumber: Hashable, Sendable {
            let course: CourseID
            let number: Int
        }

        var usersByEmail: [String: UserID] = [:]
        var usersBySourceID: [String: UserID] = [:]
        var coursesBySourceID: [String: CourseID] = [:]
        var termsBySourceID: [String: TermID] = [:]
        var termsByNumber: [TermNumber: TermID] = [:]
        /// Pending and approved enrollments by user and term, packed into one number that is cheap to hash.
        private var liveEnrollments: [UInt64: EnrollmentID] = [:]

        var liveEnrollmentCount: Int { liveEnrollments.count }

        func live(user: UserID, term: TermID) -> EnrollmentID? { liveEnrollments[Self.key(user, term)] }

        mutating func setLive(_ enrollment: EnrollmentID?, user: UserID, term: TermID) {
            liveEnrollments[Self.key(user, term)] = enrollment
        }

        /// Adds a live enrollment; false where the user has one in the term already.
        mutating func addLive(_ enrollment: EnrollmentID, user: UserID, term: TermID) -> Bool {
            liveEnrollments.updateValue(enrollment, forKey: Self.key(user, term)) == nil
        }

        mutating func reserve(users: Int, terms: Int, live: Int) {
            usersByEmail.reserveCapacity(users)
            termsByNumber.reserveCapacity(terms)
            liveEnrollments.reserveCapacity(live)
        }

        /// Injective below 2³², which is more users or terms than fit into memory.
        @inline(__always)
        private static func key(_ user: UserID, _ term: TermID) -> UInt64 {
            UInt64(truncatingIfNeeded: user.rawValue) << 32 | UInt64(truncatingIfNeeded: term.rawValue)
        }
    }

    /// The user with that address after normalisation, or nil.
    public func user(email: String) -> UserID? { index.usersByEmail[normalizedEmail(email)] }
    /// The user, course or term that the outside world calls `sourceID`, exactly as it was stored, or nil.
    public func user(sourceID: String) -> UserID? { index.usersBySourceID[sourceID] }
    public func course(sourceID: String) -> CourseID? { index.coursesBySourceID[sourceID] }
    public func term(sourceID: String) -> TermID? { index.termsBySourceID[sourceID] }

    /// The pending or approved enrollment of `user` in `term`, or nil; also in a term that is completed.
    public func liveEnrollment(of user: UserID, in term: TermID) -> EnrollmentID? {
        guard (1...Int64(UInt32.max)).contains(user.rawValue), (1...Int64(UInt32.max)).contains(term.rawValue) else {
            return nil
        }
        return index.live(user: user, term: term)
    }
}
