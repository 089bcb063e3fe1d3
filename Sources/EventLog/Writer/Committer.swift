// The commit loop: one thread that writes a group while the next one gathers. Nothing else writes to the log.

/// Owns the files of an open log; lives on its own thread from the opening to the close.
final class Committer {
    private let core: LogCore
    private let sealer: BackgroundSealer
    /// Held until the log is closed; given back before anyone hears that it is.
    private var lock: OpenFile?
    private let tail: OpenFile
    private let encoder: BlockEncoder
    private var manifest: Manifest
    private var writer: SegmentWriter?
    /// The group being written; swapped with the gathering one, so that both keep their capacity.
    private var group = RecordColumns()
    /// How the log ends, unless the active segment says otherwise.
    private var end: SegmentEnd?
    /// When the confirm block is due, while one is.
    private var confirmDue: Int64?
    private var returning = ReturningCallers()

    init(
        _ core: LogCore, lock: OpenFile, tail: OpenFile, _ recovered: RecoveredLog, _ sealer: BackgroundSealer
    ) throws(LogError) {
        self.core = core
        self.sealer = sealer
        self.lock = lock
        self.tail = tail
        manifest = recovered.manifest
        writer = recovered.writer
        encoder = BlockEncoder(level: core.options.compressionLevel)
        end = manifest.segments.last?.end
        if let writer {
            end = SegmentEnd(
                lastPosition: recovered.lastPosition, offset: writer.offset, chain: writer.chain,
                lastTime: recovered.lastTime)
            confirmDue = Monitor<LogCore.State>.now()
        }
        try publishTail()
    }

    /// Commits until the log is closed.
    func run() {
        let monitor = core.monitor
        monitor.lock()
        while true {
            let state = monitor.state
            let isHealthy = state.pointee.failure == nil
            // First, since under load a group always waits, and whoever closes the log waits for the sealing thread.
            if isHealthy, let due = state.pointee.installation, due.outcome == nil {
                monitor.unlock()
                attempt { () throws(LogError) in try install(due) }
                monitor.lock()
            } else if isHealthy, !state.pointee.isClosing, let end = waitingEnd() {
                state.pointee.isIdle = true
                state.pointee.wakeAt = returning.expected
                _ = monitor.waitForWork(until: end)
                state.pointee.isIdle = false
                state.pointee.wakeAt = 1
            } else if isHealthy && state.pointee.gathering.count > 0 {
                swap(&state.pointee.gathering, &group)
                state.pointee.writingBytes = state.pointee.gatheringBytes
                state.pointee.gatheringBytes = 0
                let first = state.pointee.lastPosition - Int64(group.count) + 1
                monitor.unlock()
                attempt { () throws(LogError) in try commit(from: first) }
                monitor.lock()
            } else if state.pointee.isClosing {
                break
            } else if isHealthy, let due = confirmDue {
                state.pointee.isIdle = true
                if monitor.waitForWork(until: due) { continue }
                state.pointee.isIdle = false
                // A batch that came just now goes first; its header carries the durable end as well.
                if state.pointee.gathering.count > 0 { continue }
                monitor.unlock()
                attempt { () throws(LogError) in try confirm() }
                monitor.lock()
            } else {
                state.pointee.isIdle = true
                monitor.waitForWork()
            }
        }
        let isHealthy = monitor.state.pointee.failure == nil
        monitor.unlock()
        if isHealthy { attempt { () throws(LogError) in try finish() } }
        writer = nil
        // Nobody touches the files once the lock is given back, the sealing thread neither.
        monitor.withLock { $0.isDraining = true }
        monitor.broadcastProgress()
        sealer.stop()
        lock = nil
        monitor.withLock { $0.isFinished = true }
        monitor.broadcastProgress()
    }

    /// Until when the next group can wait for the callers of the last one; the monitor is locked.
    private func waitingEnd() -> Int64? {
        let gathered = core.monitor.state.pointee.gathering.heads.count
        return returning.deadline(gathered: gathered, now: Monitor<LogCore.State>.now())
    }

