// What callers, readers and the committer share: the gathering group, the durable end, the waiters.

/// The shared part of an open log.
///
/// Callers touch only memory here; all writing is the committer's.
final class LogCore: Sendable {
    typealias Waiter = (position: Int64, continuation: CheckedContinuation<Result<Void, LogError>, Never>)

    /// A sealed segment on its way into the manifest.
    struct Installation {
        var entry: SegmentEntry
        var sources: [SegmentEntry]
        /// Set by the committer when it is through.
        var outcome: Result<Void, LogError>?
    }

    struct State {
        var gathering = RecordColumns()
        /// The raw size of what gathers and of what is being written.
        var gatheringBytes = 0
        var writingBytes = 0
        var lastPosition: Int64
        var durablePosition: Int64
        var lastTime: Int64
        var waiters: [Waiter] = []
        var handlers: [@Sendable (Position) -> Void] = []
        var failureHandlers: [@Sendable (LogError) -> Void] = []
        var groupHandlers: [@Sendable (LogGroup) -> Void] = []
        /// Set once, by the first failed write or sync; nothing is written after it.
        var failure: LogError?
        var isClosing = false
        /// Nothing is installed any more; the committer waits for the sealing thread.
        var isDraining = false
        var isFinished = false
        /// Whether the committer sleeps and must be woken, once so many batches have gathered.
        var isIdle = false
        var wakeAt = 1
        var blockedCallers = 0
        /// A sealed segment that waits for its line in the manifest.
        var installation: Installation?
        var closed: [SegmentEntry]
        /// The active segment with its durable end.
        var active: SegmentEntry?
        var statistics = LogStatistics()
    }

    let monitor: Monitor<State>
    let directory: LogDirectory
    let options: LogOptions
    let id: LogID
    let epoch: UInt32
    let recovery: RecoveryReport
    let index = SparseIndex()

    init(_ directory: LogDirectory, _ options: LogOptions, _ recovered: RecoveredLog) {
        self.directory = directory
        self.options = options
        id = recovered.manifest.logID
        epoch = recovered.manifest.epoch
        recovery = recovered.report
        var segments = recovered.manifest.segments
        var active: SegmentEntry?
        if let writer = recovered.writer, let entry = segments.popLast() {
            active = entry
            active?.end = SegmentEnd(
                lastPosition: recovered.lastPosition, offset: writer.offset, chain: writer.chain,
                lastTime: recovered.lastTime)
        }
        monitor = Monitor(
            State(
                lastPosition: recovered.lastPosition, durablePosition: recovered.lastPosition,
                lastTime: recovered.lastTime, closed: segments, active: active))
    }

    /// Assigns positions and copies the batch into the gathering group; wakes the committer where it sleeps, unless
    /// the caller does that later.
    func enqueue(_ batch: borrowing LogBatch, wakes: Bool) throws(LogError) -> ClosedRange<Position> {
        let bytes = try batch.columns.checkLast()
        let count = Int64(batch.count)
        let time = batch.columns.times[0]
        monitor.lock()
        if let error = refusal(recordedAt: time) ?? overload(of: bytes) {
            monitor.unlock()
            throw error
        }
        let state = monitor.state
        let first = state.pointee.lastPosition + 1
        state.pointee.gathering.append(batch.columns)
        take(count, bytes: bytes, lastTime: time)
        let mustWake = wakes && takesWake()
        monitor.unlock()
        if mustWake { monitor.signalWork() }
        return Position(first)...Position(first + count - 1)
    }

    /// Takes whole batches into the gathering group, all or none; the caller wakes the committer later.
    ///
    /// Their writer has seen that there is room, which only grows meanwhile: nobody else enqueues.
    func enqueue(_ batches: inout RecordColumns) throws(LogError) {
        guard let first = batches.times.first, let last = batches.times.last else { return }
        let count = Int64(batches.count)
        let bytes = batches.canonicalBytes
        monitor.lock()
        if let error = refusal(recordedAt: first) {
            monitor.unlock()
            throw error
        }
        let state = monitor.state
        if state.pointee.gathering.count == 0 {
            // Both keep their memory, so nothing is copied and nothing allocated.
            swap(&state.pointee.gathering, &batches)
        } else {
            state.pointee.gathering.append(batches)
        }
        take(count, bytes: bytes, lastTime: last)
        monitor.unlock()
        batches.removeAll()
    }

    /// Counts what was added to the gathering group; the monitor is locked.
    private func take(_ count: Int64, bytes: Int, lastTime: Int64) {
        let state = monitor.state
        state.pointee.lastPosition += count
        state.pointee.lastTime = lastTime
        state.pointee.gatheringBytes += bytes
    }

    /// Wakes the committer where it sleeps and enough has gathered.
    func wakeCommitter() {
        monitor.lock()
        let mustWake = takesWake()
        monitor.unlock()
        if mustWake { monitor.signalWork() }
    }

    /// Whether the caller is to wake the committer, which nobody else does then; the monitor is locked.
    private func takesWake() -> Bool {
        let state = monitor.state
        guard state.pointee.isIdle, state.pointee.gathering.heads.count >= state.pointee.wakeAt else { return false }
        state.pointee.isIdle = false
        return true
    }

