// What events about enrollments mean: a status, the counts that depend on it, and who is live where.

extension EnrollmentState {
    mutating func apply(_ id: EnrollmentID, user: UserID, term: TermID, at time: Timestamp) {
        precondition(id.slot == enrollments.count, "enrollment ids are dense, in creation order")
        enrollments.append(
            Enrollment(
                id: id, user: user, term: term, changedAt: time,
                previousOfUser: users[user.slot].newestEnrollment,
                previousOfTerm: terms[term.slot].newestEnrollment))
        users[user.slot].newestEnrollment = id
        users[user.slot].liveEnrollments += 1
        terms[term.slot].newestEnrollment = id
        terms[term.slot].pendingCount += 1
        index.setLive(id, user: user, term: term)
    }

    mutating func approve(_ id: EnrollmentID, at time: Timestamp) {
        precondition(enrollments[id.slot].status == .pending, "only a pending enrollment is approved")
        enrollments[id.slot].status = .approved
        enrollments[id.slot].changedAt = time
        terms[enrollments[id.slot].term.slot].countPendingBecameApproved()
    }

    /// The one way in which a live enrollment ends, whoever ended it.
    mutating func end(_ id: EnrollmentID, as status: EnrollmentStatus, at time: Timestamp) {
        let user = enrollments[id.slot].user
        let term = enrollments[id.slot].term
        terms[term.slot].countEnded(enrollments[id.slot].status)
        enrollments[id.slot].status = status
        enrollments[id.slot].changedAt = time
        countLiveEnrollmentEnded(of: user)
        index.setLive(nil, user: user, term: term)
    }
}
