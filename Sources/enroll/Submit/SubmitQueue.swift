// Between the thread that reads and decides lines, and the task that waits for the disk and writes results.

import Dispatch
import EnrollmentEngine
import EventLog
import Synchronization

/// Decided lines on their way to the output, in order, with a bound.
///
/// One thread pushes, one task takes.
final class SubmitQueue: Sendable {
    enum Item: Sendable {
        case decided(Submission, CommandID)
        /// Too much waits for the disk: the taker executes it in its turn, and calls ``resumeReader()``.
        case waitsForRoom(CommandEnvelope)
        case invalid(CommandJSONError, line: Int)
        case failed(ExecutionError, CommandID)
        /// The input could not be read any further.
        case unreadable(Failure)
    }

    private struct State {
        var items: [Item] = []
        var next = 0
        var isEnded = false
        var taker: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let slots = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let isStopped = Atomic<Bool>(false)

    init(bound: Int) {
        // Begun at 0 and raised: a semaphore that goes away below the value it began with ends the program.
        for _ in 0..<bound { slots.signal() }
    }

    // MARK: The reading thread

    /// Waits until fewer lines than the bound are under way; false once the taker wants no more.
    func waitForSlot() -> Bool {
        slots.wait()
        return !isStopped.load(ordering: .acquiring)
    }

    func push(_ item: Item) {
        resume { $0.items.append(item) }
    }

    /// Waits until the taker has executed what waited for room.
    func waitForRoom() { room.wait() }

    func end() {
        resume { $0.isEnded = true }
    }

    private func resume(_ change: (inout State) -> Void) {
        let taker = state.withLock { state in
            change(&state)
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume()
    }

    // MARK: The writing task

    /// The next item; nil at the end.
    func next() async -> Item? {
        while true {
            let (item, isEnded) = state.withLock { state in (Self.take(&state), state.isEnded) }
            if let item { return item }
            if isEnded { return nil }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.next < state.items.count || state.isEnded { return true }
                    state.taker = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private static func take(_ state: inout State) -> Item? {
        guard state.next < state.items.count else { return nil }
        defer {
            state.next += 1
            // Emptied as soon as it was all taken, so that it never grows beyond the bound for long.
            if state.next == state.items.count {
                state.items.removeAll(keepingCapacity: true)
                state.next = 0
            }
        }
        return state.items[state.next]
    }

    var isEmpty: Bool { state.withLock { $0.next == $0.items.count } }

    /// Says that an item was dealt with.
    func freeSlot() { slots.signal() }

    func resumeReader() { room.signal() }

    /// Asks the reading thread to end at its next line.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        slots.signal()
        room.signal()
    }
}
