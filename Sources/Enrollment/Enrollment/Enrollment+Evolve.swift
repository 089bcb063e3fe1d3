// What events about enrollments mean: a status, the counts that depend on it, and who is live where.

extension EnrollmentState {
    mutating func apply(_ id: EnrollmentID, user: UserID, term: TermID, at time: Timestamp) {
        precondition(id.slot == enrollments.count, "enrollment ids are dense, in creation order")
        precondition(liveEnrollment(of: user, in: term) == nil, "a user has one live enrollment in a term")
        enrollments.append(
            user: user, term: term, at: time, previousOfUser: users[user.slot].newestEnrollment,
            previousOfTerm: terms[term.slot].newestEnrollment)
        users[user.slot].newestEnrollment = UInt32(id.rawValue)
        users[user.slot].liveEnrollments += 1
        terms[term.slot].newestEnrollment = UInt32(id.rawValue)
        terms[term.slot].pendingCount += 1
        index.live.insert(id.slot, tagged: Index.tag(enrollments.row(id.slot)))
    }

    mutating func approve(_ id: EnrollmentID, at time: Timestamp) {
        let before = enrollments.change(id.slot, to: .approved, at: time)
        precondition(before.status == .pending, "only a pending enrollment is approved")
        terms[before.termID.slot].countPendingBecameApproved()
    }

    /// The one way in which a live enrollment ends, whoever ended it.
    mutating func end(_ id: EnrollmentID, as status: EnrollmentStatus, at time: Timestamp) {
        let before = enrollments.change(id.slot, to: status, at: time)
        terms[before.termID.slot].countEnded(before.status)
        countLiveEnrollmentEnded(of: before.userID)
        let wasLive = index.live.remove(id.slot, tagged: Index.tag(before))
        precondition(wasLive, "a live enrollment is found as such before it ends")
    }
}
