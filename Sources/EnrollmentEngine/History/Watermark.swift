// Wakes followers when more of the log is durable.

internal import EventLog
internal import Synchronization

/// The last durable position, and the tasks that wait for it to move.
final class Watermark: Sendable {
    private struct State {
        var durable: Position
        var isClosed = false
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: (after: Position, CheckedContinuation<Void, Never>)] = [:]
    }

    private let state: Mutex<State>

    init(durable: Position) { state = Mutex(State(durable: durable)) }

    var durable: Position { state.withLock { $0.durable } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func advance(to position: Position) {
        wake { state in
            state.durable = max(state.durable, position)
            return state.waiters.filter { $0.value.after < state.durable }.map(\.key)
        }
    }

    func close() {
        wake { state in
            state.isClosed = true
            return Array(state.waiters.keys)
        }
    }

    /// Waits until something past `position` is durable, the engine is closed, or the task is cancelled.
    func wait(past position: Position) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.durable > position || state.isClosed || Task.isCancelled { return true }
                    state.waiters[id] = (position, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake { state in state.waiters[id] == nil ? [] : [id] }
        }
    }

    /// Takes the chosen waiters out under the lock, and resumes them after it.
    private func wake(_ choose: (inout State) -> [UInt64]) {
        let continuations = state.withLock { state in
            choose(&state).compactMap { state.waiters.removeValue(forKey: $0)?.1 }
        }
        for continuation in continuations { continuation.resume() }
    }
}
