// What events about users mean.

extension EnrollmentState {
    mutating func register(_ id: UserID, email: PersonalText, name: PersonalText, role: Role, sourceID: String?) {
        precondition(id.slot == users.count, "user ids are dense, in creation order")
        users.append(User(id: id, email: email, name: name, role: role, sourceID: sourceID))
        index.usersByEmail.insert(email.addressKey, at: id.slot)
        if let sourceID { index.usersBySourceID.insert(sourceID, at: id.slot) }
    }

    mutating func update(_ id: UserID, email: PersonalText?, name: PersonalText?) {
        if let email {
            forgetAddress(of: id)
            index.usersByEmail.insert(email.addressKey, at: id.slot)
            users[id.slot].email = email
        }
        if let name { users[id.slot].name = name }
    }

    /// The address is free from here on; the id and the source id stay taken.
    mutating func erase(_ id: UserID) {
        forgetAddress(of: id)
        users[id.slot].email = nil
        users[id.slot].name = nil
    }

    private mutating func forgetAddress(of id: UserID) {
        if let email = users[id.slot].email { index.usersByEmail.remove(email.addressKey, at: id.slot) }
    }

    /// A live enrollment of the user ended, or its term was completed.
    mutating func countLiveEnrollmentEnded(of user: UserID) {
        precondition(users[user.slot].liveEnrollments > 0, "a live enrollment is counted before it ends")
        users[user.slot].liveEnrollments -= 1
    }
}
