// How far the projection is, and who waits for it to come further.

internal import EventLog
internal import Synchronization

/// The position reached, the projection's state, and the tasks that wait.
final class ProjectionProgress: Sendable {
    private enum Phase {
        /// Not begun yet; waiters wait for the beginning.
        case idle
        case running
        /// The engine closed, or the task was cancelled.
        case ended
        case failed(ReadModelError)
        case closed
    }

    private struct Waiter {
        let position: Position
        let continuation: CheckedContinuation<ReadModelError?, Never>
    }

    private struct State {
        var phase = Phase.idle
        var position: Position
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private let state: Mutex<State>

    init(_ position: Position) { state = Mutex(State(position: position)) }

    var position: Position { state.withLock { $0.position } }

    func begin() throws(ReadModelError) {
        let refusal: ReadModelError? = state.withLock { state in
            switch state.phase {
            case .running: return ReadModelError(.invalidArgument, "The projection runs already; run it once.")
            case .closed: return ReadModelError(.stopped, "The read model was closed; open it again.")
            case .idle, .ended, .failed:
                state.phase = .running
                return nil
            }
        }
        if let refusal { throw refusal }
    }

    func advance(to position: Position) {
        let reached = state.withLock { state in
            state.position = position
            let reached = state.waiters.filter { $0.value.position <= position }
            for key in reached.keys { state.waiters[key] = nil }
            return reached
        }
        for waiter in reached.values { waiter.continuation.resume(returning: nil) }
    }

    /// Ends the run; whoever still waits will not be served by it.
    func end(_ error: ReadModelError?) {
        let left = state.withLock { state in
            if let error, error.code != .cancelled { state.phase = .failed(error) } else { state.phase = .ended }
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in left.values { waiter.continuation.resume(returning: failure(waiter.position)) }
    }

    func close() throws(ReadModelError) {
        let isRunning = state.withLock { state in
            if case .running = state.phase { return true }
            state.phase = .closed
            return false
        }
        guard !isRunning else {
            throw ReadModelError(.invalidArgument, "The projection is running; close the engine or cancel it first.")
        }
        end(nil)
        state.withLock { $0.phase = .closed }
    }

    func wait(for position: Position) async throws(ReadModelError) {
        let key = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: ReadModelError?? = state.withLock { state in
                    if state.position >= position { return .some(nil) }
                    if Task.isCancelled { return cancelled(position) }
                    if let failure = failure(position, state.phase) { return failure }
                    state.waiters[key] = Waiter(position: position, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: key) }
            waiter?.continuation.resume(returning: cancelled(position))
        }
        if let error { throw error }
    }

    private func cancelled(_ position: Position) -> ReadModelError {
        ReadModelError(.cancelled, "Cancelled while waiting for position \(position).", position: position)
    }

    private func failure(_ position: Position) -> ReadModelError? {
        failure(position, state.withLock { $0.phase })
    }

    private func failure(_ position: Position, _ phase: Phase) -> ReadModelError? {
        switch phase {
        case .idle, .running: nil
        case .failed(let error): error
        case .ended, .closed:
            ReadModelError(
                .stopped, "The projection ended before position \(position); run it again, or read the log.",
                position: position)
        }
    }
}
