// The naive model's input and authority steps.

import Enrollment

extension NaiveModel {
    func checkInput(of command: Command, _ context: CommandContext) throws(Rejection) {
        switch command {
        case .registerUser(let email, let name, _, let sourceID):
            try checkEmail(email)
            try check(name.plain, .name, 400)
            try check(sourceID, .sourceID, 200)
        case .updateUser(_, let email, let name):
            if let email { try checkEmail(email) }
            try check(name?.plain, .name, 400)
        case .createCourse(let title, let description, let category, _, let sourceID):
            try check(title, .title, 500)
            try check(description, .description, 16_000, mayBeEmpty: true, mayHaveLines: true)
            try check(category, .category, 200, mayBeEmpty: true)
            try check(sourceID, .sourceID, 200)
        case .updateCourse(_, let title, let description, let category):
            try check(title, .title, 500)
            try check(description, .description, 16_000, mayBeEmpty: true, mayHaveLines: true)
            try check(category, .category, 200, mayBeEmpty: true)
        case .scheduleTerm(_, let number, let dates, let capacity, _, let sourceID):
            if number < 1 || number > 1_000_000 { throw .invalidInput(field: .termNumber, problem: .outOfRange) }
            try check(dates)
            if capacity < 1 || capacity > 1_000_000_000 { throw .invalidCapacity(capacity) }
            try check(sourceID, .sourceID, 200)
        case .updateTerm(_, let dates, _):
            if let dates { try check(dates) }
        case .setEnrollmentWindow(_, let window):
            if let window, window.opensAt >= window.closesAt || isOutside(window.opensAt, window.closesAt) {
                throw .invalidTermDateRange(starts: window.opensAt, ends: window.closesAt)
            }
        case .changeTermCapacity(_, let capacity, let allowOverbooked, let reason):
            if capacity < 1 || capacity > 1_000_000_000 { throw .invalidCapacity(capacity) }
            try checkReason(reason, demanded: allowOverbooked)
        case .approveEnrollment(_, let override, let reason), .enrollDirectly(_, _, let override, let reason):
            try checkReason(reason, demanded: override)
        case .suspendUser(_, let reason), .cancelTerm(_, let reason), .rejectEnrollment(_, let reason),
            .cancelEnrollment(_, let reason):
            try checkReason(reason, demanded: false)
        default:
            break
        }
        if let claimed = context.effectiveAt {
            if isOutside(claimed, claimed) { throw .invalidInput(field: .effectiveAt, problem: .outOfRange) }
            if claimed > context.now { throw .invalidInput(field: .effectiveAt, problem: .inTheFuture) }
        }
        if let expected = context.expectedVersion, expected.rawValue < 0 {
            throw .invalidInput(field: .expectedVersion, problem: .outOfRange)
        }
    }

    private func isOutside(_ first: Timestamp, _ last: Timestamp) -> Bool {
        first < Timestamp.earliest || last > Timestamp.latest
    }

    private func check(_ dates: TermDates) throws(Rejection) {
        if dates.startDate > dates.endDate || dates.startsAt >= dates.endsAt
            || isOutside(dates.startsAt, dates.endsAt)
        {
            throw .invalidTermDateRange(starts: dates.startsAt, ends: dates.endsAt)
        }
    }

    private func check(
        _ text: String?, _ field: InputField, _ limit: Int, mayBeEmpty: Bool = false, mayHaveLines: Bool = false
    ) throws(Rejection) {
        guard let text else { return }
        if text.utf8.count > limit + 1024 { throw .invalidInput(field: field, problem: .tooLong) }
        let stored = clean(text)
        if stored.isEmpty && !mayBeEmpty { throw .invalidInput(field: field, problem: .empty) }
        if stored.utf8.count > limit { throw .invalidInput(field: field, problem: .tooLong) }
        for scalar in stored.unicodeScalars where scalar.value < 32 || scalar.value == 127 {
            if mayHaveLines && (scalar == "\t" || scalar == "\n" || scalar == "\r") { continue }
            throw .invalidInput(field: field, problem: .malformed)
        }
    }

