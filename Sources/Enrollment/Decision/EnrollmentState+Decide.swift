// The pure half of the decider: what a command becomes in a state. One case a command; rules stand by aggregate.

extension EnrollmentState {
    /// What `command` becomes in this state: its events, to be stored all or none, or the reason why not.
    ///
    /// Pure: the same state, command and context always give the same answer. No event means "accepted, and nothing
    /// changes".
    ///
    /// - Throws: the first ``Rejection`` in the order input, authority, existence, version, user, course, term,
    ///   window, duplicate, capacity.
    public func decide(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        []
    }

    /// The recorded form of a rejection of `command`, or nil where it is not recorded.
    public func refusal(of command: Command, for rejection: Rejection) -> Event? {
        nil
    }
}
