// Which fields each command takes.

internal import Enrollment

extension CommandFields {
    /// The command of a kind.
    mutating func command(_ kind: CommandKind) throws(CommandJSONError) -> Command {
        switch kind {
        case .registerUser, .updateUser, .changeUserRole, .activateUser, .deactivateUser, .suspendUser, .reinstateUser,
            .eraseUser, .confirmErasure:
            try userCommand(kind)
        case .createCourse, .updateCourse, .assignInstructor, .publishCourse, .closeCourse, .reopenCourse,
            .archiveCourse:
            try courseCommand(kind)
        case .scheduleTerm, .updateTerm, .setEnrollmentWindow, .changeTermCapacity, .startTerm, .completeTerm,
            .cancelTerm:
            try termCommand(kind)
        case .applyEnrollment, .approveEnrollment, .rejectEnrollment, .cancelEnrollment, .enrollDirectly:
            try enrollmentCommand(kind)
        case .attestState: .attestState(try attestation())
        }
    }

    private mutating func userCommand(_ kind: CommandKind) throws(CommandJSONError) -> Command {
        if kind == .registerUser {
            return .registerUser(
                email: .plain(try text("email")), name: .plain(try text("name")), role: try named("role"),
                sourceID: try optionalText("sourceID"))
        }
        let user = try user("user")
        switch kind {
        case .updateUser:
            return .updateUser(user, email: try optionalPersonalText("email"), name: try optionalPersonalText("name"))
        case .changeUserRole: return .changeUserRole(user, role: try named("role"))
        case .activateUser: return .activateUser(user)
        case .deactivateUser: return .deactivateUser(user, cascade: try flag("cascade"))
        case .suspendUser: return .suspendUser(user, reason: try optionalPersonalText("reason"))
        case .reinstateUser: return .reinstateUser(user)
        case .eraseUser: return .eraseUser(user, cascade: try flag("cascade"))
        default: return .confirmErasure(user)
        }
    }

    private mutating func courseCommand(_ kind: CommandKind) throws(CommandJSONError) -> Command {
        if kind == .createCourse {
            return .createCourse(
                title: try text("title"), description: try optionalText("description") ?? "",
                category: try optionalText("category") ?? "", instructor: try optionalInstructor(),
                sourceID: try optionalText("sourceID"))
        }
        let course = try course("course")
        switch kind {
        case .updateCourse:
            return .updateCourse(
                course, title: try optionalText("title"), description: try optionalText("description"),
                category: try optionalText("category"))
        case .assignInstructor:
            let member = try requiredMember("instructor", "the id of a user, or null for none")
            if case .null = member.value { return .assignInstructor(course, instructor: nil) }
            return .assignInstructor(course, instructor: try user(member))
        case .publishCourse: return .publishCourse(course)
        case .closeCourse: return .closeCourse(course)
        case .reopenCourse: return .reopenCourse(course)
        default: return .archiveCourse(course)
        }
    }

    private mutating func optionalInstructor() throws(CommandJSONError) -> UserID? {
        guard let member = optionalMember("instructor") else { return nil }
        return try user(member)
    }

    private mutating func termCommand(_ kind: CommandKind) throws(CommandJSONError) -> Command {
        if kind == .scheduleTerm {
            return .scheduleTerm(
                course: try course("course"), termNumber: Int(try integer("termNumber")), dates: try dates(),
                capacity: Int(try integer("capacity")), admission: try optionalNamed("admission") ?? .approval,
                sourceID: try optionalText("sourceID"))
        }
        let term = try term("term")
        switch kind {
        case .updateTerm:
            return .updateTerm(term, dates: try optionalDates(), admission: try optionalNamed("admission"))
        case .setEnrollmentWindow: return .setEnrollmentWindow(term, window: try window())
        case .changeTermCapacity:
            return .changeTermCapacity(
                term, to: Int(try integer("to")), allowOverbooked: try flag("allowOverbooked"),
                reason: try optionalPersonalText("reason"))
        case .startTerm: return .startTerm(term)
        case .completeTerm: return .completeTerm(term)
        default: return .cancelTerm(term, reason: try optionalPersonalText("reason"))
        }
    }

    private mutating func attestation() throws(CommandJSONError) -> StateAttestation {
        let through = try integer("through")
        let tablesVersion = try integer("tablesVersion")
        let tables = try digest("tables")
        let terms = try integer("terms")
        let attestation = StateAttestation(
            through: through, tablesVersion: tablesVersion, tables: tables, terms: terms,
            termVersions: try digest("termVersions"))
        guard let attestation else {
            throw problem(
                try requiredMember("through", "a position"),
                reason: "through is a position, from 1 on; tablesVersion and terms are 0 or more")
        }
        return attestation
    }

    /// A term's dates change together, so that neither is judged against one that the caller did not see.
    private mutating func optionalDates() throws(CommandJSONError) -> TermDates? {
        let isGiven = optionalMember("startDate") != nil
        guard isGiven || optionalMember("endDate") != nil else { return nil }
        return try dates()
    }

    /// Both bounds, or null for both: the default window.
    private mutating func window() throws(CommandJSONError) -> EnrollmentWindow? {
        let expected = "an instant, or null for the default window"
        _ = try requiredMember("opensAt", expected)
        let closing = try requiredMember("closesAt", expected)
        switch (try optionalInstant("opensAt"), try optionalInstant("closesAt")) {
        case (let opensAt?, let closesAt?): return EnrollmentWindow(opensAt: opensAt, closesAt: closesAt)
        case (nil, nil): return nil
        default: throw problem(closing, reason: "opensAt and closesAt are given together, or both null")
        }
    }

    private mutating func enrollmentCommand(_ kind: CommandKind) throws(CommandJSONError) -> Command {
        switch kind {
        case .applyEnrollment: return .applyEnrollment(user: try user("user"), term: try term("term"))
        case .enrollDirectly:
            return .enrollDirectly(
                user: try user("user"), term: try term("term"), override: try flag("override"),
                reason: try optionalPersonalText("reason"))
        case .approveEnrollment:
            return .approveEnrollment(
                try enrollment("enrollment"), override: try flag("override"), reason: try optionalPersonalText("reason")
            )
        case .rejectEnrollment:
            return .rejectEnrollment(try enrollment("enrollment"), reason: try optionalPersonalText("reason"))
        default: return .cancelEnrollment(try enrollment("enrollment"), reason: try optionalPersonalText("reason"))
        }
    }
}
