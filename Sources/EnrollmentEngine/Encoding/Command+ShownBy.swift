// Most events show the whole command that made them; those batches store no command beside.

internal import Enrollment

extension Command {
    /// Whether the first event of a batch shows all of this, the command that made it.
    func isShown(by event: Event) -> Bool {
        switch (self, event) {
        // First what comes by the million: making another command to compare with costs more than all else here.
        case (.applyEnrollment(let user, let term), .enrollmentApplied(_, let itsUser, let itsTerm, let direct)):
            user == itsUser && term == itsTerm && !direct
        case (.applyEnrollment(let user, let term), .commandRefused(let refusal)):
            refusal.command == .applyEnrollment && user == refusal.user && term == refusal.term
        default: self == Command(shownBy: event)
        }
    }

    /// The plainest command that could have made a batch that begins with `event`.
    ///
    /// A batch stores its command only where this is not it, so decoding reverses encoding by construction.
    init(shownBy event: Event) {
        switch event {
        case .userRegistered(_, let email, let name, let role, let sourceID):
            self = .registerUser(email: email, name: name, role: role, sourceID: sourceID)
        case .userUpdated(let id, let email, let name): self = .updateUser(id, email: email, name: name)
        case .userRoleChanged(let id, let role): self = .changeUserRole(id, role: role)
        case .userActivated(let id): self = .activateUser(id)
        case .userDeactivated(let id): self = .deactivateUser(id)
        case .userSuspended(let id, let reason): self = .suspendUser(id, reason: reason)
        case .userReinstated(let id): self = .reinstateUser(id)
        case .erasureRequested(let id): self = .eraseUser(id)
        case .userErased(let id): self = .confirmErasure(id)
        case .courseCreated(_, let title, let description, let category, let instructor, let sourceID):
            self = .createCourse(
                title: title, description: description, category: category, instructor: instructor,
                sourceID: sourceID)
        case .courseUpdated(let id, let title, let description, let category):
            self = .updateCourse(id, title: title, description: description, category: category)
        case .instructorAssigned(let id, let instructor): self = .assignInstructor(id, instructor: instructor)
        case .coursePublished(let id): self = .publishCourse(id)
        case .courseClosed(let id): self = .closeCourse(id)
        case .courseReopened(let id): self = .reopenCourse(id)
        case .courseArchived(let id): self = .archiveCourse(id)
        case .termScheduled(_, let course, let number, let dates, let capacity, let admission, let sourceID):
            self = .scheduleTerm(
                course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
                sourceID: sourceID)
        case .termUpdated(let id, let dates, let admission):
            self = .updateTerm(id, dates: dates, admission: admission)
        case .enrollmentWindowSet(let id, let window): self = .setEnrollmentWindow(id, window: window)
        case .termCapacityChanged(let id, _, let to, _, let reason):
            self = .changeTermCapacity(id, to: to, reason: reason)
        case .termStarted(let id): self = .startTerm(id)
        case .termCompleted(let id): self = .completeTerm(id)
        case .termCancelled(let id, let reason): self = .cancelTerm(id, reason: reason)
        case .enrollmentApplied(_, let user, let term, let direct):
            self = direct ? .enrollDirectly(user: user, term: term) : .applyEnrollment(user: user, term: term)
        case .enrollmentApproved(let id, _, let overbooked, let reason):
            self = .approveEnrollment(id, override: overbooked, reason: reason)
        case .enrollmentRejected(let id, _, _, let reason): self = .rejectEnrollment(id, reason: reason)
        case .enrollmentCancelled(let id, _, _, _, let reason): self = .cancelEnrollment(id, reason: reason)
        case .commandRefused(let refusal): self = Command(refusedIn: refusal)
        case .stateAttested(let attestation): self = .attestState(attestation)
        }
    }

    private init(refusedIn refusal: Refusal) {
        switch (refusal.command, refusal.enrollment) {
        case (.approveEnrollment, let id?): self = .approveEnrollment(id)
        case (.rejectEnrollment, let id?): self = .rejectEnrollment(id)
        case (.cancelEnrollment, let id?): self = .cancelEnrollment(id)
        case (.enrollDirectly, _): self = .enrollDirectly(user: refusal.user, term: refusal.term)
        default: self = .applyEnrollment(user: refusal.user, term: refusal.term)
        }
    }
}
