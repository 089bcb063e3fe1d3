// The thread that seals while the log is open: it wakes when a segment was closed, and works at a share of one core.

internal import Glibc

/// The one place from which a log's segments are sealed.
final class BackgroundSealer: Sendable {
    struct State {
        /// Segments were closed that nobody has looked at yet.
        var isDue = true
        /// Somebody seals at this moment.
        var isBusy = false
        var isStopping = false
        /// Whether the thread has ended, or was never started.
        var isFinished = true
        /// Why the thread's last attempt failed; `nil` after one that did not.
        var failure: LogError?
        /// How many attempts of the thread failed since the opening, and how many of them since the last that did not.
        var failures: Int64 = 0
        var failuresInARow = 0
    }

    let monitor = Monitor(State())

    /// Starts the thread, which lets go of the log when it is told to stop.
    func start(_ core: LogCore) throws(LogError) {
        guard core.options.sealsInBackground else { return }
        monitor.withLock { $0.isFinished = false }
        do {
            try startThread { self.run(core) }
        } catch {
            monitor.withLock { $0.isFinished = true }
            throw error
        }
    }

    /// Tells that a segment was closed.
    func wake() {
        monitor.withLock { $0.isDue = true }
        monitor.signalWork()
    }

    /// Tells whoever seals to stop at the next block that it copies or reads back, without waiting for it.
    func requestStop() {
        monitor.withLock { $0.isStopping = true }
        monitor.signalWork()
        monitor.broadcastProgress()
    }

    /// Stops sealing, and waits until nobody touches the files any more.
    func stop() {
        requestStop()
        monitor.lock()
        while !monitor.state.pointee.isFinished || monitor.state.pointee.isBusy { monitor.waitForProgress() }
        monitor.unlock()
    }

    /// Seals everything that is closed, in the caller's thread and without sparing it.
    func sealAll(_ core: LogCore) throws(LogError) -> SealReport {
        guard begin() else {
            throw LogError(.closed, "The log was closed. Open it again.", path: core.directory.path)
        }
        defer { end() }
        let plan = SealPlan(targetBytes: core.options.segmentBytes, takesAll: true)
        var report = SealReport()
        let sealer = Sealer(directory: core.directory, core: core)
        while try sealer.sealNext(plan, &report, pace: { !self.monitor.withLock { $0.isStopping } }) {}
        try sealer.removeExpired()
        guard !monitor.withLock({ $0.isStopping }) else {
            throw LogError(
                .closed, "The log was closed before all segments were sealed. Open it again, and go on.",
                path: core.directory.path)
        }
        return report
    }

    /// Waits until nobody else seals; false when sealing was told to stop.
    private func begin() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        while monitor.state.pointee.isBusy, !monitor.state.pointee.isStopping { monitor.waitForProgress() }
        guard !monitor.state.pointee.isStopping else { return false }
        monitor.state.pointee.isBusy = true
        return true
    }

    private func end() {
        monitor.withLock { $0.isBusy = false }
        monitor.broadcastProgress()
    }

    private func run(_ core: LogCore) {
        let plan = SealPlan(targetBytes: core.options.segmentBytes, takesAll: false)
        let sealer = Sealer(directory: core.directory, core: core)
        while waitUntilDue() {
            guard begin() else { break }
            var report = SealReport()
            var outcome: Result<Void, LogError> = .success(())
            do {
                var pace = Pace(dutyPercent: core.options.sealDutyPercent)
                while try sealer.sealNext(plan, &report, pace: { self.rest(&pace) }) {}
                try sealer.removeExpired()
            } catch {
                outcome = .failure(error)
            }
            end()
            guard goesOn(after: outcome, core) else { break }
        }
        monitor.withLock { $0.isFinished = true }
        monitor.broadcastProgress()
    }

    /// Notes how an attempt ended and, after a failure, waits before the next; false when there is to be none.
    ///
    /// Nothing is lost by not sealing: a full disk, or a damaged original, is no reason to stop the writer; reading and
    /// verifying report the damage. But the failure of the writer is an end here too, since nothing is installed then.
    private func goesOn(after outcome: Result<Void, LogError>, _ core: LogCore) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        let state = monitor.state
        guard case .failure(let failure) = outcome else {
            state.pointee.failure = nil
            state.pointee.failuresInARow = 0
            return true
        }
        // Told to stop, it failed by that.
        guard !state.pointee.isStopping || failure.code != .closed else { return false }
        state.pointee.failure = failure
        state.pointee.failures += 1
        state.pointee.failuresInARow += 1
        guard core.monitor.withLock({ $0.failure == nil }) else { return false }
        let until =
            Monitor<State>.now()
            + RetryDelay(firstMilliseconds: core.options.sealRetryMilliseconds)
            .nanoseconds(after: state.pointee.failuresInARow)
        // A segment that is closed meanwhile wakes this thread, and changes nothing.
        while !state.pointee.isStopping, Monitor<State>.now() < until { _ = monitor.waitForWork(until: until) }
        state.pointee.isDue = true
        return !state.pointee.isStopping
    }

    private func waitUntilDue() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        while !monitor.state.pointee.isDue, !monitor.state.pointee.isStopping { monitor.waitForWork() }
        monitor.state.pointee.isDue = false
        return !monitor.state.pointee.isStopping
    }

    /// Sleeps as long as the thread's share asks for; false when it was told to stop.
    private func rest(_ pace: inout Pace) -> Bool {
        let until = pace.restUntil()
        monitor.lock()
        defer { monitor.unlock() }
        while !monitor.state.pointee.isStopping, Monitor<State>.now() < until {
            _ = monitor.waitForWork(until: until)
        }
        return !monitor.state.pointee.isStopping
    }
}

/// How long to rest after how much work.
struct Pace {
    private let dutyPercent: Int64
    private var workBegan = Monitor<Int>.now()

    init(dutyPercent: Int) { self.dutyPercent = Int64(min(100, max(1, dutyPercent))) }

    mutating func restUntil() -> Int64 {
        let now = Monitor<Int>.now()
        let rest = (now - workBegan) * (100 - dutyPercent) / dutyPercent
        workBegan = now + rest
        return now + rest
    }
}

/// How long to wait after failures in a row: twice as long each time, to an end.
struct RetryDelay {
    /// So often the delay doubles; a second becomes 17 minutes.
    static let doublings = 10

    private let first: Int64

    init(firstMilliseconds: Int) { first = Int64(min(3_600_000, max(1, firstMilliseconds))) }

    func nanoseconds(after failures: Int) -> Int64 {
        first * 1_000_000 << Int64(min(Self.doublings, max(0, failures - 1)))
    }
}
