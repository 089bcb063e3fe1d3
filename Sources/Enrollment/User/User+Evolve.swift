// What events about users mean.

extension EnrollmentState {
    mutating func register(_ id: UserID, email: String, name: String, role: Role, sourceID: String?) {
        precondition(id.slot == users.count, "user ids are dense, in creation order")
        users.append(User(id: id, email: email, name: name, role: role, sourceID: sourceID))
        index.usersByEmail.insert(email, at: id.slot)
        if let sourceID { index.usersBySourceID.insert(sourceID, at: id.slot) }
    }

    mutating func update(_ id: UserID, email: String?, name: String?) {
        if let email {
            index.usersByEmail.remove(users[id.slot].email, at: id.slot)
            index.usersByEmail.insert(email, at: id.slot)
            users[id.slot].email = email
        }
        if let name { users[id.slot].name = name }
    }

    /// A live enrollment of the user ended, or its term was completed.
    mutating func countLiveEnrollmentEnded(of user: UserID) {
        precondition(users[user.slot].liveEnrollments > 0, "a live enrollment is counted before it ends")
        users[user.slot].liveEnrollments -= 1
    }
}
