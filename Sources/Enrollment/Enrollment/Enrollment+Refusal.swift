// What a refused enrollment command leaves in the history, so that losers of a race appear there too.

extension EnrollmentState {
    /// The recorded form of a rejection of `command`, or nil where it is not recorded.
    ///
    /// Recorded are enrollment commands refused from the user step on, and those refused for the enrollment's
    /// transition; not malformed input, missing authority, unknown ids and version conflicts, nor other commands.
    public func refusal(of command: Command, for rejection: Rejection) -> Event? {
        guard command.kind.isAboutEnrollment, rejection.isRecorded else { return nil }
        switch command {
        case .applyEnrollment(let user, let term), .enrollDirectly(let user, let term, _, _):
            return refusal(command.kind, user: user, term: term, enrollment: nil, rejection)
        case .approveEnrollment(let id, _, _), .rejectEnrollment(let id, _), .cancelEnrollment(let id, _):
            guard let enrollment = self[id] else { return nil }
            return refusal(
                command.kind, user: enrollment.user, term: enrollment.term, enrollment: id, rejection)
        default:
            return nil
        }
    }

    private func refusal(
        _ kind: CommandKind, user: UserID, term: TermID, enrollment: EnrollmentID?, _ rejection: Rejection
    ) -> Event? {
        guard let slot = try? slot(of: term) else { return nil }
        return .commandRefused(
            Refusal(
                command: kind, user: user, term: term, enrollment: enrollment, rejection: rejection,
                capacity: terms[slot].capacity, taken: terms[slot].taken))
    }
}
