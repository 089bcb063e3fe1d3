// What events about users make of their rows.

internal import Enrollment

extension TableFold {
    mutating func foldUser(_ event: Event, _ moment: Moment) throws(PoisonReason) {
        switch event {
        case .userRegistered(let id, let email, let name, let role, let sourceID):
            try checkNext(id.rawValue, after: users.count, "user")
            users.append(
                FoldedUser(
                    sourceID: sourceID, email: email.plain, name: name.plain, role: role, createdAt: moment.recordedAt,
                    updatedAt: moment.recordedAt, touchedAt: moment.position))
        case .userUpdated(let id, let email, let name):
            let place = try touch(id, moment)
            if let email { users[place].email = email.plain }
            if let name { users[place].name = name.plain }
        case .userRoleChanged(let id, let role):
            users[try touch(id, moment)].role = role
        case .userActivated(let id): try move(id, from: [.inactive], to: .active, moment)
        case .userDeactivated(let id): try move(id, from: [.active], to: .inactive, moment)
        case .userSuspended(let id, _): try move(id, from: [.active, .inactive], to: .suspended, moment)
        case .userReinstated(let id): try move(id, from: [.suspended], to: .active, moment)
        case .erasureRequested(let id):
            try move(id, from: [.active, .inactive, .suspended], to: .erased, moment)
            let place = try touch(id, moment)
            users[place].email = nil
            users[place].name = nil
        case .userErased(let id): try move(id, from: [.erased], to: .erased, moment)
        default: preconditionFailure("only events about users come here")
        }
    }

    private mutating func move(
        _ id: UserID, from: [UserStatus], to: UserStatus, _ moment: Moment
    ) throws(PoisonReason) {
        let place = try touch(id, moment)
        try check(users[place].status, isIn: from, "user", id.rawValue)
        users[place].status = to
    }

    private mutating func touch(_ id: UserID, _ moment: Moment) throws(PoisonReason) -> Int {
        let place = try place(of: id.rawValue, in: users.count, "user")
        users[place].updatedAt = moment.recordedAt
        users[place].touchedAt = moment.position
        return place
    }
}
