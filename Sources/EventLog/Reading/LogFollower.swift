// Following a log as it grows, from the writer's process or from any other.

internal import Synchronization

/// Hands out the blocks of a log in order and waits for more: across new segments, sealing and restarts of the writer.
///
/// It never hands out a record that could still be lost. In the writer's process the log wakes it; in any other the
/// system does when the writer has written, and where the file system cannot tell, it looks every 200 ms.
///
/// After a failure the next call tries again behind what was handed out: no record comes twice, none is passed over.
/// One caller at a time is served; ``cancel()`` may be called from anywhere.
public final class LogFollower: Sendable {
    enum Source {
        case live(LogCore)
        case files(LogDirectory, LogID, epoch: UInt32, SparseIndex, any DirectoryWatch)
    }

    private struct State {
        var cursor: BlockCursor
        var view: LogView
        /// The first position that was not handed out yet.
        var next: Int64
        var tail: Tail?
        /// How often TAIL said nothing new since the manifest was read.
        var quietLooks: Int

        /// Takes the next block that is known of; false where more must be looked for.
        mutating func advance(into block: inout DecodedBlock) throws(LogError) -> Bool {
            do throws(LogError) {
                guard try cursor.next(into: &block) else { return false }
            } catch {
                // A cursor ends with its first failure. Another one tries again, with the segment opened anew.
                cursor = BlockCursor(view, from: next, through: view.lastPosition)
                throw error
            }
            next = block.lastPosition.rawValue + 1
            return true
        }
    }

    /// The longest time without a look of its own.
    private static let pollMilliseconds = 200
    /// So many looks at TAIL go by before the manifest is read although nothing is new: a restore may have left the
    /// same TAIL.
    private static let quietLimit = 10

    private let source: Source
    private let pollNanoseconds: Int64
    private let isCancelled = Atomic(false)
    private let state: Mutex<State>

    init(
        _ source: Source, _ view: LogView, from first: Int64, pollMilliseconds: Int = LogFollower.pollMilliseconds
    ) {
        self.source = source
        pollNanoseconds = Int64(pollMilliseconds) * 1_000_000
        let cursor = BlockCursor(view, from: first, through: view.lastPosition)
        state = Mutex(State(cursor: cursor, view: view, next: first, tail: nil, quietLooks: Self.quietLimit))
    }

    /// Decodes the next block into the arrays of `block`; blocks the thread until there is one.
    ///
    /// False when nothing came within the timeout (`nil`: none), or the follower was cancelled. Not for the cooperative
    /// pool.
    ///
    /// - Throws: `closed` when the log of this process was closed or its writer failed and everything was handed out;
    ///   `foreign` when the log was restored, or another took its place; otherwise as ``BlockCursor/next(into:)``.
    public func next(into block: inout DecodedBlock, timeoutMilliseconds: Int? = nil) throws(LogError) -> Bool {
        let now = Monitor<State>.now()
        let timeout = Int64(min(max(0, timeoutMilliseconds ?? Int.max), Int.max / 2_000_000)) * 1_000_000
        let deadline = now.addingReportingOverflow(timeout).overflow ? Int64.max : now + timeout
        return try state.withLock { (state) throws(LogError) in
            while !isCancelled.load(ordering: .acquiring) {
                if try state.advance(into: &block) { return true }
                if try look(&state) { continue }
                let now = Monitor<State>.now()
                guard now < deadline else { return false }
                try wait(for: state.next, until: min(deadline, now + pollNanoseconds))
            }
            return false
        }
    }

    /// The next block, waiting without blocking the caller's thread; `nil` when the follower was cancelled.
    ///
    /// Cancelling the task cancels the follower.
    ///
    /// - Throws: as ``next(into:timeoutMilliseconds:)``; `io` when the system has no thread left to wait on.
    public func nextBlock() async throws(LogError) -> DecodedBlock? {
        let result: Result<DecodedBlock?, LogError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(LogError) {
                    try startThread {
                        do throws(LogError) {
                            var block = DecodedBlock()
                            let hasNext = try self.next(into: &block)
                            continuation.resume(returning: .success(hasNext ? block : nil))
                        } catch {
                            continuation.resume(returning: .failure(error))
                        }
                    }
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            self.cancel()
        }
        return try result.get()
    }

    /// Ends the follower: a waiting caller returns at once, and later ones get nothing.
    public func cancel() {
        isCancelled.store(true, ordering: .releasing)
        switch source {
        case .live(let core):
            // Whoever is about to wait holds the monitor, and hears this after.
            core.monitor.withLock { _ in }
            core.monitor.broadcastProgress()
        case .files(_, _, _, _, let watch): watch.interrupt()
        }
    }

    /// Lets the cursor go on when there is more; false when there is not.
    private func look(_ state: inout State) throws(LogError) -> Bool {
        let view: LogView
        switch source {
        case .live(let core): view = core.view()
        case .files(let directory, let identity, let epoch, let index, _):
            let tail = try directory.readTail(Manifest(logID: identity, epoch: epoch))
            if tail == state.tail, state.quietLooks < Self.quietLimit {
                state.quietLooks += 1
                return false
            }
            if let tail, tail != state.tail, let grown = state.view.grown(to: tail) {
                view = grown
            } else {
                view = try LogView(reading: directory, expecting: identity, epoch: epoch, index)
                state.quietLooks = 0
            }
            state.tail = tail
        }
        guard view.lastPosition >= state.next else { return false }
        state.view = view
        state.cursor.extend(to: view)
        return true
    }

    private func wait(for position: Int64, until deadline: Int64) throws(LogError) {
        switch source {
        case .live(let core):
            guard core.waitUntilReadable(position, until: deadline, unless: isCancelled) else {
                throw LogError(
                    .closed, "The log was closed, or its writer failed; nothing more comes. Open it again.",
                    path: core.directory.path)
            }
        case .files(_, _, _, _, let watch):
            let nanoseconds = max(0, deadline - Monitor<State>.now())
            watch.wait(timeoutMilliseconds: Int((nanoseconds + 999_999) / 1_000_000))
        }
    }
}

extension LogView {
    /// The view as TAIL carries it on within the active segment; `nil` where only the manifest can tell.
    fileprivate func grown(to tail: Tail) -> LogView? {
        guard let active, active.segmentID == tail.segmentID, tail.durableEnd >= active.end.offset,
            tail.durablePosition >= lastPosition
        else { return nil }
        var view = self
        view.active?.end = SegmentEnd(
            lastPosition: tail.durablePosition, offset: tail.durableEnd, chain: tail.chain, lastTime: tail.lastTime)
        view.lastPosition = tail.durablePosition
        return view
    }
}

extension LogCore {
    /// Waits until a position is durable, the time has come, or the caller is cancelled; false when it never will be.
    fileprivate func waitUntilReadable(
        _ position: Int64, until deadline: Int64, unless isCancelled: borrowing Atomic<Bool>
    ) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        let state = monitor.state
        state.pointee.blockedCallers += 1
        defer { state.pointee.blockedCallers -= 1 }
        while state.pointee.durablePosition < position, !isCancelled.load(ordering: .acquiring) {
            if state.pointee.isFinished || state.pointee.failure != nil { return false }
            guard monitor.waitForProgress(until: deadline) else { return true }
        }
        return true
    }
}
