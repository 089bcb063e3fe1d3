// What commands about users become.

extension EnrollmentState {
    func registerUser(
        email: PersonalText, name: PersonalText, role: Role, sourceID: String?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let id = UserID(Int64(users.count) + 1)
        try checkVersion(of: .user(id), context)
        if let existing = user(normalizedEmail: email) { throw .duplicateEmail(existing: existing) }
        if let sourceID, let existing = user(sourceID: sourceID) {
            throw .duplicateSourceID(existing: existing.rawValue)
        }
        return [.userRegistered(id, email: email, name: name, role: role, sourceID: sourceID)]
    }

    /// Whatever the user's status: an account may be corrected while it is suspended.
    ///
    /// Sealed names cannot be compared, so that a new one counts as a change; addresses are, by their digests.
    func updateUser(
        _ id: UserID, email: PersonalText?, name: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        try checkPresent(id)
        let newEmail = email?.addressKey == users[slot].email?.addressKey ? nil : email
        let newName = name == users[slot].name ? nil : name
        if let newEmail, let existing = user(normalizedEmail: newEmail) {
            throw .duplicateEmail(existing: existing)
        }
        return newEmail == nil && newName == nil ? [] : [.userUpdated(id, email: newEmail, name: newName)]
    }

    func changeUserRole(_ id: UserID, role: Role, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        try checkPresent(id)
        guard users[slot].role != role else { return [] }
        if users[slot].role == .instructor { try checkTeachesNothing(id) }
        return [.userRoleChanged(id, role: role)]
    }

    func activateUser(_ id: UserID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .active, from: [.inactive], context)
        return [.userActivated(id)]
    }

    func reinstateUser(_ id: UserID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .active, from: [.suspended], context)
        return [.userReinstated(id)]
    }

    /// An instructor may be suspended in the middle of a term: that is when it matters.
    func suspendUser(_ id: UserID, reason: PersonalText?, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .suspended, from: [.active, .inactive], context)
        return [.userSuspended(id, reason: reason)]
    }

    /// What the user holds is looked at before what they teach; `cascade` helps with the first only.
    func deactivateUser(_ id: UserID, cascade: Bool, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .inactive, from: [.active], context)
        let live = users[id.slot].liveEnrollments
        guard live == 0 || cascade else { throw .userHasActiveEnrollments(id, count: live) }
        try checkTeachesNothing(id)
        return [.userDeactivated(id)] + (try endLiveEnrollments(of: id, cause: .userDeactivated, context))
    }

    /// From every status, and never back: what they held is kept as facts about an id that nobody can name any more.
    ///
    /// Whoever has a live enrollment, or teaches, is part of what is still going on, as for a deactivation.
    func eraseUser(_ id: UserID, cascade: Bool, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        try checkPresent(id)
        if let email = users[slot].email, !email.isSealed { throw .personalDataPlain(id) }
        let live = users[slot].liveEnrollments
        guard live == 0 || cascade else { throw .userHasActiveEnrollments(id, count: live) }
        try checkTeachesNothing(id)
        return [.erasureRequested(id)] + (try endLiveEnrollments(of: id, cause: .userErased, context))
    }

    /// Changes nothing where it was said before.
    func confirmErasure(_ id: UserID, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        let status = users[slot].status
        guard status == .erased else { throw .invalidUserTransition(id, from: status, to: .erased) }
        return users[slot].email == nil ? [] : [.userErased(id)]
    }

    /// By the ids of the enrollments.
    private func endLiveEnrollments(
        of id: UserID, cause: EndCause, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        guard users[id.slot].liveEnrollments > 0 else { return [] }
        var events: [Event] = []
        let affected = enrollments(of: id).filter { $0.status.isLive && !terms[$0.term.slot].status.isFinal }
        for enrollment in affected.reversed() {
            try checkOrder(of: enrollment, context)
            events.append(
                .enrollmentCancelled(
                    enrollment.id, term: enrollment.term, previous: enrollment.status, cause: cause, reason: nil))
        }
        return events
    }

    private func checkUser(
        _ id: UserID, to: UserStatus, from allowed: [UserStatus], _ context: CommandContext
    ) throws(Rejection) {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        try checkPresent(id)
        let from = users[slot].status
        guard allowed.contains(from) else { throw .invalidUserTransition(id, from: from, to: to) }
    }

    /// Nothing is done to the account of someone who is to be forgotten, and nothing new is kept of them.
    private func checkPresent(_ id: UserID) throws(Rejection) {
        guard users[id.slot].status != .erased else { throw .userErased(id) }
    }

    /// A term that is not final keeps its instructor.
    ///
    /// Asked of everybody: who lost the role while nothing was on may still stand in a course that has a term again.
    ///
    /// - Complexity: O(courses).
    private func checkTeachesNothing(_ id: UserID) throws(Rejection) {
        for course in courses where course.instructor == id {
            guard firstOpenTerm(of: course) == nil else { throw .instructorHasActiveCourses(id, course.id) }
        }
    }
}
