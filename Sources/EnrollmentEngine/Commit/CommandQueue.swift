// Where callers' commands gather: whoever finds nobody at it decides for all who come meanwhile.

internal import EventLog
internal import Synchronization

/// Callers that wait to be decided, and the turn of the one that decides.
///
/// A command costs its caller one short lock: to put it down, or to take the turn. The turn's holder takes everything
/// that lies there, decides it in one pass and looks again, so that the state stays in one core's cache and nobody
/// waits for a lock while somebody decides. (The scheme is known as flat combining: Hendler, Incze, Shavit and
/// Tzafrir, SPAA 2010.)
final class CommandQueue: Sendable {
    /// What one caller wants decided, and how it is told when that is durable.
    enum Request {
        /// One command, as most callers have it, costs no array.
        case one(CommandEnvelope, UnsafeContinuation<Decided, Never>)
        /// Fewer answers than commands say that there was no room for the rest; nothing of that was executed.
        case many(ArraySlice<CommandEnvelope>, UnsafeContinuation<[Decided], Never>)
    }

    /// What was decided, durable by now, or why that cannot be said.
    typealias Decided = Result<EngineCore.Decision, ExecutionError>

    private struct State {
        var requests: [Request] = []
        var isServed = false
    }

    /// How often one caller looks for more before it passes the turn on.
    private static let maximumRounds = 64

    private let state = Mutex(State())

    /// Puts a request down; true when the caller must serve the queue now.
    func add(_ request: consuming sending Request) -> Bool {
        var moved: Request? = request
        return state.withLock { state in
            if let request = moved.take() { state.requests.append(request) }
            defer { state.isServed = true }
            return !state.isServed
        }
    }

    /// Decides everything that lies there, until nothing does.
    func serve(_ decide: @escaping @Sendable ([Request]) -> Void) {
        var batch: [Request] = []
        for _ in 0..<Self.maximumRounds {
            guard take(&batch) else { return }
            decide(batch)
            batch.removeAll(keepingCapacity: true)
        }
        // Under constant load one caller would serve for ever, and its own task would never go on.
        Task.detached { [self] in serve(decide) }
    }

    /// Takes all requests in exchange for an empty array; gives the turn back when there are none.
    private func take(_ batch: inout [Request]) -> Bool {
        state.withLock { state in
            if state.requests.isEmpty {
                state.isServed = false
                return false
            }
            swap(&state.requests, &batch)
            return true
        }
    }
}