    private func checkReason(_ reason: PersonalText?, demanded: Bool) throws(Rejection) {
        try check(reason?.plain, .reason, 2000, mayBeEmpty: true, mayHaveLines: true)
        if demanded && cleanReason(reason) == nil { throw .invalidInput(field: .reason, problem: .missing) }
    }

    private func checkEmail(_ email: PersonalText) throws(Rejection) {
        // What is sealed was looked at before it was.
        guard case .plain(let email) = email else { return }
        if email.utf8.count > 320 + 1024 { throw .invalidInput(field: .email, problem: .tooLong) }
        let stored = clean(email).lowercased()
        try check(stored, .email, 320)
        let scalars = Array(stored.unicodeScalars)
        let ats = scalars.indices.filter { scalars[$0] == "@" }
        if ats.count != 1 || ats == [0] || ats == [scalars.count - 1] || scalars.contains(where: isBlank) {
            throw .invalidInput(field: .email, problem: .malformed)
        }
    }

    func clean(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        var stored = ""
        stored.unicodeScalars.append(contentsOf: scalars)
        return stored
    }

    func clean(_ text: PersonalText) -> PersonalText {
        if case .plain(let text) = text { .plain(clean(text)) } else { text }
    }

    func cleanEmail(_ text: PersonalText) -> PersonalText {
        if case .plain(let text) = text { .plain(clean(text).lowercased()) } else { text }
    }

    func cleanReason(_ text: PersonalText?) -> PersonalText? {
        guard let text else { return nil }
        if case .plain(let text) = text, clean(text).isEmpty { return nil }
        return clean(text)
    }

    /// The property White_Space of Unicode, as its table lists it.
    private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }
}

extension NaiveModel {
    func checkAuthority(for command: Command, _ context: CommandContext) throws(Rejection) {
        var me: UserID?
        var isOperator = true
        var isAdmin = true
        if case .user(let id) = context.actor {
            guard id.rawValue >= 1 && id.rawValue <= Int64(users.count) else { throw .unauthorized(context.actor) }
            let user = users[Int(id.rawValue) - 1]
            me = id
            isAdmin = user.status == .active && user.role == .admin
            isOperator = user.status == .active && (user.role == .admin || user.role == .operator)
        }
        var allowed: Bool
        switch command {
        case .registerUser(_, _, let role, _): allowed = isAdmin || (isOperator && role != .admin)
        case .updateUser(let id, _, _): allowed = me == id || isAdmin || (isOperator && !isAdministrator(id))
        case .changeUserRole(let id, _): allowed = isAdmin && me != id
        case .attestState: allowed = isAdmin
        case .deactivateUser(let id, _), .suspendUser(let id, _), .eraseUser(let id, _):
            allowed = me != id && (isAdmin || (isOperator && !isAdministrator(id)))
        case .activateUser(let id), .reinstateUser(let id):
            allowed = isAdmin || (isOperator && !isAdministrator(id))
        case .confirmErasure: allowed = context.actor == .system
        case .applyEnrollment(let id, _): allowed = isOperator || me == id
        case .cancelEnrollment(let id, _): allowed = isOperator || (me != nil && owner(of: id) == me)
        default: allowed = isOperator
        }
        if context.effectiveAt != nil && !isOperator { allowed = false }
        if !allowed { throw .forbidden(context.actor) }
    }

    private func isAdministrator(_ id: UserID) -> Bool {
        id.rawValue >= 1 && id.rawValue <= Int64(users.count) && users[Int(id.rawValue) - 1].role == .admin
    }

    private func owner(of id: EnrollmentID) -> UserID? {
        id.rawValue >= 1 && id.rawValue <= Int64(enrollments.count) ? enrollments[Int(id.rawValue) - 1].user : nil
    }

    /// Whether the actor of a cancellation acts as an operator, or as the person whose enrollment it is.
    func actsAsOperator(_ actor: Actor) -> Bool {
        guard case .user(let id) = actor else { return true }
        let user = users[Int(id.rawValue) - 1]
        return user.status == .active && (user.role == .admin || user.role == .operator)
    }
}
