// Start here: create or open a log, append batches, wait until they are durable, read, close.

internal import Synchronization

/// A crash-safe, compressed, append-only log with a single writer.
public final class EventLog: Sendable {
    let core: LogCore

    init(core: LogCore) { self.core = core }

    /// Makes a new log.
    public static func create(
        at directory: String, options: LogOptions = .init(), fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> EventLog {
        EventLog(core: try LogCore.create(directory))
    }

    /// Opens a log for writing.
    public static func open(
        at directory: String, options: LogOptions = .init(), fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> EventLog {
        EventLog(core: try LogCore.open(directory))
    }

    /// The identity of the log.
    public var id: LogID { core.id }
    /// Raised by a restore.
    public var epoch: UInt32 { 1 }
    /// What opening had to set aside.
    public var recovery: RecoveryReport { RecoveryReport() }
    /// The last position that was handed out.
    public var lastPosition: Position { core.last }
    /// The last position that a completed sync covers.
    public var durablePosition: Position { core.last }

    /// Assigns positions to a batch and hands it to the committer.
    public func enqueue(_ batch: borrowing LogBatch) throws(LogError) -> ClosedRange<Position> {
        try core.enqueue(copy batch)
    }

    /// Waits until a position is durable.
    public func waitUntilDurable(_ position: Position) async throws(LogError) {}

    /// Waits until a position is durable, blocking the thread.
    public func waitUntilDurableBlocking(_ position: Position) throws(LogError) {}

    /// Enqueues a batch and waits until it is durable.
    public func append(_ batch: borrowing LogBatch) async throws(LogError) -> ClosedRange<Position> {
        try enqueue(batch)
    }

    /// Registers a handler that is called after each sync.
    public func onDurable(_ handler: @escaping @Sendable (Position) -> Void) {
        core.box.withLock { $0.handlers.append(handler) }
    }

    /// A reader of this log.
    public func reader() -> LogReader { LogReader(core: core) }

    /// Figures of this log.
    public func statistics() -> LogStatistics { LogStatistics() }

    /// Flushes and closes.
    public func close() throws(LogError) {}
}

/// An interim body that keeps records in memory, so that other targets can link.
final class LogCore: Sendable {
    struct State {
        var records: [LogRecord] = []
        var handlers: [@Sendable (Position) -> Void] = []
    }

    static let all = Mutex<[String: LogCore]>([:])
    let id = LogID.random()
    let box = Mutex(State())
    var last: Position { Position(Int64(box.withLock { $0.records.count })) }

    static func create(_ directory: String) throws(LogError) -> LogCore {
        try all.withLock { (all) throws(LogError) in
            if all[directory] != nil { throw LogError(.alreadyExists, "There is a log already.", path: directory) }
            let core = LogCore()
            all[directory] = core
            return core
        }
    }

    static func open(_ directory: String) throws(LogError) -> LogCore {
        guard let core = all.withLock({ $0[directory] }) else {
            throw LogError(.notFound, "There is no log; create one first.", path: directory)
        }
        return core
    }

    func enqueue(_ batch: LogBatch) throws(LogError) -> ClosedRange<Position> {
        if batch.isEmpty { throw LogError(.invalidArgument, "A batch needs at least one record.") }
        let (range, handlers) = box.withLock { state in
            let first = Position(Int64(state.records.count + 1))
            for index in 0..<batch.count {
                let start = index == 0 ? 0 : batch.payloadEnds[index - 1]
                state.records.append(
                    LogRecord(
                        position: Position(Int64(state.records.count + 1)), type: batch.types[index],
                        stream: batch.streams[index], version: batch.versions[index], recordedAt: batch.recordedAt,
                        actor: batch.actor, commandID: batch.commandID, isBatchStart: index == 0,
                        payload: Array(batch.payload[start..<batch.payloadEnds[index]])))
            }
            return (first...Position(Int64(state.records.count)), state.handlers)
        }
        for handler in handlers { handler(range.upperBound) }
        return range
    }
}
