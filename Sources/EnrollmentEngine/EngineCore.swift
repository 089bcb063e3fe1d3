// The commit loop: what happens to one command while the lock is held. Nothing here waits for the disk.

internal import Enrollment
internal import EventLog

/// Everything that the one writer owns.
struct EngineCore: Sendable {
    private(set) var state: EnrollmentState
    private(set) var remembered: RememberedCommands
    private(set) var lastRecordedAt: Timestamp
    private var batch = LogBatch()
    private(set) var recent: RecentEvents
    private let log: EventLog
    private let options: EngineOptions
    private let clock: any EngineClock
    var isClosed = false

    init(replay: Replay, log: EventLog, options: EngineOptions, clock: any EngineClock) {
        state = replay.state
        remembered = replay.remembered
        lastRecordedAt = replay.lastRecordedAt
        recent = RecentEvents(capacity: options.recentEvents, after: log.lastPosition)
        self.log = log
        self.options = options
        self.clock = clock
    }

    /// What was decided about a command; to be told when `through` is durable.
    enum Decision: Sendable {
        case accepted([RecordedEvent], through: Position)
        case refused(Rejection, refusal: RecordedEvent?, through: Position)
        /// The id was recorded before, at this position.
        case seenBefore(at: Position)
    }

    /// Idempotency → decide → append → evolve.
    mutating func decide(_ envelope: CommandEnvelope) throws(ExecutionError) -> Decision {
        guard !isClosed else { throw .unavailable(EngineError(.closed, "The engine was closed; open it again.")) }
        if let position = remembered.position(of: envelope.id) { return .seenBefore(at: position) }
        let pending = log.lastPosition.rawValue - log.durablePosition.rawValue
        // With no room for even one event, callers would wait for a sync that never comes.
        guard pending < Int64(max(1, options.maximumPendingEvents)) else { throw .overloaded }
        let context = CommandContext(
            actor: envelope.actor, now: max(clock.now(), lastRecordedAt), effectiveAt: envelope.effectiveAt,
            expectedVersion: envelope.expectedVersion)
        let events: [Event]
        do {
            events = try state.decide(envelope.command, context)
        } catch {
            guard options.refusals == .recorded, let refusal = state.refusal(of: envelope.command, for: error) else {
                return .refused(error, refusal: nil, through: log.lastPosition)
            }
            let recorded = try append([refusal], of: envelope, at: context.now)
            return .refused(error, refusal: recorded[0], through: recorded[0].position)
        }
        guard !events.isEmpty else { return .accepted([], through: log.lastPosition) }
        let recorded = try append(events, of: envelope, at: context.now)
        return .accepted(recorded, through: recorded[recorded.count - 1].position)
    }

    /// Hands the batch to the log first: should the log refuse it, the state has not moved.
    private mutating func append(
        _ events: [Event], of envelope: CommandEnvelope, at now: Timestamp
    ) throws(ExecutionError) -> [RecordedEvent] {
        let versions = fillBatch(events, of: envelope, at: now)
        let positions: ClosedRange<Position>
        do {
            positions = try log.enqueue(batch)
        } catch {
            if error.code == .overloaded { throw .overloaded }
            throw .unavailable(EngineError(error))
        }
        let time = EventTime(recordedAt: now, effectiveAt: envelope.effectiveAt)
        lastRecordedAt = now
        remembered.remember(envelope.id, at: positions.lowerBound)
        var recorded: [RecordedEvent] = []
        recorded.reserveCapacity(events.count)
        for (index, event) in events.enumerated() {
            state.evolve(event, at: time)
            let entry = RecordedEvent(
                position: Position(positions.lowerBound.rawValue + Int64(index)), stream: event.stream,
                version: versions[index], time: time, actor: envelope.actor, commandID: envelope.id,
                isBatchStart: index == 0, event: event)
            recorded.append(entry)
            recent.append(entry)
        }
        return recorded
    }

    /// Encodes the batch; gives the stream version of each event.
    private mutating func fillBatch(
        _ events: [Event], of envelope: CommandEnvelope, at now: Timestamp
    ) -> [StreamVersion] {
        batch.reset(commandID: envelope.id, actor: envelope.actor.stored, recordedAt: now.rawValue)
        var versions: [StreamVersion] = []
        versions.reserveCapacity(events.count)
        var latest: [EventStream: StreamVersion] = [:]
        for (index, event) in events.enumerated() {
            let stream = event.stream
            let version = (latest[stream] ?? state.version(of: stream)).next
            // The map is for cascades; a batch of one event never touches it.
            if events.count > 1 { latest[stream] = version }
            versions.append(version)
            let isShown =
                index > 0 || (envelope.expectedVersion == nil && envelope.command == Command(shownBy: event))
            batch.append(type: event.type.rawValue, stream: stream.key, version: version.rawValue) { bytes in
                EventCodec.encode(
                    event, effectiveAt: envelope.effectiveAt,
                    command: isShown ? nil : (envelope.command, envelope.expectedVersion), to: &bytes)
            }
        }
        return versions
    }
}
