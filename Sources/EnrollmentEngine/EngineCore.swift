// The commit loop: what happens to one command while the lock is held. Nothing here waits for the disk.

internal import Enrollment
internal import EventLog

/// Everything that the one writer owns.
///
/// Commands are decided in passes: ``beginPass()``, as many ``decide(_:)`` as lie there, ``write()``.
struct EngineCore: Sendable {
    private(set) var state: EnrollmentState
    private(set) var remembered: RememberedCommands
    private(set) var lastRecordedAt: Timestamp
    /// When the commands of this pass count as recorded.
    private(set) var now: Timestamp
    /// What was decided and is not handed to the log yet; swapped with the log's, so that memory goes in a circle.
    private var gathered = RecordColumns()
    /// What the last command was decided to be; kept for its memory.
    private var decided: [Event] = []
    private(set) var recent: RecentEvents
    private let log: EventLog
    private let options: EngineOptions
    private let clock: any EngineClock
    /// Nil in a store that seals nothing.
    let personalData: PersonalData?
    var isClosed = false
    /// Why the log takes nothing any more: the state is ahead of it then, so nothing more is decided, and nothing that
    /// was decided since is told as stored.
    private(set) var failure: EngineError?
    /// Keeps ``touch(_:)`` from being optimised away.
    private var touched: UInt64 = 0
    /// What this, the one writer, handed out, and how much of it was durable when it last asked.
    private(set) var lastPosition: Position
    private var durable: Position
    /// At most so many bytes wait for the disk: the log's as it last told them, and all since.
    private var pendingBytes = 0
    private let pendingBytesLimit: Int

    init(
        replay: Replay, log: EventLog, personalData: PersonalData?, options: EngineOptions, clock: any EngineClock
    ) {
        state = replay.state
        remembered = replay.remembered
        lastRecordedAt = replay.lastRecordedAt
        now = replay.lastRecordedAt
        recent = RecentEvents(
            capacity: options.recentEvents, byteCapacity: options.recentEventBytes, after: log.lastPosition)
        self.log = log
        lastPosition = log.lastPosition
        durable = log.durablePosition
        pendingBytesLimit = log.pendingBytes.limit
        self.options = options
        self.clock = clock
        self.personalData = personalData
    }

    /// What was decided about a command; to be told when `through` is durable.
    enum Decision: Sendable {
        case accepted([RecordedEvent], through: Position)
        /// With the recorded refusal, where there is one.
        case refused(Rejection, recorded: [RecordedEvent], through: Position)
        /// The id was recorded before, at this position.
        case seenBefore(at: Position)
        /// Nothing was decided: the vault must be asked for this user's key, and the command comes again.
        case keyNotAtHand(of: UserID)

        /// The last position that the answer rests on.
        var through: Position {
            switch self {
            case .accepted(_, let position), .refused(_, _, let position), .seenBefore(let position): position
            case .keyNotAtHand: .zero
            }
        }
    }

    /// Reads the clock, which never runs back here, for all commands that are decided in a row.
    ///
    /// They lay there already, so none is recorded before it was given.
    mutating func beginPass() { now = max(clock.now(), lastRecordedAt) }

    /// Brings what a command will look up near the processor: of many in a row, all wait for memory once.
    mutating func touch(_ envelope: CommandEnvelope) {
        touched &+= remembered.touch(envelope.id) &+ state.touch(envelope.command)
    }

    /// Idempotency → decide → append → evolve.
    ///
    /// What it appends reaches the log when ``write()`` is called.
    mutating func decide(_ envelope: CommandEnvelope) throws(ExecutionError) -> Decision {
        guard !isClosed else { throw .unavailable(EngineError(.closed, "The engine was closed; open it again.")) }
        // Before the failure: what is durable can be answered still, and whoever tells knows what is.
        if let position = remembered.position(of: envelope.id) { return .seenBefore(at: position) }
        if let failure { throw .unavailable(failure) }
        guard hasRoom() else { throw .overloaded }
        return envelope.command.needsVault ? try decideWithVault(envelope) : try decideChecked(envelope)
    }

    /// Decide → append → evolve.
    mutating func decideChecked(_ envelope: CommandEnvelope) throws(ExecutionError) -> Decision {
        let context = CommandContext(
            actor: envelope.actor, now: now, effectiveAt: envelope.effectiveAt,
            expectedVersion: envelope.expectedVersion, lastPosition: lastPosition.rawValue)
        decided.removeAll(keepingCapacity: true)
        do {
            try state.decide(envelope.command, context, into: &decided)
        } catch {
            guard options.refusals == .recorded, let refusal = state.refusal(of: envelope.command, for: error) else {
                return .refused(error, recorded: [], through: lastPosition)
            }
            decided.append(refusal)
            return .refused(error, recorded: try append(envelope), through: lastPosition)
        }
        guard !decided.isEmpty else { return .accepted([], through: lastPosition) }
        return .accepted(try append(envelope), through: lastPosition)
    }

