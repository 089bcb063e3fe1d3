// The commit loop: what happens to one command while the lock is held. Nothing here waits for the disk.

internal import Enrollment
internal import EventLog

/// Everything that the one writer owns.
struct EngineCore: Sendable {
    private(set) var state: EnrollmentState
    private(set) var remembered: RememberedCommands
    private(set) var lastRecordedAt: Timestamp
    private var batch = LogBatch()
    /// What the last command was decided to be; kept for its memory.
    private var decided: [Event] = []
    private(set) var recent: RecentEvents
    private let log: EventLog
    private let options: EngineOptions
    private let clock: any EngineClock
    var isClosed = false
    /// What this, the one writer, handed out, and how much of it was durable when it last asked.
    private var lastPosition: Position
    private var durable: Position

    init(replay: Replay, log: EventLog, options: EngineOptions, clock: any EngineClock) {
        state = replay.state
        remembered = replay.remembered
        lastRecordedAt = replay.lastRecordedAt
        recent = RecentEvents(
            capacity: options.recentEvents, byteCapacity: options.recentEventBytes, after: log.lastPosition)
        self.log = log
        lastPosition = log.lastPosition
        durable = log.durablePosition
        self.options = options
        self.clock = clock
    }

    /// What was decided about a command; to be told when `through` is durable.
    enum Decision: Sendable {
        case accepted([RecordedEvent], through: Position)
        case refused(Rejection, refusal: RecordedEvent?, through: Position)
        /// The id was recorded before, at this position.
        case seenBefore(at: Position)

        /// The last position that the answer rests on.
        var through: Position {
            switch self {
            case .accepted(_, let position), .refused(_, _, let position), .seenBefore(let position): position
            }
        }
    }

    /// Idempotency → decide → append → evolve.
    ///
    /// What it appends is written when ``write()`` is called.
    mutating func decide(_ envelope: CommandEnvelope) throws(ExecutionError) -> Decision {
        guard !isClosed else { throw .unavailable(EngineError(.closed, "The engine was closed; open it again.")) }
        if let position = remembered.position(of: envelope.id) { return .seenBefore(at: position) }
        guard hasRoom() else { throw .overloaded }
        let context = CommandContext(
            actor: envelope.actor, now: max(clock.now(), lastRecordedAt), effectiveAt: envelope.effectiveAt,
            expectedVersion: envelope.expectedVersion)
        decided.removeAll(keepingCapacity: true)
        do {
            try state.decide(envelope.command, context, into: &decided)
        } catch {
            guard options.refusals == .recorded, let refusal = state.refusal(of: envelope.command, for: error) else {
                return .refused(error, refusal: nil, through: lastPosition)
            }
            decided.append(refusal)
            let recorded = try append(decided, of: envelope, at: context.now)
            return .refused(error, refusal: recorded[0], through: recorded[0].position)
        }
        guard !decided.isEmpty else { return .accepted([], through: lastPosition) }
        let recorded = try append(decided, of: envelope, at: context.now)
        return .accepted(recorded, through: recorded[recorded.count - 1].position)
    }

    /// Has the log write what was decided: once for all commands that are decided in a row.
    func write() { log.write() }

    /// Whether fewer events wait for the disk than may.
    ///
    /// With no room for even one event, callers would wait for a sync that never comes.
    private mutating func hasRoom() -> Bool {
        let room = Int64(max(1, options.maximumPendingEvents))
        if lastPosition.rawValue - durable.rawValue < room { return true }
        durable = log.durablePosition
        return lastPosition.rawValue - durable.rawValue < room
    }

    /// Hands the batch to the log first: should the log refuse it, the state has not moved.
    private mutating func append(
        _ events: [Event], of envelope: CommandEnvelope, at now: Timestamp
    ) throws(ExecutionError) -> [RecordedEvent] {
        let recorded = fillBatch(events, of: envelope, at: now)
        do {
            lastPosition = try log.enqueue(batch, writesAtOnce: false).upperBound
        } catch {
            if error.code == .overloaded { throw .overloaded }
            throw .unavailable(EngineError(error))
        }
        lastRecordedAt = now
        remembered.remember(envelope.id, at: recorded[0].position)
        for (index, entry) in recorded.enumerated() {
            state.evolve(entry.event, at: entry.time)
            recent.append(entry, bytes: batch.payloadBytes(at: index))
        }
        return recorded
    }

    /// Encodes the batch; gives its events as they will stand in the log.
    private mutating func fillBatch(
        _ events: [Event], of envelope: CommandEnvelope, at now: Timestamp
    ) -> [RecordedEvent] {
        batch.reset(commandID: envelope.id, actor: envelope.actor.stored, recordedAt: now.rawValue)
        let time = EventTime(recordedAt: now, effectiveAt: envelope.effectiveAt)
        var recorded: [RecordedEvent] = []
        recorded.reserveCapacity(events.count)
        var latest: [EventStream: StreamVersion] = [:]
        let isCascade = events.count > 4
        for (index, event) in events.enumerated() {
            let stream = event.stream
            // A map for cascades alone: it would cost every application that is approved at once an allocation.
            let before = isCascade ? latest[stream] : recorded.last { $0.stream == stream }?.version
            let version = (before ?? state.version(of: stream)).next
            if isCascade { latest[stream] = version }
            let isShown =
                index > 0 || (envelope.expectedVersion == nil && envelope.command == Command(shownBy: event))
            batch.append(type: event.type.rawValue, stream: stream.key, version: version.rawValue) { bytes in
                EventCodec.encode(
                    event, effectiveAt: envelope.effectiveAt,
                    command: isShown ? nil : (envelope.command, envelope.expectedVersion), to: &bytes)
            }
            recorded.append(
                RecordedEvent(
                    position: Position(lastPosition.rawValue + 1 + Int64(index)), stream: stream, version: version,
                    time: time, actor: envelope.actor, commandID: envelope.id, isBatchStart: index == 0, event: event))
        }
        return recorded
    }
}
