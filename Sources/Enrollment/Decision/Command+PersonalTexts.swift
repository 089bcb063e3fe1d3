// The personal texts of commands and events, one by one: what sealing, opening and comparing have in common.

extension Command {
    /// Its personal texts, of which there are never more than two.
    private var texts: (PersonalText?, PersonalText?) {
        switch self {
        case .registerUser(let email, let name, _, _): (email, name)
        case .updateUser(_, let email, let name): (email, name)
        case .suspendUser(_, let reason), .changeTermCapacity(_, _, _, let reason), .cancelTerm(_, let reason),
            .approveEnrollment(_, _, let reason), .rejectEnrollment(_, let reason), .cancelEnrollment(_, let reason),
            .enrollDirectly(_, _, _, let reason):
            (reason, nil)
        default: (nil, nil)
        }
    }

    /// Whether it carries a personal text.
    package var hasPersonalText: Bool { texts.0 != nil || texts.1 != nil }

    /// Whether one of its personal texts is sealed.
    package var isSealed: Bool { texts.0?.isSealed ?? false || texts.1?.isSealed ?? false }

    /// The command with its texts in the form in which they are stored: trimmed, and addresses in lower case.
    ///
    /// - Throws: what is wrong with them, as `decide` would find.
    package func inStoredForm() throws(Rejection) -> Command { try checkedFields() }

    /// An address in the form in which it is stored.
    package static func storedForm(ofAddress text: String) throws(Rejection) -> String {
        try TextRule.checkedEmail(.plain(text)).plain ?? text
    }

    /// The command with every personal text replaced.
    package func replacingPersonalTexts<Failure: Error>(
        _ replace: (PersonalText, PersonalField) throws(Failure) -> PersonalText
    ) throws(Failure) -> Command {
        func replaced(_ text: PersonalText?, _ field: PersonalField) throws(Failure) -> PersonalText? {
            guard let text else { return nil }
            return try replace(text, field)
        }
        switch self {
        case .registerUser(let email, let name, let role, let sourceID):
            return .registerUser(
                email: try replace(email, .email), name: try replace(name, .name), role: role, sourceID: sourceID)
        case .updateUser(let user, let email, let name):
            return .updateUser(user, email: try replaced(email, .email), name: try replaced(name, .name))
        case .suspendUser(let user, let reason):
            return .suspendUser(user, reason: try replaced(reason, .reason))
        case .changeTermCapacity(let term, let capacity, let allowOverbooked, let reason):
            return .changeTermCapacity(
                term, to: capacity, allowOverbooked: allowOverbooked, reason: try replaced(reason, .reason))
        case .cancelTerm(let term, let reason): return .cancelTerm(term, reason: try replaced(reason, .reason))
        case .approveEnrollment(let id, let override, let reason):
            return .approveEnrollment(id, override: override, reason: try replaced(reason, .reason))
        case .rejectEnrollment(let id, let reason):
            return .rejectEnrollment(id, reason: try replaced(reason, .reason))
        case .cancelEnrollment(let id, let reason):
            return .cancelEnrollment(id, reason: try replaced(reason, .reason))
        case .enrollDirectly(let user, let term, let override, let reason):
            return .enrollDirectly(
                user: user, term: term, override: override, reason: try replaced(reason, .reason))
        default: return self
        }
    }

    /// Its personal text in a field; nil where it has none there.
    package func personalText(_ field: PersonalField) -> PersonalText? {
        switch (self, field) {
        case (.registerUser(let email, _, _, _), .email): email
        case (.registerUser(_, let name, _, _), .name): name
        case (.updateUser(_, let email, _), .email): email
        case (.updateUser(_, _, let name), .name): name
        case (.registerUser, _), (.updateUser, _), (_, .email), (_, .name): nil
        default: texts.0
        }
    }
}

extension Event {
    /// Its personal texts, of which there are never more than two.
    private var texts: (PersonalText?, PersonalText?) {
        switch self {
        case .userRegistered(_, let email, let name, _, _): (email, name)
        case .userUpdated(_, let email, let name): (email, name)
        case .userSuspended(_, let reason), .termCapacityChanged(_, _, _, _, let reason), .termCancelled(_, let reason),
            .enrollmentApproved(_, _, _, let reason), .enrollmentRejected(_, _, _, let reason),
            .enrollmentCancelled(_, _, _, _, let reason):
            (reason, nil)
        default: (nil, nil)
        }
    }

    /// Whether it carries a personal text.
    package var hasPersonalText: Bool { texts.0 != nil || texts.1 != nil }

    /// Whether one of its personal texts is sealed.
    package var isSealed: Bool { texts.0?.isSealed ?? false || texts.1?.isSealed ?? false }

    /// The event with every personal text replaced.
    package func replacingPersonalTexts<Failure: Error>(
        _ replace: (PersonalText, PersonalField) throws(Failure) -> PersonalText
    ) throws(Failure) -> Event {
        func replaced(_ text: PersonalText?, _ field: PersonalField) throws(Failure) -> PersonalText? {
            guard let text else { return nil }
            return try replace(text, field)
        }
        switch self {
        case .userRegistered(let id, let email, let name, let role, let sourceID):
            return .userRegistered(
                id, email: try replace(email, .email), name: try replace(name, .name), role: role, sourceID: sourceID)
        case .userUpdated(let id, let email, let name):
            return .userUpdated(id, email: try replaced(email, .email), name: try replaced(name, .name))
        case .userSuspended(let id, let reason): return .userSuspended(id, reason: try replaced(reason, .reason))
        case .termCapacityChanged(let id, let from, let to, let taken, let reason):
            return .termCapacityChanged(id, from: from, to: to, taken: taken, reason: try replaced(reason, .reason))
        case .termCancelled(let id, let reason): return .termCancelled(id, reason: try replaced(reason, .reason))
        case .enrollmentApproved(let id, let term, let overbooked, let reason):
            return .enrollmentApproved(id, term: term, overbooked: overbooked, reason: try replaced(reason, .reason))
        case .enrollmentRejected(let id, let term, let cause, let reason):
            return .enrollmentRejected(id, term: term, cause: cause, reason: try replaced(reason, .reason))
        case .enrollmentCancelled(let id, let term, let previous, let cause, let reason):
            return .enrollmentCancelled(
                id, term: term, previous: previous, cause: cause, reason: try replaced(reason, .reason))
        default: return self
        }
    }

    /// Its personal texts by field.
    package var personalTexts: [PersonalField: PersonalText] {
        var texts: [PersonalField: PersonalText] = [:]
        _ = replacingPersonalTexts { text, field in
            texts[field] = text
            return text
        }
        return texts
    }
}

extension EnrollmentState {
    /// Whose key a command asks for: whose its personal texts are, or who is erased; 0 for nobody's.
    ///
    /// A name, an address and a reason belong to whom they are about: for a registration that is the next user. Where
    /// a reason is about no one person but about a term, it belongs to who gives it.
    package func owner(of command: Command, by actor: Actor) -> UserID {
        switch command {
        case .registerUser: return UserID(Int64(users.count) + 1)
        case .updateUser(let user, _, _), .suspendUser(let user, _), .enrollDirectly(let user, _, _, _),
            .eraseUser(let user, _), .confirmErasure(let user):
            return self[user]?.id ?? 0
        case .approveEnrollment(let id, _, _), .rejectEnrollment(let id, _), .cancelEnrollment(let id, _):
            return self[id]?.user ?? 0
        default:
            if case .user(let user) = actor { return self[user]?.id ?? 0 }
            return 0
        }
    }
}