    /// Hands what was decided to the log, and has it written: once for all commands that are decided in a row.
    mutating func write() {
        do {
            try log.enqueue(&gathered)
        } catch {
            if failure == nil { failure = EngineError(error) }
        }
        log.write()
    }

    /// Whether fewer events wait for the disk than may.
    ///
    /// With no room for even one event, callers would wait for a sync that never comes.
    private mutating func hasRoom() -> Bool {
        let room = Int64(max(1, options.maximumPendingEvents))
        if lastPosition.rawValue - durable.rawValue < room { return true }
        durable = log.durablePosition
        return lastPosition.rawValue - durable.rawValue < room
    }

    /// Whether so many bytes may wait for the disk beside those that do; one batch always may.
    private func hasRoom(for bytes: Int) -> Bool { pendingBytes == 0 || pendingBytes + bytes <= pendingBytesLimit }

    /// Records what was decided; whatever the log could refuse about it is asked before the state moves.
    private mutating func append(_ envelope: CommandEnvelope) throws(ExecutionError) -> [RecordedEvent] {
        var (recorded, bytes) = try gather(envelope)
        if !hasRoom(for: bytes) {
            // The log has taken some meanwhile; it must have all that came before to say how much.
            gathered.removeLast()
            write()
            if let failure { throw .unavailable(failure) }
            pendingBytes = log.pendingBytes.waiting
            guard hasRoom(for: bytes) else { throw .overloaded }
            (recorded, bytes) = try gather(envelope)
        }
        pendingBytes += bytes
        lastPosition = Position(lastPosition.rawValue + Int64(recorded.count))
        lastRecordedAt = now
        remembered.remember(envelope.id, at: recorded[0].position)
        let time = recorded[0].time
        for event in decided { state.evolve(event, at: time) }
        recent.append(recorded, bytes: bytes)
        return recorded
    }

    /// Encodes what was decided behind the rest of this pass; gives its events as they will stand in the log, and how
    /// many bytes they take.
    private mutating func gather(_ envelope: CommandEnvelope) throws(ExecutionError) -> ([RecordedEvent], Int) {
        gathered.begin(commandID: envelope.id, actor: envelope.actor.stored, recordedAt: now.rawValue)
        // Memory is asked for once, for all events of the batch.
        var recorded: [RecordedEvent] = []
        recorded.reserveCapacity(decided.count)
        recorded.append(record(0, of: envelope, after: nil))
        if decided.count > 1 {
            // A map for cascades alone: it would cost every application that is approved at once an allocation.
            var latest: [EventStream: StreamVersion] = [:]
            let isCascade = decided.count > 4
            if isCascade { latest[recorded[0].stream] = recorded[0].version }
            for index in 1..<decided.count {
                let stream = decided[index].stream
                let before = isCascade ? latest[stream] : Self.latestVersion(of: stream, in: recorded)
                recorded.append(record(index, of: envelope, after: before))
                if isCascade { latest[stream] = recorded[index].version }
            }
        }
        do {
            return (recorded, try gathered.checkLast())
        } catch {
            gathered.removeLast()
            throw .unavailable(EngineError(error))
        }
    }

    /// Encodes one event of a batch; `before` is its stream's version so far, where the batch has changed it.
    @inline(__always)
    private mutating func record(
        _ index: Int, of envelope: CommandEnvelope, after before: StreamVersion?
    ) -> RecordedEvent {
        let event = decided[index]
        let stream = event.stream
        let version = (before ?? state.version(of: stream)).next
        let isShown = index > 0 || (envelope.expectedVersion == nil && envelope.command.isShown(by: event))
        gathered.append(type: event.type.rawValue, stream: stream.key, version: version.rawValue) { bytes in
            EventCodec.encode(
                event, effectiveAt: envelope.effectiveAt,
                command: isShown ? nil : (envelope.command, envelope.expectedVersion), to: &bytes)
        }
        return RecordedEvent(
            position: Position(lastPosition.rawValue + 1 + Int64(index)), stream: stream, version: version,
            time: EventTime(recordedAt: now, effectiveAt: envelope.effectiveAt), actor: envelope.actor,
            commandID: envelope.id, isBatchStart: index == 0, event: event)
    }

    private static func latestVersion(of stream: EventStream, in recorded: [RecordedEvent]) -> StreamVersion? {
        for index in recorded.indices.reversed() where recorded[index].stream == stream {
            return recorded[index].version
        }
        return nil
    }
}
