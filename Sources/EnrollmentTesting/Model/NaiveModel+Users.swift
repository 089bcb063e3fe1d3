// The naive model's rules about users.

import Enrollment

extension NaiveModel {
    mutating func performOnUser(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .registerUser(let email, let name, let role, let sourceID):
            return try register(
                User(
                    email: cleanEmail(email), name: clean(name), role: role, sourceID: sourceID.map { clean($0) }),
                context)
        case .updateUser(let id, let email, let name):
            return try update(
                id, email: email.map { cleanEmail($0) }, name: name.map { clean($0) }, context)
        case .changeUserRole(let id, let role):
            let number = try existing(id)
            try expectVersion(users[number].version, of: .user(id), context)
            if users[number].status == .erased { throw .userErased(id) }
            if users[number].role == role { return [] }
            if users[number].role == .instructor, let course = courseInProgress(taughtBy: id) {
                throw .instructorHasActiveCourses(id, course)
            }
            users[number].role = role
            users[number].version += 1
            return [.userRoleChanged(id, role: role)]
        case .activateUser(let id):
            try move(id, from: [.inactive], to: .active, context)
            return [.userActivated(id)]
        case .suspendUser(let id, let reason):
            try move(id, from: [.active, .inactive], to: .suspended, context)
            return [.userSuspended(id, reason: cleanReason(reason))]
        case .reinstateUser(let id):
            try move(id, from: [.suspended], to: .active, context)
            return [.userReinstated(id)]
        case .deactivateUser(let id, let cascade):
            return try deactivate(id, cascade: cascade, context)
        case .eraseUser(let id, let cascade):
            return try erase(id, cascade: cascade, context)
        case .confirmErasure(let id):
            return try confirmErasure(id, context)
        default:
            return []
        }
    }

    private mutating func register(_ user: User, _ context: CommandContext) throws(Rejection) -> [Event] {
        let id = UserID(Int64(users.count) + 1)
        try expectVersion(0, of: .user(id), context)
        for (number, other) in users.enumerated() where isSameAddress(other.email, user.email) {
            throw .duplicateEmail(existing: UserID(Int64(number) + 1))
        }
        for (number, other) in users.enumerated() where user.sourceID != nil && other.sourceID == user.sourceID {
            throw .duplicateSourceID(existing: Int64(number) + 1)
        }
        users.append(user)
        guard let email = user.email, let name = user.name else { return [] }
        return [.userRegistered(id, email: email, name: name, role: user.role, sourceID: user.sourceID)]
    }

    private mutating func update(
        _ id: UserID, email: PersonalText?, name: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try existing(id)
        try expectVersion(users[number].version, of: .user(id), context)
        if users[number].status == .erased { throw .userErased(id) }
        for (otherNumber, other) in users.enumerated()
        where otherNumber != number && email != nil && isSameAddress(other.email, email) {
            throw .duplicateEmail(existing: UserID(Int64(otherNumber) + 1))
        }
        let changesEmail = email != nil && !isSameAddress(email, users[number].email)
        let changesName = name != nil && name != users[number].name
        if !changesEmail && !changesName { return [] }
        if changesEmail, let email { users[number].email = email }
        if changesName, let name { users[number].name = name }
        users[number].version += 1
        return [.userUpdated(id, email: changesEmail ? email : nil, name: changesName ? name : nil)]
    }

    private mutating func move(
        _ id: UserID, from: [UserStatus], to: UserStatus, _ context: CommandContext
    ) throws(Rejection) {
        let number = try existing(id)
        try expectVersion(users[number].version, of: .user(id), context)
        let status = users[number].status
        if status == .erased { throw .userErased(id) }
        if !from.contains(status) { throw .invalidUserTransition(id, from: status, to: to) }
        users[number].status = to
        users[number].version += 1
    }

    private mutating func deactivate(
        _ id: UserID, cascade: Bool, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try existing(id)
        try expectVersion(users[number].version, of: .user(id), context)
        let status = users[number].status
        if status == .erased { throw .userErased(id) }
        if status != .active { throw .invalidUserTransition(id, from: status, to: .inactive) }
        let held = holdings(of: id)
        if !held.isEmpty && !cascade { throw .userHasActiveEnrollments(id, count: held.count) }
        if let course = courseInProgress(taughtBy: id) { throw .instructorHasActiveCourses(id, course) }
        for enrollment in held { try checkDating(of: enrollment, context) }
        users[number].status = .inactive
        users[number].version += 1
        var report: [Event] = [.userDeactivated(id)]
        for enrollment in held {
            report.append(cancel(enrollment, cause: .userDeactivated, reason: nil, context))
        }
        return report
    }

    private mutating func erase(
        _ id: UserID, cascade: Bool, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try existing(id)
        try expectVersion(users[number].version, of: .user(id), context)
        if users[number].status == .erased { throw .userErased(id) }
        if case .plain? = users[number].email { throw .personalDataPlain(id) }
        let held = holdings(of: id)
        if !held.isEmpty && !cascade { throw .userHasActiveEnrollments(id, count: held.count) }
        if let course = courseInProgress(taughtBy: id) { throw .instructorHasActiveCourses(id, course) }
        for enrollment in held { try checkDating(of: enrollment, context) }
        users[number].status = .erased
        users[number].version += 1
        var report: [Event] = [.erasureRequested(id)]
        for enrollment in held {
            report.append(cancel(enrollment, cause: .userErased, reason: nil, context))
        }
        return report
    }

    private mutating func confirmErasure(_ id: UserID, _ context: CommandContext) throws(Rejection) -> [Event] {
        let number = try existing(id)
        try expectVersion(users[number].version, of: .user(id), context)
        let status = users[number].status
        if status != .erased { throw .invalidUserTransition(id, from: status, to: .erased) }
        if users[number].email == nil { return [] }
        users[number].email = nil
        users[number].name = nil
        users[number].version += 1
        return [.userErased(id)]
    }
}
