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
    struct Single {
        let envelope: CommandEnvelope
        let continuation: UnsafeContinuation<Decided, Never>
    }

    /// Many commands of one caller, to be decided in order.
    ///
    /// Fewer answers than commands say that there was no room for the rest, or, where the last of them says so, that a
    /// key is not at hand; nothing of the rest was executed.
    struct Bulk {
        let envelopes: ArraySlice<CommandEnvelope>
        let continuation: UnsafeContinuation<[Decided], Never>
    }

    /// All that lies there, to be decided in one pass.
    struct Requests {
        var singles: [Single] = []
        var bulks: [Bulk] = []

        var isEmpty: Bool { singles.isEmpty && bulks.isEmpty }
        var commands: Int { bulks.reduce(singles.count) { $0 + $1.envelopes.count } }

        mutating func removeAll() {
            singles.removeAll(keepingCapacity: true)
            bulks.removeAll(keepingCapacity: true)
        }
    }

    /// What was decided, durable by now, or why that cannot be said.
    typealias Decided = Result<EngineCore.Decision, ExecutionError>

    private struct State {
        var requests = Requests()
        var isServed = false
    }

    /// After how many commands one caller passes the turn on, when the pass is over: a millisecond's work.
    private static let maximumTurn = 1024

    private let state = Mutex(State())

    /// Puts a command down; true when the caller must serve the queue now.
    func add(_ envelope: CommandEnvelope, _ continuation: UnsafeContinuation<Decided, Never>) -> Bool {
        state.withLock { state in
            state.requests.singles.append(Single(envelope: envelope, continuation: continuation))
            defer { state.isServed = true }
            return !state.isServed
        }
    }

    /// Puts many commands down; true when the caller must serve the queue now.
    func add(_ envelopes: ArraySlice<CommandEnvelope>, _ continuation: UnsafeContinuation<[Decided], Never>) -> Bool {
        state.withLock { state in
            state.requests.bulks.append(Bulk(envelopes: envelopes, continuation: continuation))
            defer { state.isServed = true }
            return !state.isServed
        }
    }

    /// Decides everything that lies there, until nothing does.
    func serve(_ decide: @escaping @Sendable (borrowing Requests) -> Void) {
        var batch = Requests()
        var count = 0
        while count < Self.maximumTurn {
            guard take(&batch) else { return }
            decide(batch)
            count += batch.commands
            batch.removeAll()
        }
        // Under constant load one caller would serve for ever, and its own task would never go on.
        Task.detached { [self] in serve(decide) }
    }

    /// Takes all requests in exchange for none; gives the turn back when there are none.
    private func take(_ batch: inout Requests) -> Bool {
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
