// Start here: create or open a log, append batches, wait until they are durable, read, close.

/// A crash-safe, compressed, append-only log with a single writer.
///
/// Batches are enqueued from any thread; one thread of the log's own writes whatever has gathered as one group, syncs
/// it, and then acknowledges. Nothing is acknowledged before its sync, and a batch is visible all or nothing.
///
///     let log = try EventLog.create(at: "/var/lib/app/log")
///     var batch = LogBatch()
///     batch.reset(commandID: .random(), actor: 7, recordedAt: now)
///     batch.append(type: 1, stream: 42, version: 1) { $0.append(contentsOf: bytes) }
///     let positions = try await log.append(batch)
public final class EventLog: Sendable {
    let core: LogCore
    let sealer: BackgroundSealer

    private init(_ directory: LogDirectory, _ options: LogOptions, lock: OpenFile) throws(LogError) {
        var recovery = try Recovery(directory, options)
        let recovered = try recovery.run()
        let tail = try directory.open(Format.tailName, .createIfMissing)
        let core = LogCore(directory, options, recovered)
        self.core = core
        let sealer = BackgroundSealer()
        self.sealer = sealer
        let committer = try Committer(core, lock: lock, tail: tail, recovered, sealer)
        // Unsafe only to the compiler, which does not follow an object into a thread that POSIX starts: the committer
        // is handed over whole, and nothing of this thread refers to it afterwards.
        nonisolated(unsafe) let handedOver = committer
        try startThread { handedOver.run() }
        try sealer.start(core)
    }

    deinit {
        sealer.requestStop()
        core.requestClose()
    }

