// Start here: open or create a store, execute commands, follow events, close.
//
// The way of a command: decide (pure) → encode with the others of its pass → evolve → to the log, into the group that
// gathers → wait for its sync → receipt.
// Deciding happens in a caller's own task, for all who call meanwhile (Commit/); only the log's thread ever waits for
// the disk.

internal import Synchronization

public import Enrollment
public import EventLog

/// An event-sourced enrollment engine on a store of its own: the one writer, with the whole state in memory.
///
/// Nothing is acknowledged before the sync that covers it. Any number of tasks may call at the same time; while one
/// group of commands is being synced the next one gathers.
public final class EnrollmentEngine: Sendable {
    /// Where the parts of the store lie.
    public let layout: StoreLayout
    /// What was fixed when the store was made.
    public let settings: StoreSettings
    /// The store's time zone: turns days and local times into the instants that commands carry.
    public let calendar: StoreCalendar

    let core: Mutex<EngineCore>
    let log: EventLog
    let options: EngineOptions
    /// Nil in a store that seals nothing.
    public let personalData: PersonalData?
    let batches: BatchReader
    let watermark: Watermark
    let queue = CommandQueue()
    let acknowledgements: Acknowledgements
    private let snapshots: Mutex<SnapshotStore>

    /// How the store was opened.
    public let openingReport: OpeningReport

    init(
        layout: StoreLayout, settings: StoreSettings, calendar: StoreCalendar, log: EventLog, opening: Opening,
        personalData: PersonalData?, options: EngineOptions, clock: any EngineClock
    ) {
        self.layout = layout
        self.settings = settings
        self.calendar = calendar
        self.log = log
        self.options = options
        self.personalData = personalData
        batches = BatchReader(reader: log.reader())
        watermark = Watermark(durable: log.durablePosition)
        openingReport = opening.report
        snapshots = Mutex(opening.snapshots)
        core = Mutex(
            EngineCore(
                replay: opening.replay, log: log, personalData: personalData, options: options, clock: clock))
        acknowledgements = Acknowledgements(durable: log.durablePosition)
        log.onDurable { [watermark, acknowledgements] position in
            acknowledgements.advance(to: position)
            watermark.advance(to: position)
        }
        log.onFailure { [acknowledgements] in acknowledgements.fail(EngineError($0)) }
    }

    /// Decides a command at once, in the order of calls, without waiting for the disk.
    ///
    /// The answer is not to be believed, and not given, before ``Submission/outcome()`` returns it.
    ///
    /// Where the store seals, a command with personal texts may first wait for the vault, once for many users.
    ///
    /// - Throws: `overloaded` when too much waits for the disk, and `unavailable`.
    public func submit(_ envelope: CommandEnvelope) throws(ExecutionError) -> Submission {
        Submission(engine: self, envelope: envelope, decision: try decideBlocking(envelope))
    }

    /// Looks at the state as it is now, which may be a group ahead of the disk: for look-ups such as a source id, not
    /// for answers that must survive a crash.
    ///
    /// The engine decides nothing while `body` runs, so it must be short and must not call the engine.
    public func read<Value>(_ body: (borrowing EnrollmentState) throws -> sending Value) rethrows -> sending Value {
        try core.withLock { try body($0.state) }
    }

    /// The last position that was handed out.
    public var lastPosition: Position { log.lastPosition }

    /// The last position that a completed sync covers.
    public var durablePosition: Position { log.durablePosition }

    /// Figures of the running engine.
    public func statistics() -> EngineStatistics {
        EngineStatistics(
            log: log.statistics(), pendingEvents: log.lastPosition.rawValue - log.durablePosition.rawValue)
    }

    /// Registers a handler for every later group of commands that shared a sync: how many, and how long it took.
    ///
    /// It runs on the log's thread after the answers were given, and the next group waits for it: it should only count.
    public func onGroup(_ handler: @escaping @Sendable (LogGroup) -> Void) { log.onGroup(handler) }

    /// Why the store takes nothing any more, after a write or a sync that failed: close it and open it again.
    ///
    /// Nil while it works, and after a close.
    public var failure: EngineError? { log.failure.map { EngineError($0) } }

    /// What opening had to set aside; empty after a clean close.
    public var recovery: RecoveryReport { log.recovery }

    /// What went wrong beside the work, in opening and in closing, each with its file and the reason; nothing is lost
    /// by it.
    public var warnings: [String] { snapshots.withLock { $0.warnings } }

    /// Stops taking commands, waits until those it has are durable, writes a snapshot where one is due, ends all
    /// followers, releases the store.
    ///
    /// - Throws: what kept the last group from becoming durable. A second call does nothing.
    public func close() async throws(EngineError) {
        let wasClosed = core.withLock { core in
            defer { core.isClosed = true }
            return core.isClosed
        }
        defer { watermark.close() }
        await finishErrands()
        try await blocking { [self] () throws(EngineError) in
            if !wasClosed { writeSnapshot() }
            try translating { () throws(LogError) in try log.close() }
        }
    }

    /// Writes a snapshot where one is due; nobody can change the state any more.
    private func writeSnapshot() {
        guard case .after(let events) = options.snapshots else { return }
        let last = log.lastPosition
        do { try log.waitUntilDurableBlocking(last) } catch {
            // Closing the log, which comes next, tells why.
            return
        }
        let replay: Replay? = core.withLock { core in
            // A log that failed while nothing waited for it took nothing after that, though the state moved on.
            guard core.failure == nil else { return nil }
            return Replay(
                state: core.state, remembered: core.remembered, lastRecordedAt: core.lastRecordedAt, position: last)
        }
        guard let replay else { return }
        snapshots.withLock { $0.write(replay, after: events) }
    }
}

/// Figures of a running engine.
public struct EngineStatistics: Hashable, Sendable {
    /// Figures of the log.
    public let log: LogStatistics
    /// Events that wait for the disk.
    public let pendingEvents: Int64
}