    /// Why nothing can be taken any more, or nothing of that time; the monitor is locked.
    private func refusal(recordedAt: Int64) -> LogError? {
        let state = monitor.state
        if let failure = state.pointee.failure {
            return LogError(
                .poisoned, "An earlier failure stopped this writer. Open the log again.", path: directory.path,
                cause: failure)
        }
        if state.pointee.isClosing {
            return LogError(.closed, "The log was closed. Open it again.", path: directory.path)
        }
        if recordedAt < state.pointee.lastTime {
            return LogError(
                .timeRanBack,
                "The batch was recorded at \(recordedAt), before the last one at \(state.pointee.lastTime). "
                    + "Take the later of clock and last time.", path: directory.path)
        }
        return nil
    }

    /// Why so many bytes cannot be taken now; the monitor is locked.
    private func overload(of bytes: Int) -> LogError? {
        let state = monitor.state
        let pending = state.pointee.gatheringBytes + state.pointee.writingBytes
        guard pending > 0 && pending + bytes > options.maximumPendingBytes else { return nil }
        return LogError(
            .overloaded, "\(pending) bytes wait for the disk. Try again when some are durable.",
            path: directory.path)
    }

    /// The outcome of a position, where it is known; the monitor is locked.
    private func outcome(of position: Int64) -> Result<Void, LogError>? {
        let state = monitor.state
        if position <= state.pointee.durablePosition { return .success(()) }
        if let failure = state.pointee.failure { return .failure(failure) }
        guard position <= state.pointee.lastPosition else {
            return .failure(
                LogError(.positionOutOfRange, "Position \(position) was not handed out yet.", path: directory.path))
        }
        return nil
    }

    /// Waits for the outcome of a position, and has it written where nobody has asked for that yet.
    func wait(for position: Int64) async -> Result<Void, LogError> {
        await withCheckedContinuation { continuation in
            monitor.lock()
            let known = outcome(of: position)
            if known == nil { monitor.state.pointee.waiters.append((position, continuation)) }
            let mustWake = known == nil && takesWake()
            monitor.unlock()
            if mustWake { monitor.signalWork() }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Waits like ``wait(for:)``, and blocks the thread.
    func waitBlocking(for position: Int64) throws(LogError) {
        monitor.lock()
        monitor.state.pointee.blockedCallers += 1
        if takesWake() { monitor.signalWork() }
        while true {
            if let known = outcome(of: position) {
                monitor.state.pointee.blockedCallers -= 1
                monitor.unlock()
                return try known.get()
            }
            monitor.waitForProgress()
        }
    }

    /// Has the committer name a sealed segment in the manifest in the place of its sources, and waits for it.
    ///
    /// The committer does it, since only one may write the manifest. There is one caller at a time.
    ///
    /// - Throws: `closed` when the log closes first; `diskFull`; otherwise the writer has failed.
    func install(_ entry: SegmentEntry, inPlaceOf sources: [SegmentEntry]) throws(LogError) {
        monitor.lock()
        monitor.state.pointee.installation = Installation(entry: entry, sources: sources)
        monitor.state.pointee.blockedCallers += 1
        monitor.signalWork()
        while true {
            let state = monitor.state
            var outcome = state.pointee.installation?.outcome
            if outcome == nil, let failure = state.pointee.failure { outcome = .failure(failure) }
            if outcome == nil, state.pointee.isDraining {
                outcome = .failure(LogError(.closed, "The log was closed before its segments were sealed."))
            }
            if let outcome {
                state.pointee.installation = nil
                state.pointee.blockedCallers -= 1
                monitor.unlock()
                return try outcome.get()
            }
            monitor.waitForProgress()
        }
    }

    /// Asks the committer to flush and finish, without waiting for it.
    func requestClose() {
        monitor.withLock { $0.isClosing = true }
        monitor.signalWork()
    }

    /// Asks the committer to flush and finish, and waits until it has.
    func close() throws(LogError) {
        requestClose()
        monitor.lock()
        monitor.state.pointee.blockedCallers += 1
        while !monitor.state.pointee.isFinished { monitor.waitForProgress() }
        monitor.state.pointee.blockedCallers -= 1
        let state = monitor.state.pointee
        monitor.unlock()
        if let failure = state.failure, state.durablePosition < state.lastPosition { throw failure }
    }

    /// The durable part of the log at this moment.
    func view() -> LogView {
        monitor.withLock { state in
            LogView(
                directory: directory, logID: id, closed: state.closed, active: state.active,
                lastPosition: state.durablePosition, index: index,
                refresh: { [self] () throws(LogError) in view() })
        }
    }

    func statistics() -> LogStatistics {
        monitor.withLock { state in
            var statistics = state.statistics
            let segments = state.closed + (state.active.map { [$0] } ?? [])
            statistics.segments = segments.count { $0.end.lastPosition >= $0.firstPosition }
            statistics.bytesOnDisk = segments.reduce(0) { $0 + $1.bytes }
            statistics.records = state.durablePosition
            return statistics
        }
    }
}