    /// Runs a step; its failure is the end of this writer, never a reason to try again.
    private func attempt(_ step: () throws(LogError) -> Void) {
        do {
            try step()
        } catch {
            let monitor = core.monitor
            var failure = error
            if error.code != .diskFull && error.code != .indeterminate { failure = Self.indeterminate(error) }
            confirmDue = nil
            let (waiters, handlers) = monitor.withLock { state in
                state.failure = failure
                state.writingBytes = 0
                defer { state.waiters = [] }
                return (state.waiters, state.failureHandlers)
            }
            monitor.broadcastProgress()
            for waiter in waiters { waiter.continuation.resume(returning: .failure(failure)) }
            for handler in handlers { handler(failure) }
        }
    }

    private static func indeterminate(_ error: LogError) -> LogError {
        LogError(
            .indeterminate, "The last records may or may not be stored. Open the log again and retry them.",
            path: error.path, offset: error.offset, errno: error.errno, cause: error)
    }

    /// Writes and syncs one group, publishes it, and only then acknowledges.
    private func commit(from first: Int64) throws(LogError) {
        let count = group.count
        let firstTime = group.times[0]
        let lastTime = group.times[group.times.count - 1]
        if let current = writer, current.offset >= min(core.options.segmentBytes, Format.maximumSegmentBytes) {
            try current.trim()
            writer = nil
        }
        let target: SegmentWriter
        if let writer { target = writer } else { target = try beginSegment(at: firstTime) }
        let start = Monitor<LogCore.State>.now()
        let written = try target.write(group, firstPosition: first, options: core.options, encoder: encoder)
        let now = Monitor<LogCore.State>.now()
        let last = first + Int64(count) - 1
        let ending = SegmentEnd(
            lastPosition: last, offset: target.offset, chain: target.chain, lastTime: lastTime)
        end = ending
        // The group is synced: not even a full disk may tell its callers any more that it is not stored.
        do { try publishTail() } catch { throw Self.indeterminate(error) }
        let batches = group.heads.count
        let identifierBytes = Int64(batches * 16)
        group.removeAll()
        var observers: [@Sendable (LogGroup) -> Void] = []
        acknowledge(last) { state in
            observers = state.groupHandlers
            returning.groupEnded(
                acknowledged: batches, gathered: state.gathering.heads.count, duration: now - start, now: now)
            state.active?.end = ending
            state.writingBytes = 0
            state.statistics.rawPayloadBytes += Int64(written.rawBytes)
            state.statistics.storedPayloadBytes += Int64(written.storedBytes)
            state.statistics.commandIDBytes += identifierBytes
            state.statistics.writtenRecords += Int64(count)
            state.statistics.groups += 1
            state.statistics.syncs += 1
        }
        confirmDue = now + Int64(max(0, core.options.confirmDelayMilliseconds)) * 1_000_000
        // Last: whoever was just acknowledged does not wait for them.
        for observe in observers {
            observe(LogGroup(batches: batches, records: count, nanoseconds: now - start))
        }
    }

    /// Moves the durable position, then resumes waiters and calls handlers outside of the monitor.
    private func acknowledge(_ last: Int64, _ update: (inout LogCore.State) -> Void) {
        let (waiters, handlers, isBlocking) = core.monitor.withLock { state in
            update(&state)
            state.durablePosition = last
            let all = state.waiters
            state.waiters = all.filter { $0.position > last }
            return (all, state.handlers, state.blockedCallers > 0)
        }
        if isBlocking { core.monitor.broadcastProgress() }
        for waiter in waiters where waiter.position <= last { waiter.continuation.resume(returning: .success(())) }
        for handler in handlers { handler(Position(last)) }
    }

    /// Creates the next segment, then closes the one before and names the new one in the manifest, in one replacement.
    private func beginSegment(at time: Int64) throws(LogError) -> SegmentWriter {
        var next = manifest
        if let end, !next.segments.isEmpty {
            next.segments[next.segments.count - 1].isActive = false
            next.segments[next.segments.count - 1].end = end
        }
        let created = try SegmentWriter(next.nextSegment(after: end, createdAt: time), in: core.directory)
        let closed = next.segments
        next.segments.append(created.entry)
        try writeManifest(next)
        writer = created
        core.monitor.withLock { state in
            state.closed = closed
            state.active = created.entry
        }
        sealer.wake()
        return created
    }