    /// Makes a new log in a directory, which is created when it is missing; its parent must exist.
    ///
    /// - Throws: `alreadyExists` when there is a log; `foreign` when the directory holds something else; `locked`;
    ///   `insecurePermissions`; `io`; `diskFull`.
    public static func create(
        at directory: String, options: LogOptions = .init(), fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> EventLog {
        let place = LogDirectory(path: directory, fileSystem: fileSystem)
        try place.prepareForLog()
        let lock = try place.lock()
        guard try place.status(Format.manifestName) == nil else {
            throw LogError(.alreadyExists, "There is a log already. Open it instead.", path: directory)
        }
        try place.replace(
            Format.manifestName, temporary: Format.manifestTemporaryName,
            with: Manifest(logID: .random(), epoch: 1).encoded())
        return try EventLog(place, options, lock: lock)
    }

    /// Opens a log for writing: takes the lock, finds the durable end, and sets aside what is torn.
    ///
    /// A group that is whole but not proven durable is written again into a new segment. Nothing acknowledged is ever
    /// dropped: damage is an error, and the files stay as they are.
    ///
    /// - Throws: `notFound`; `locked`, naming the process; `foreign`; `backup`; `newerFormat`; `corrupted`;
    /// `ambiguousTail`;
    ///   `insecurePermissions`; `io`; `diskFull`.
    /// - Complexity: O(*m*) in the bytes of the active segment and the length of the manifest.
    public static func open(
        at directory: String, options: LogOptions = .init(), fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> EventLog {
        let place = LogDirectory(path: directory, fileSystem: fileSystem)
        try place.checkExists()
        // Before the lock, which would be made where there is no log.
        if try place.status(Format.manifestName) == nil { _ = try place.readManifest() }
        return try EventLog(place, options, lock: try place.lock())
    }

    /// The identity of the log.
    public var id: LogID { core.id }
    /// Raised by a restore, so that what was derived from later records notices.
    public var epoch: UInt32 { core.epoch }
    /// What opening had to set aside, if anything.
    public var recovery: RecoveryReport { core.recovery }
    /// The last position that was handed out.
    public var lastPosition: Position { Position(core.monitor.withLock { $0.lastPosition }) }
    /// The last position that a completed sync covers.
    public var durablePosition: Position { Position(core.monitor.withLock { $0.durablePosition }) }

    /// Assigns positions to a batch and copies it into the gathering group; never waits for the disk.
    ///
    /// The order of calls is the order in the log. The batch is not durable yet: wait for the last of the positions.
    /// Who enqueues many at once gives `writesAtOnce: false` and calls ``write()`` behind them, so that they are one
    /// group and not a small one and a large one; until then, or until somebody waits for them, they may lie there.
    ///
    /// - Throws: `invalidArgument`, `batchTooLarge`, `timeRanBack`, `overloaded`, `closed`, or `poisoned` after a
    ///   failed write. After any of them nothing of the batch is in the log.
    /// - Complexity: O(*n*) in the bytes of the batch, without allocation once the buffers have grown.
    public func enqueue(_ batch: borrowing LogBatch, writesAtOnce: Bool = true) throws(LogError)
        -> ClosedRange<Position>
    { try core.enqueue(batch, wakes: writesAtOnce) }

    /// Assigns positions to whole batches that their one writer has checked, and takes them into the gathering group.
    ///
    /// All of them or none. Leaves `batches` empty, with memory to be used again.
    ///
    /// - Throws: `timeRanBack`, `closed`, or `poisoned` after a failed write.
    /// - Complexity: O(1) where nothing gathers yet, else O(*n*) in their bytes.
    package func enqueue(_ batches: inout RecordColumns) throws(LogError) { try core.enqueue(&batches) }

    /// How many bytes wait for the disk, as canonical encodings, of the most that may.
    package var pendingBytes: (waiting: Int, limit: Int) {
        let waiting = core.monitor.withLock { $0.gatheringBytes + $0.writingBytes }
        return (waiting, core.options.maximumPendingBytes)
    }

    /// Has what was enqueued written, without waiting for it.
    public func write() { core.wakeCommitter() }

    /// Waits until a sync covers the position; returns at once when one does.
    ///
    /// Has the position written where ``write()`` was not called behind it. Not cancellable: a cancelled task still
    /// learns whether its records are stored.
    ///
    /// - Throws: `indeterminate` when a write or sync failed: the records may or may not be stored, and retrying with
    ///   the same commandID tells; `diskFull` when they certainly are not; `positionOutOfRange` when the position was
    ///   not handed out.
    public func waitUntilDurable(_ position: Position) async throws(LogError) {
        try await core.wait(for: position.rawValue).get()
    }

    /// Waits like ``waitUntilDurable(_:)``, blocking the thread; not for the cooperative pool.
    ///
    /// - Throws: as ``waitUntilDurable(_:)``.
    public func waitUntilDurableBlocking(_ position: Position) throws(LogError) {
        try core.waitBlocking(for: position.rawValue)
    }

    /// Enqueues a batch and waits until it is durable.
    ///
    /// - Throws: as ``enqueue(_:writesAtOnce:)`` and ``waitUntilDurable(_:)``.
    public func append(_ batch: borrowing LogBatch) async throws(LogError) -> ClosedRange<Position> {
        let positions = try core.enqueue(batch, wakes: true)
        try await core.wait(for: positions.upperBound.rawValue).get()
        return positions
    }

    /// Registers a handler for every later sync; it runs on the committer's thread, after the waiters are resumed.
    ///
    /// It holds up every writer, so it should only wake somebody up. It must not close the log or wait for it.
    public func onDurable(_ handler: @escaping @Sendable (Position) -> Void) {
        core.monitor.withLock { $0.handlers.append(handler) }
    }

    /// Registers a handler for the failure that ends this writer, which is called once at most.
    ///
    /// It runs on the committer's thread like the handlers of ``onDurable(_:)``, after their last call; where the
    /// failure has happened already, at once on the caller's.
    public func onFailure(_ handler: @escaping @Sendable (LogError) -> Void) {
        let failure = core.monitor.withLock { state in
            state.failureHandlers.append(handler)
            return state.failure
        }
        if let failure { handler(failure) }
    }

    /// Registers a handler for every later group, which is called when its sync has been acknowledged.
    ///
    /// It runs on the committer's thread, like the handlers of ``onDurable(_:)``, so it should only count.
    public func onGroup(_ handler: @escaping @Sendable (LogGroup) -> Void) {
        core.monitor.withLock { $0.groupHandlers.append(handler) }
    }

    /// The failure that ended this writer; nil while it works.
    public var failure: LogError? { core.monitor.withLock { $0.failure } }

    /// A reader that sees the records up to ``durablePosition``.
    public func reader() -> LogReader { LogReader(core: core) }

    /// Figures of this log.
    public func statistics() -> LogStatistics {
        var statistics = core.statistics()
        statistics.sealingFailures = sealer.monitor.withLock { $0.failures }
        return statistics
    }

    /// Seals every closed segment now: compresses it again into large blocks with an index, in as few files as are
    /// sensible, reads that back, and lets the log rely on it.
    ///
    /// The segment that is being written stays as it is, so call this after an opening and before the first append to
    /// have everything sealed. Blocks the thread; not for the cooperative pool. Appends go on meanwhile.
    ///
    /// - Throws: `corrupted` when a segment is damaged, `diskFull` or `io`; then the log is as it was before, except
    ///   for what was sealed already. Where the device tells how much space it has, `diskFull` comes before anything is
    ///   written. `closed`.
    /// - Complexity: O(*n*) in the bytes of the segments that are not sealed.
    public func seal() throws(LogError) -> SealReport { try sealer.sealAll(core) }

    /// Why sealing in the background failed last; `nil` while it works, and after an attempt that did not fail.
    ///
    /// It is tried again after ``LogOptions/sealRetryMilliseconds``, and ever more seldom.
    public var sealingFailure: LogError? { sealer.monitor.withLock { $0.failure } }

    /// Flushes what gathers, confirms it, and gives up the lock; later calls do nothing.
    ///
    /// - Throws: the failure of the writer, when records that were enqueued did not become durable.
    public func close() throws(LogError) {
        sealer.stop()
        try core.close()
    }
}
