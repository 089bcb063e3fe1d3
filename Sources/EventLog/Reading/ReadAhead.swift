// Threads that read, check, inflate and decode blocks ahead of the one who consumes them in order.

/// Decoded blocks in order, made by threads of its own that end with the last reference.
final class ReadAhead: Sendable {
    static let maximumWorkers = 4

    let ring: ReadAheadRing

    /// Starts the threads.
    ///
    /// - Throws: `io` when the system has no thread left.
    init(_ steps: BlockSteps, workers: Int) throws(LogError) {
        let ring = ReadAheadRing(steps, capacity: 2 * workers + 2)
        self.ring = ring
        for number in 0..<workers {
            do {
                try ring.startWorker()
            } catch {
                // One that has started can do all the work.
                if number == 0 { throw error }
                break
            }
        }
    }

    /// Waits until no thread is left that reads from the files; each is at most one block from its end.
    deinit { ring.stop() }

    /// Hands over the next block in exchange for the arrays of `block`; false at the end.
    func next(into block: inout DecodedBlock) throws(LogError) -> Bool { try ring.take(&block) }
}

/// Where workers and consumer meet: a ring of blocks, of which each worker fills one at a time.
final class ReadAheadRing: Sendable {
    private enum Outcome {
        case pending
        case ready
        case failed(LogError)
    }

    private struct Slot {
        var block = DecodedBlock()
        var outcome = Outcome.pending
    }

    private struct State {
        var steps: BlockSteps
        var slots: [Slot]
        /// How many blocks workers have taken on, and how many the consumer has had.
        var claimed = 0
        var taken = 0
        /// Nothing more is to be taken on: the range, or an error, is reached.
        var isEnded = false
        var isStopping = false
        var workers = 0
    }

    private let monitor: Monitor<State>
    let capacity: Int

    init(_ steps: BlockSteps, capacity: Int) {
        self.capacity = capacity
        monitor = Monitor(State(steps: steps, slots: [Slot](repeating: Slot(), count: capacity)))
    }

    /// How many threads are at work.
    var workers: Int { monitor.withLock { $0.workers } }

    /// How many blocks are in the ring, or on their way into it.
    var ahead: Int { monitor.withLock { $0.claimed - $0.taken } }

    func startWorker() throws(LogError) {
        monitor.withLock { $0.workers += 1 }
        do {
            try startThread { self.work() }
        } catch {
            monitor.withLock { $0.workers -= 1 }
            throw error
        }
    }

    func stop() {
        monitor.lock()
        monitor.state.pointee.isStopping = true
        monitor.signalWork()
        while monitor.state.pointee.workers > 0 { monitor.waitForProgress() }
        monitor.unlock()
    }

    func take(_ block: inout DecodedBlock) throws(LogError) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        let state = monitor.state
        while true {
            let number = state.pointee.taken % capacity
            if state.pointee.taken < state.pointee.claimed {
                switch state.pointee.slots[number].outcome {
                case .pending: break
                case .failed(let error): throw error
                case .ready:
                    swap(&state.pointee.slots[number].block, &block)
                    state.pointee.slots[number].outcome = .pending
                    state.pointee.taken += 1
                    monitor.signalWork()
                    return true
                }
            } else if state.pointee.isEnded {
                return false
            }
            monitor.waitForProgress()
        }
    }

    private func work() {
        let decoder = BlockDecoder()
        let buffer = ByteBuffer(capacity: 64 << 10)
        var block = DecodedBlock()
        let state = monitor.state
        monitor.lock()
        while let number = waitForRoom() {
            let outcome: Outcome
            do throws(LogError) {
                guard let step = try state.pointee.steps.next() else {
                    state.pointee.isEnded = true
                    break
                }
                state.pointee.claimed += 1
                swap(&state.pointee.slots[number].block, &block)
                let isBuffered = step.copyHeld(to: buffer)
                monitor.unlock()
                defer { monitor.lock() }
                outcome = Self.decode(step, isBuffered, buffer, decoder, &block)
            } catch {
                state.pointee.claimed += 1
                outcome = .failed(error)
            }
            swap(&state.pointee.slots[number].block, &block)
            if case .failed = outcome { state.pointee.isEnded = true }
            state.pointee.slots[number].outcome = outcome
            monitor.broadcastProgress()
        }
        state.pointee.workers -= 1
        // The others are to see it too.
        monitor.signalWork()
        monitor.broadcastProgress()
        monitor.unlock()
    }

    /// The slot of the next block, once it is free, or `nil` when there is nothing left to do; the monitor is locked.
    private func waitForRoom() -> Int? {
        let state = monitor.state
        while true {
            if state.pointee.isEnded || state.pointee.isStopping { return nil }
            if state.pointee.claimed - state.pointee.taken < capacity { return state.pointee.claimed % capacity }
            monitor.waitForWork()
        }
    }

    private static func decode(
        _ step: BlockStep, _ isBuffered: Bool, _ buffer: ByteBuffer, _ decoder: BlockDecoder,
        _ block: inout DecodedBlock
    ) -> Outcome {
        do throws(LogError) {
            if !isBuffered { try step.read(into: buffer) }
            try step.decode(buffer.bytes, with: decoder, into: &block)
            return .ready
        } catch {
            return .failed(error)
        }
    }
}

extension BlockStep {
    /// Copies the payload where it was read along with its header; false when it was not.
    fileprivate func copyHeld(to buffer: ByteBuffer) -> Bool {
        guard let held = window.held(at: payload.offset, count: payload.count) else { return false }
        buffer.count = 0
        buffer.append(held)
        return true
    }

    /// Reads the payload past the window, which is another thread's by now.
    fileprivate func read(into buffer: ByteBuffer) throws(LogError) {
        let (offset, count) = payload
        buffer.count = 0
        buffer.reserve(count)
        let target = UnsafeMutableRawBufferPointer(start: buffer.base, count: count)
        let got = try window.file.read(into: target, at: offset)
        buffer.count = got
        buffer.append(repeating: 0, count: count - got)
    }
}
