// The pure half of the decider: what a command becomes in a state. One case a command; rules stand by aggregate.

extension EnrollmentState {
    /// What `command` becomes in this state: its events, to be stored all or none, or the reason why not.
    ///
    /// Pure: the same state, command and context always give the same answer. No event means "accepted, and nothing
    /// changes".
    ///
    /// `context.expectedVersion` is judged against the stream of what the command is about: the term's for term and
    /// enrollment commands, the user's or the course's for theirs, and a stream of version 0 for a command that
    /// creates.
    ///
    /// - Throws: the first ``Rejection`` in the order input, authority, existence (user, course, term, enrollment),
    ///   transition of the enrollment that the command names, version, user, course, term, window, duplicate,
    ///   capacity. A wrong transition comes before an obstacle.
    /// - Complexity: O(1) for enrollment commands; ``Command/completeTerm(_:)`` and ``Command/cancelTerm(_:reason:)``
    ///   walk the enrollments of their term, ``Command/deactivateUser(_:cascade:)`` and
    ///   ``Command/eraseUser(_:cascade:)`` those of its user.
    public func decide(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        var events: [Event] = []
        try decide(command, context, into: &events)
        return events
    }

    /// The same, with the events appended to an array whose memory may be used again; nothing where it throws.
    public func decide(
        _ command: Command, _ context: CommandContext, into events: inout [Event]
    ) throws(Rejection) {
        let command = try command.checkedInput(context)
        try authorize(command, context)
        switch command {
        case .applyEnrollment(let user, let term):
            try applyEnrollment(user: user, term: term, context, into: &events)
        case .approveEnrollment(let enrollment, let override, let reason):
            try approveEnrollment(enrollment, override: override, reason: reason, context, into: &events)
        case .rejectEnrollment(let enrollment, let reason):
            try rejectEnrollment(enrollment, reason: reason, context, into: &events)
        case .cancelEnrollment(let enrollment, let reason):
            try cancelEnrollment(enrollment, reason: reason, context, into: &events)
        case .enrollDirectly(let user, let term, let override, let reason):
            try enrollDirectly(user: user, term: term, override: override, reason: reason, context, into: &events)
        default:
            events += try decideSeldom(command, context)
        }
    }

    /// The commands that come by the thousand and not by the million, and may make an array each.
    private func decideSeldom(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .registerUser(let email, let name, let role, let sourceID):
            try registerUser(email: email, name: name, role: role, sourceID: sourceID, context)
        case .updateUser(let user, let email, let name): try updateUser(user, email: email, name: name, context)
        case .changeUserRole(let user, let role): try changeUserRole(user, role: role, context)
        case .activateUser(let user): try activateUser(user, context)
        case .deactivateUser(let user, let cascade): try deactivateUser(user, cascade: cascade, context)
        case .suspendUser(let user, let reason): try suspendUser(user, reason: reason, context)
        case .reinstateUser(let user): try reinstateUser(user, context)
        case .eraseUser(let user, let cascade): try eraseUser(user, cascade: cascade, context)
        case .confirmErasure(let user): try confirmErasure(user, context)

        case .createCourse(let title, let description, let category, let instructor, let sourceID):
            try createCourse(
                title: title, description: description, category: category, instructor: instructor,
                sourceID: sourceID, context)
        case .updateCourse(let course, let title, let description, let category):
            try updateCourse(course, title: title, description: description, category: category, context)
        case .assignInstructor(let course, let user): try assignInstructor(course, instructor: user, context)
        case .publishCourse(let course): try publishCourse(course, context)
        case .closeCourse(let course): try closeCourse(course, context)
        case .reopenCourse(let course): try reopenCourse(course, context)
        case .archiveCourse(let course): try archiveCourse(course, context)

        case .scheduleTerm(let course, let number, let dates, let capacity, let admission, let sourceID):
            try scheduleTerm(
                course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
                sourceID: sourceID, context)
        case .updateTerm(let term, let dates, let admission):
            try updateTerm(term, dates: dates, admission: admission, context)
        case .setEnrollmentWindow(let term, let window): try setEnrollmentWindow(term, window: window, context)
        case .changeTermCapacity(let term, let capacity, let allowOverbooked, let reason):
            try changeTermCapacity(term, to: capacity, allowOverbooked: allowOverbooked, reason: reason, context)
        case .startTerm(let term): try startTerm(term, context)
        case .completeTerm(let term): try completeTerm(term, context)
        case .cancelTerm(let term, let reason): try cancelTerm(term, reason: reason, context)

        case .attestState(let attestation): try attest(attestation, context)

        case .applyEnrollment, .approveEnrollment, .rejectEnrollment, .cancelEnrollment, .enrollDirectly: []
        }
    }
}
