// The authority step: who may give which command. It comes before existence, so that ids cannot be probed.

extension EnrollmentState {
    /// Lets a command pass, or not.
    ///
    /// An actor without an operator's powers may change and cancel only what is their own; what does not exist is
    /// nobody's own, so that they learn nothing about it.
    ///
    /// - Throws: ``Rejection/unauthorized(_:)`` for an unknown actor, ``Rejection/forbidden(_:)`` for a known one.
    func authorize(_ command: Command, _ context: CommandContext) throws(Rejection) {
        let actor = context.actor
        if case .user(let id) = actor, !contains(id) { throw .unauthorized(actor) }
        guard context.effectiveAt == nil || hasOperatorPowers(actor) else { throw .forbidden(actor) }
        guard may(actor, give: command) else { throw .forbidden(actor) }
    }

    /// Whether `actor` administers: the system, and ADMIN and OPERATOR while ACTIVE.
    func hasOperatorPowers(_ actor: Actor) -> Bool {
        guard case .user(let id) = actor else { return true }
        let slot = Int(id.rawValue) - 1
        guard users[slot].status == .active else { return false }
        return users[slot].role == .admin || users[slot].role == .operator
    }

    private func hasAdminPowers(_ actor: Actor) -> Bool {
        guard case .user(let id) = actor else { return true }
        let slot = Int(id.rawValue) - 1
        return users[slot].role == .admin && users[slot].status == .active
    }

    private func may(_ actor: Actor, give command: Command) -> Bool {
        switch command {
        case .registerUser(_, _, let role, _):
            // Else an operator could make themself an ADMIN by way of a second account.
            role == .admin ? hasAdminPowers(actor) : hasOperatorPowers(actor)
        case .updateUser(let user, _, _):
            actor == .user(user) || may(actor, administer: user)
        case .attestState: hasAdminPowers(actor)
        case .changeUserRole(let user, _):
            actor != .user(user) && hasAdminPowers(actor)
        case .deactivateUser(let user, _), .suspendUser(let user, _), .eraseUser(let user, _):
            actor != .user(user) && may(actor, administer: user)
        case .activateUser(let user), .reinstateUser(let user):
            may(actor, administer: user)
        case .confirmErasure:
            actor == .system
        case .createCourse, .updateCourse, .assignInstructor, .publishCourse, .closeCourse, .reopenCourse,
            .archiveCourse, .scheduleTerm, .updateTerm, .setEnrollmentWindow, .changeTermCapacity, .startTerm,
            .completeTerm, .cancelTerm, .approveEnrollment, .rejectEnrollment, .enrollDirectly:
            hasOperatorPowers(actor)
        case .applyEnrollment(let user, _):
            actor == .user(user) || hasOperatorPowers(actor)
        case .cancelEnrollment(let enrollment, _):
            hasOperatorPowers(actor) || isOwn(enrollment, of: actor)
        }
    }

    /// An ADMIN's account is administered by another ADMIN or the system only.
    ///
    /// Their enrollments are any operator's.
    private func may(_ actor: Actor, administer user: UserID) -> Bool {
        guard hasOperatorPowers(actor) else { return false }
        guard contains(user), users[Int(user.rawValue) - 1].role == .admin else { return true }
        return hasAdminPowers(actor)
    }

    private func isOwn(_ enrollment: EnrollmentID, of actor: Actor) -> Bool {
        guard enrollment.rawValue >= 1, enrollment.rawValue <= Int64(enrollments.count) else { return false }
        return actor == .user(enrollments[Int(enrollment.rawValue) - 1].user)
    }

    private func contains(_ user: UserID) -> Bool {
        user.rawValue >= 1 && user.rawValue <= Int64(users.count)
    }
}
