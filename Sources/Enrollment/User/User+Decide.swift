// What commands about users become.

extension EnrollmentState {
    func registerUser(
        email: String, name: String, role: Role, sourceID: String?, _ context: CommandContext
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
    func updateUser(
        _ id: UserID, email: String?, name: String?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        let newEmail = email == users[slot].email ? nil : email
        let newName = name == users[slot].name ? nil : name
        if let newEmail, let existing = user(normalizedEmail: newEmail) {
            throw .duplicateEmail(existing: existing)
        }
        return newEmail == nil && newName == nil ? [] : [.userUpdated(id, email: newEmail, name: newName)]
    }

    func changeUserRole(_ id: UserID, role: Role, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
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
    func suspendUser(_ id: UserID, reason: String?, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .suspended, from: [.active, .inactive], context)
        return [.userSuspended(id, reason: reason)]
    }

    /// What the user holds is looked at before what they teach; `cascade` helps with the first only.
    func deactivateUser(_ id: UserID, cascade: Bool, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkUser(id, to: .inactive, from: [.active], context)
        let live = users[id.slot].liveEnrollments
        guard live == 0 || cascade else { throw .userHasActiveEnrollments(id, count: live) }
        try checkTeachesNothing(id)
        var events: [Event] = [.userDeactivated(id)]
        guard live > 0 else { return events }
        let affected = enrollments(of: id).filter { $0.status.isLive && !terms[$0.term.slot].status.isFinal }
        for enrollment in affected.reversed() {
            try checkOrder(of: enrollment, context)
            events.append(
                .enrollmentCancelled(
                    enrollment.id, term: enrollment.term, previous: enrollment.status, cause: .userDeactivated,
                    reason: nil))
        }
        return events
    }

    private func checkUser(
        _ id: UserID, to: UserStatus, from allowed: [UserStatus], _ context: CommandContext
    ) throws(Rejection) {
        let slot = try slot(of: id)
        try checkVersion(of: .user(id), context)
        let from = users[slot].status
        guard allowed.contains(from) else { throw .invalidUserTransition(id, from: from, to: to) }
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
