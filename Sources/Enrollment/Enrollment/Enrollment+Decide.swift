// What commands about enrollments become. All of it O(1), and without an allocation of its own.

extension EnrollmentState {
    func applyEnrollment(
        user: UserID, term: TermID, _ context: CommandContext, into events: inout [Event]
    ) throws(Rejection) {
        try checkNewEnrollment(of: user, in: term, context)
        let course = terms[term.slot].course
        guard courses[course.slot].status == .published else {
            throw .courseNotPublished(course, courses[course.slot].status)
        }
        try checkNotFinal(term)
        try checkWindow(of: term, at: context.effectiveTime)
        try checkNotEnrolled(user, in: term)
        let admission = terms[term.slot].admission
        if admission != .selection { _ = try checkSeat(in: term, override: false) }
        let id = EnrollmentID(Int64(enrollments.count) + 1)
        events.append(.enrollmentApplied(id, user: user, term: term, direct: false))
        guard admission == .firstCome else { return }
        events.append(.enrollmentApproved(id, term: term, overbooked: false, reason: nil))
    }

    /// An operator's way past the window, past a CLOSED course, and by `override` past the capacity.
    func enrollDirectly(
        user: UserID, term: TermID, override: Bool, reason: PersonalText?, _ context: CommandContext,
        into events: inout [Event]
    ) throws(Rejection) {
        try checkNewEnrollment(of: user, in: term, context)
        let course = terms[term.slot].course
        let status = courses[course.slot].status
        guard status == .published || status == .closed else { throw .courseNotPublished(course, status) }
        try checkNotFinal(term)
        try checkNotEnrolled(user, in: term)
        let overbooked = try checkSeat(in: term, override: override)
        let id = EnrollmentID(Int64(enrollments.count) + 1)
        events.append(.enrollmentApplied(id, user: user, term: term, direct: true))
        events.append(.enrollmentApproved(id, term: term, overbooked: overbooked, reason: reason))
    }

    /// Neither the course's status nor the window matters any more; a pending enrollment's term is never final.
    ///
    /// Where the application holds its seat already, approval takes none, and so never overbooks.
    func approveEnrollment(
        _ id: EnrollmentID, override: Bool, reason: PersonalText?, _ context: CommandContext, into events: inout [Event]
    ) throws(Rejection) {
        let term = try checkEnrollment(id, to: .approved, context)
        try checkActive(enrollments.row(id.slot).userID)
        let takesSeat = terms[term.slot].admission == .selection
        let overbooked = takesSeat ? try checkSeat(in: term, override: override) : false
        events.append(.enrollmentApproved(id, term: term, overbooked: overbooked, reason: reason))
    }

    func rejectEnrollment(
        _ id: EnrollmentID, reason: PersonalText?, _ context: CommandContext, into events: inout [Event]
    ) throws(Rejection) {
        let term = try checkEnrollment(id, to: .rejected, context)
        events.append(.enrollmentRejected(id, term: term, cause: .byOperator, reason: reason))
    }

    /// Frees the seat whatever the user's status, the window and the capacity; people on their own only until the
    /// term starts.
    func cancelEnrollment(
        _ id: EnrollmentID, reason: PersonalText?, _ context: CommandContext, into events: inout [Event]
    ) throws(Rejection) {
        let term = try checkEnrollment(id, to: .cancelled, context)
        try checkNotFinal(term)
        let isOperator = hasOperatorPowers(context.actor)
        guard isOperator || terms[term.slot].status == .scheduled else { throw .cannotCancelStarted(term) }
        events.append(
            .enrollmentCancelled(
                id, term: term, previous: enrollments.row(id.slot).status,
                cause: isOperator ? .byOperator : .bySelf, reason: reason))
    }

    /// A fact is never dated earlier than the one that it follows.
    ///
    /// Time that no caller gave never runs back.
    func checkOrder(of enrollment: Enrollment, _ context: CommandContext) throws(Rejection) {
        if let effectiveAt = context.effectiveAt, effectiveAt < enrollment.changedAt {
            throw .invalidInput(field: .effectiveAt, problem: .beforeEarlierFact)
        }
    }

    /// Existence, transition, order in time, and version: the steps of every command that names an enrollment.
    ///
    /// The transition comes directly after existence, and so before the version: whoever names an enrollment that
    /// is already decided learns this first.
    private func checkEnrollment(
        _ id: EnrollmentID, to: EnrollmentStatus, _ context: CommandContext
    ) throws(Rejection) -> TermID {
        let enrollment = enrollments[try slot(of: id)]
        let isAllowed = enrollment.status == .pending || (enrollment.status == .approved && to == .cancelled)
        guard isAllowed else { throw .invalidEnrollmentTransition(id, from: enrollment.status, to: to) }
        try checkOrder(of: enrollment, context)
        try checkVersion(of: .term(enrollment.term), context)
        return enrollment.term
    }

    /// Existence, version and user: the first steps of both ways into a term.
    private func checkNewEnrollment(
        of user: UserID, in term: TermID, _ context: CommandContext
    ) throws(Rejection) {
        _ = try slot(of: user)
        let slot = try slot(of: term)
        try checkVersion(of: .term(term), context)
        try checkActive(user)
        let course = terms[slot].course
        guard courses[course.slot].instructor != user else { throw .ownCourse(course) }
    }

    private func checkActive(_ user: UserID) throws(Rejection) {
        switch users[user.slot].status {
        case .active: return
        case .inactive: throw .userNotActive(user)
        case .suspended: throw .accountSuspended(user)
        case .erased: throw .userErased(user)
        }
    }

    private func checkNotEnrolled(_ user: UserID, in term: TermID) throws(Rejection) {
        if let existing = liveEnrollment(of: user, in: term) { throw .alreadyEnrolled(existing) }
    }

    /// Whether taking a seat now overbooks the term, which only `override` may do.
    private func checkSeat(in id: TermID, override: Bool) throws(Rejection) -> Bool {
        let capacity = terms[id.slot].capacity
        let taken = terms[id.slot].taken
        guard taken < capacity || override else { throw .termFull(id, capacity: capacity, taken: taken) }
        return taken >= capacity
    }
}
