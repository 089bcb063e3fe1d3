// Look-ups beside the dense arrays: e-mail, source ids, term numbers, and who is live where.

extension EnrollmentState {
    /// Everything here can be made again from the arrays.
    struct Index: Sendable {
        struct TermNumber: Hashable, Sendable {
            let course: CourseID
            let number: Int
        }

        var usersByEmail = TextIndex<AddressKey>()
        var usersBySourceID = TextIndex<String>()
        var coursesBySourceID = TextIndex<String>()
        var termsBySourceID = TextIndex<String>()
        var termsByNumber: [TermNumber: TermID] = [:]
        /// Pending and approved enrollments by user and term.
        var live = PlaceTable()

        /// Mixes a user and a term so that ids that count up, alone or together, spread over all slots.
        ///
        /// The mixing is fixed: both ids are numbers that the engine gives out itself, one after the other, so nobody
        /// can choose many of them that collide, as they could with texts.
        @inline(__always)
        static func tag(user: UInt32, term: UInt32) -> UInt32 {
            var bits = UInt64(user) << 32 | UInt64(term)
            bits = (bits ^ bits >> 32) &* 0xD6E8_FEB8_6659_FD93
            bits = (bits ^ bits >> 32) &* 0xD6E8_FEB8_6659_FD93
            return UInt32(truncatingIfNeeded: bits >> 32)
        }

        @inline(__always)
        static func tag(_ row: Enrollments.Row) -> UInt32 { tag(user: row.user, term: row.place >> 2) }
    }

    /// The user with that address after normalisation, or nil.
    ///
    /// In a store that seals, an address is found by its digest: one in plain text is nobody's there.
    public func user(email: PersonalText) -> UserID? {
        guard case .plain(let text) = email else { return user(normalizedEmail: email) }
        let normalized = normalizedEmail(text)
        return user(normalizedEmail: .plain(normalized))
    }

    func user(normalizedEmail email: PersonalText) -> UserID? {
        index.usersByEmail.place(of: email.addressKey) { users[$0].email?.addressKey }.map { users[$0].id }
    }

    /// The user, course or term that the outside world calls `sourceID`, exactly as it was stored, or nil.
    public func user(sourceID: String) -> UserID? {
        index.usersBySourceID.place(of: sourceID) { users[$0].sourceID }.map { users[$0].id }
    }

    /// The course with an id of the outside world.
    public func course(sourceID: String) -> CourseID? {
        index.coursesBySourceID.place(of: sourceID) { courses[$0].sourceID }.map { courses[$0].id }
    }

    /// The term with an id of the outside world.
    public func term(sourceID: String) -> TermID? {
        index.termsBySourceID.place(of: sourceID) { terms[$0].sourceID }.map { terms[$0].id }
    }

    /// Brings what deciding a command will look up near the processor; gives a number without meaning, to be kept.
    package func touch(_ command: Command) -> UInt64 {
        switch command {
        case .applyEnrollment(let user, let term), .enrollDirectly(let user, let term, _, _):
            index.live.touch(
                Index.tag(
                    user: UInt32(truncatingIfNeeded: user.rawValue), term: UInt32(truncatingIfNeeded: term.rawValue)))
        default: 0
        }
    }

    /// The pending or approved enrollment of `user` in `term`, or nil; also in a term that is completed.
    public func liveEnrollment(of user: UserID, in term: TermID) -> EnrollmentID? {
        guard let user = UInt32(exactly: user.rawValue), let term = UInt32(exactly: term.rawValue) else { return nil }
        let slot = index.live.place(tagged: Index.tag(user: user, term: term)) { slot in
            let row = enrollments.row(slot)
            return row.user == user && row.place >> 2 == term
        }
        return slot.map { EnrollmentID(Int64($0) + 1) }
    }
}