    /// Names a sealed segment in the place of its sources.
    ///
    /// A full disk leaves everything as it was, and the writer whole: whichever of the two manifests a crash leaves,
    /// the files of both are there.
    private func install(_ due: LogCore.Installation) throws(LogError) {
        var next = manifest
        var outcome: Result<Void, LogError> = .success(())
        let names = due.sources.map(\.segmentID)
        if let start = next.segments.firstIndex(where: { $0.segmentID == names.first }),
            next.segments[start...].prefix(names.count).map(\.segmentID) == names
        {
            next.segments.replaceSubrange(start..<start + names.count, with: [due.entry])
            do {
                try writeManifest(next)
                try publishTail()
            } catch  where error.code == .diskFull {
                discard(due.entry)
                outcome = .failure(error)
            }
        } else {
            outcome = .failure(LogError(.corrupted, "The segments to seal are not in the manifest any more."))
        }
        core.monitor.withLock { state in
            state.closed = manifest.segments.filter { !$0.isActive }
            state.installation?.outcome = outcome
        }
        core.index.forget(due.sources.map(\.segmentID))
        core.monitor.broadcastProgress()
    }

    /// Takes a sealed copy away again, since a full disk needs its space, unless the manifest names it after all.
    private func discard(_ entry: SegmentEntry) {
        guard let stored = try? core.directory.readManifest(),
            !stored.segments.contains(where: { $0.segmentID == entry.segmentID })
        else { return }
        try? core.directory.unlink(entry.name)
    }

    private func writeManifest(_ next: Manifest) throws(LogError) {
        let bytes = next.encoded()
        guard bytes.count <= Format.maximumManifestBytes else {
            throw LogError(
                .diskFull, "The manifest would be longer than \(Format.maximumManifestBytes) bytes. Seal the log.",
                path: core.directory.path)
        }
        try core.directory.replace(
            Format.manifestName, temporary: Format.manifestTemporaryName, with: bytes)
        manifest = next
    }

    /// Tells how far the last segment is durable.
    ///
    /// Also after an opening that found it active and writes nothing yet: the TAIL that is replaced may have been the
    /// only proof of its last group, without which readers would see that group no more.
    private func publishTail() throws(LogError) {
        let sector = Tail(
            logID: core.id, epoch: core.epoch, segmentID: manifest.segments.last?.segmentID ?? 0,
            durableEnd: end?.offset ?? Int64(Format.headerPageBytes), durablePosition: end?.lastPosition ?? 0,
            chain: end?.chain ?? 0, lastTime: end?.lastTime ?? Int64.min)
        try tail.write(sector.encoded(), at: 0)
    }

    private func confirm() throws(LogError) {
        confirmDue = nil
        guard let writer, let last = end else { return }
        try writer.confirm(nextPosition: last.lastPosition + 1, time: last.lastTime)
        let ending = SegmentEnd(
            lastPosition: last.lastPosition, offset: writer.offset, chain: writer.chain, lastTime: last.lastTime)
        end = ending
        try publishTail()
        core.monitor.withLock { state in
            state.active?.end = ending
            state.statistics.syncs += 1
        }
    }

    /// Confirms, gives back the zeros, and closes the segment in the manifest.
    private func finish() throws(LogError) {
        guard let writer, let end else { return }
        if confirmDue != nil { try confirm() }
        try tail.sync()
        try writer.trim()
        var next = manifest
        next.segments[next.segments.count - 1].isActive = false
        next.segments[next.segments.count - 1].end = self.end ?? end
        do {
            try writeManifest(next)
        } catch  where error.code == .diskFull {
            // All records are confirmed already. The next opening finds the segment active and verifies it itself.
            return
        }
        core.monitor.withLock { state in
            state.closed = next.segments
            state.active = nil
        }
    }
}
