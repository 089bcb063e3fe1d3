// What a command leads to in a state: the user, course, term and enrollment that the rules look at.

internal import Enrollment
internal import EnrollmentEngine

extension SeenValues {
    init(_ command: CommandEnvelope, recordedAt: Timestamp, in state: EnrollmentState) {
        judgedAt = command.effectiveAt ?? recordedAt
        if case .user(let id) = command.actor { actor = state[id] } else { actor = nil }
        let subject = Subject(command.command, in: state)
        enrollment = subject.enrollment.flatMap { state[$0] }
        user = subject.user.flatMap { state[$0] }
        let term = subject.term.flatMap { state[$0] }
        self.term = term
        course = (subject.course ?? term?.course).flatMap { state[$0] }
        window = term.map(state.effectiveWindow(of:))
        if let user = subject.user, let term = subject.term, enrollment == nil {
            live = state.liveEnrollment(of: user, in: term).flatMap { state[$0] }
        } else {
            live = nil
        }
    }
}

/// The ids that a command names, and those that they lead to.
private struct Subject {
    var user: UserID?
    var course: CourseID?
    var term: TermID?
    var enrollment: EnrollmentID?

    init(_ command: Command, in state: EnrollmentState) {
        switch command {
        case .registerUser, .attestState: break
        case .updateUser(let id, _, _), .changeUserRole(let id, _), .activateUser(let id), .deactivateUser(let id, _),
            .suspendUser(let id, _), .reinstateUser(let id), .eraseUser(let id, _), .confirmErasure(let id):
            user = id
        case .createCourse(_, _, _, let instructor, _): user = instructor
        case .assignInstructor(let id, let instructor):
            course = id
            user = instructor
        case .updateCourse(let id, _, _, _), .publishCourse(let id), .closeCourse(let id), .reopenCourse(let id),
            .archiveCourse(let id), .scheduleTerm(let id, _, _, _, _, _):
            course = id
        case .updateTerm(let id, _, _), .setEnrollmentWindow(let id, _), .changeTermCapacity(let id, _, _, _),
            .startTerm(let id), .completeTerm(let id), .cancelTerm(let id, _):
            term = id
        case .applyEnrollment(let userID, let termID), .enrollDirectly(let userID, let termID, _, _):
            user = userID
            term = termID
        case .approveEnrollment(let id, _, _), .rejectEnrollment(let id, _), .cancelEnrollment(let id, _):
            enrollment = id
            user = state[id]?.user
            term = state[id]?.term
        }
    }
}
