// A command with everything that a caller says about it.

public import Enrollment
public import EventLog

/// A command, who gives it, and the identity that makes a retry safe.
///
/// Two envelopes with the same ``id`` are the same command exactly when all other fields are equal too.
public struct CommandEnvelope: Hashable, Sendable {
    /// Chosen by the caller; a retry after an unknown outcome carries the same one.
    public var id: CommandID
    /// Who gives the command.
    public var actor: Actor
    /// What is asked for.
    public var command: Command
    /// The caller's own time, where an import has one; only `system`, ADMIN and OPERATOR may give it.
    public var effectiveAt: Timestamp?
    /// The version that the caller believes the command's stream to have.
    public var expectedVersion: StreamVersion?

    /// Makes an envelope; what is left out says nothing.
    public init(
        id: CommandID, actor: Actor, command: Command, effectiveAt: Timestamp? = nil,
        expectedVersion: StreamVersion? = nil
    ) {
        self.id = id
        self.actor = actor
        self.command = command
        self.effectiveAt = effectiveAt
        self.expectedVersion = expectedVersion
    }
}
