// What a caller gets for a command that was accepted: given only after the sync that covers its events.

public import Enrollment
public import EventLog

/// The proof that a command was accepted, and what it became.
public struct Receipt: Hashable, Sendable {
    /// The id of the command that was answered.
    public let commandID: CommandID
    /// The position of the last event; where nothing changed, the position at which that was decided.
    public let position: Position
    /// In the order of the log; empty where nothing changed.
    public let events: [RecordedEvent]
    /// Whether this is the answer of the first time, given again: nothing new was stored.
    public let isReplay: Bool
}

/// An event as it stands in the log.
public struct RecordedEvent: Hashable, Sendable {
    /// Where it stands in the log.
    public let position: Position
    /// The entity whose stream it belongs to.
    public let stream: EventStream
    /// The event's number within its stream, from 1.
    public let version: StreamVersion
    /// When it was recorded, and for when where it is back-dated.
    public let time: EventTime
    /// Who gave the command.
    public let actor: Actor
    /// The command that made it; all events of a batch share it.
    public let commandID: CommandID
    /// Whether it is the first event of its command's batch.
    public let isBatchStart: Bool
    /// What happened.
    public let event: Event

    /// Makes a recorded event of its parts.
    public init(
        position: Position, stream: EventStream, version: StreamVersion, time: EventTime, actor: Actor,
        commandID: CommandID, isBatchStart: Bool, event: Event
    ) {
        self.position = position
        self.stream = stream
        self.version = version
        self.time = time
        self.actor = actor
        self.commandID = commandID
        self.isBatchStart = isBatchStart
        self.event = event
    }
}

extension Actor {
    /// How the log stores an actor: 0 for the system, else the user's id.
    package var stored: Int64 {
        switch self {
        case .system: 0
        case .user(let id): id.rawValue
        }
    }

    init(stored: Int64) { self = stored == 0 ? .system : .user(UserID(stored)) }
}
