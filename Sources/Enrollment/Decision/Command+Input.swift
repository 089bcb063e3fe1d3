// The input step: what can be said against a command without looking at the state.

extension Command {
    /// The most that a term number and a capacity may be.
    static let highestTermNumber = 1_000_000
    static let highestCapacity = 1_000_000_000

    /// The command with its texts in the form in which they are stored.
    ///
    /// Fields are judged in the order in which the command lists them, then `effectiveAt`, then `expectedVersion`.
    ///
    /// - Throws: ``Rejection/invalidInput(field:problem:)``, ``Rejection/invalidTermDateRange(starts:ends:)`` or
    ///   ``Rejection/invalidCapacity(_:)``.
    func checkedInput(_ context: CommandContext) throws(Rejection) -> Command {
        let command = try checkedFields()
        try context.checkInput()
        return command
    }

    func checkedFields() throws(Rejection) -> Command {
        switch self {
        case .registerUser(let email, let name, let role, let sourceID):
            return .registerUser(
                email: try TextRule.checkedEmail(email), name: try TextRule.name.checked(name), role: role,
                sourceID: try TextRule.sourceID.checked(sourceID))
        case .updateUser(let user, let email, let name):
            var stored: PersonalText?
            if let email { stored = try TextRule.checkedEmail(email) }
            return .updateUser(user, email: stored, name: try TextRule.name.checked(name))
        case .suspendUser(let user, let reason):
            return .suspendUser(user, reason: try TextRule.checkedReason(reason))
        case .createCourse(let title, let description, let category, let instructor, let sourceID):
            return .createCourse(
                title: try TextRule.title.checked(title), description: try TextRule.description.checked(description),
                category: try TextRule.category.checked(category), instructor: instructor,
                sourceID: try TextRule.sourceID.checked(sourceID))
        case .updateCourse(let course, let title, let description, let category):
            return .updateCourse(
                course, title: try TextRule.title.checked(title),
                description: try TextRule.description.checked(description),
                category: try TextRule.category.checked(category))
        case .changeUserRole, .activateUser, .deactivateUser, .reinstateUser, .eraseUser, .confirmErasure,
            .assignInstructor, .publishCourse, .closeCourse, .reopenCourse, .archiveCourse, .startTerm, .completeTerm,
            .applyEnrollment, .attestState:
            return self
        case .scheduleTerm(let course, let termNumber, let dates, let capacity, let admission, let sourceID):
            guard (1...Command.highestTermNumber).contains(termNumber) else {
                throw .invalidInput(field: .termNumber, problem: .outOfRange)
            }
            try dates.check()
            try Command.check(capacity: capacity)
            return .scheduleTerm(
                course: course, termNumber: termNumber, dates: dates, capacity: capacity, admission: admission,
                sourceID: try TextRule.sourceID.checked(sourceID))
        case .updateTerm(_, let dates, _):
            try dates?.check()
            return self
        case .setEnrollmentWindow(_, let window):
            try window?.check()
            return self
        case .changeTermCapacity(let term, let capacity, let allowOverbooked, let reason):
            try Command.check(capacity: capacity)
            return .changeTermCapacity(
                term, to: capacity, allowOverbooked: allowOverbooked,
                reason: try TextRule.checkedReason(reason, isDemanded: allowOverbooked))
        case .cancelTerm(let term, let reason):
            return .cancelTerm(term, reason: try TextRule.checkedReason(reason))
        case .approveEnrollment(let enrollment, let override, let reason):
            return .approveEnrollment(
                enrollment, override: override, reason: try TextRule.checkedReason(reason, isDemanded: override))
        case .rejectEnrollment(let enrollment, let reason):
            return .rejectEnrollment(enrollment, reason: try TextRule.checkedReason(reason))
        case .cancelEnrollment(let enrollment, let reason):
            return .cancelEnrollment(enrollment, reason: try TextRule.checkedReason(reason))
        case .enrollDirectly(let user, let term, let override, let reason):
            return .enrollDirectly(
                user: user, term: term, override: override,
                reason: try TextRule.checkedReason(reason, isDemanded: override))
        }
    }

    private static func check(capacity: Int) throws(Rejection) {
        guard (1...highestCapacity).contains(capacity) else { throw .invalidCapacity(capacity) }
    }
}

extension TermDates {
    /// A term has at least one day, and lies in the years that the engine accepts.
    fileprivate func check() throws(Rejection) {
        guard startDate <= endDate, startsAt < endsAt, startsAt >= .earliest, endsAt <= .latest else {
            throw .invalidTermDateRange(starts: startsAt, ends: endsAt)
        }
    }
}

extension EnrollmentWindow {
    /// A window is not empty, and lies in the years that the engine accepts.
    fileprivate func check() throws(Rejection) {
        guard opensAt < closesAt, opensAt >= .earliest, closesAt <= .latest else {
            throw .invalidTermDateRange(starts: opensAt, ends: closesAt)
        }
    }
}

extension CommandContext {
    fileprivate func checkInput() throws(Rejection) {
        if let effectiveAt {
            guard effectiveAt >= .earliest, effectiveAt <= .latest else {
                throw .invalidInput(field: .effectiveAt, problem: .outOfRange)
            }
            guard effectiveAt <= now else { throw .invalidInput(field: .effectiveAt, problem: .inTheFuture) }
        }
        if let expectedVersion, expectedVersion < 0 {
            throw .invalidInput(field: .expectedVersion, problem: .outOfRange)
        }
    }
}
