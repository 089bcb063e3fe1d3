// Decided callers who wait for the disk: told in the order of the log, each exactly once.

internal import EventLog
internal import Synchronization

/// What was decided and may be told when its position is durable.
final class Acknowledgements: Sendable {
    /// A caller with its answer.
    struct Entry {
        /// The last position that the answer rests on.
        let through: Position
        let answer: Answer

        /// Tells the answer, with the failure in the place of whatever no sync will ever cover.
        func tell(durable: Position, failure: EngineError?) {
            guard let failure else {
                switch answer {
                case .one(let decided, let continuation): continuation.resume(returning: decided)
                case .many(let decided, let continuation): continuation.resume(returning: decided)
                }
                return
            }
            func known(_ decided: CommandQueue.Decided) -> CommandQueue.Decided {
                guard decided.through > durable else { return decided }
                return .failure(.unavailable(failure))
            }
            switch answer {
            case .one(let decided, let continuation): continuation.resume(returning: known(decided))
            case .many(let decided, let continuation): continuation.resume(returning: decided.map(known))
            }
        }
    }

    enum Answer {
        case one(CommandQueue.Decided, UnsafeContinuation<CommandQueue.Decided, Never>)
        case many([CommandQueue.Decided], UnsafeContinuation<[CommandQueue.Decided], Never>)
    }

    private struct State {
        var durable: Position
        var failure: EngineError?
        /// In the order of deciding; those before `next` are told.
        ///
        /// That is the order of their positions too, but for retries, which may be told a sync later than they could.
        var entries: [Entry] = []
        var next = 0
    }

    private let state: Mutex<State>

    init(durable: Position) { state = Mutex(State(durable: durable)) }

    /// Adds what was decided in one pass; what is durable already, or never will be, is told at once.
    func add(_ decided: [Entry]) {
        let (told, durable, failure) = state.withLock { state in
            var told: [Entry] = []
            for entry in decided {
                if entry.through <= state.durable || state.failure != nil {
                    told.append(entry)
                } else {
                    state.entries.append(entry)
                }
            }
            return (told, state.durable, state.failure)
        }
        for entry in told { entry.tell(durable: durable, failure: failure) }
    }

    /// Tells everyone whose answer a sync now covers.
    func advance(to position: Position) {
        let told = state.withLock { state in
            state.durable = max(state.durable, position)
            var end = state.next
            while end < state.entries.count && state.entries[end].through <= state.durable { end += 1 }
            let told = Array(state.entries[state.next..<end])
            state.next = end
            // Moving the rest down costs no more than was told before.
            if state.next * 2 >= state.entries.count {
                state.entries.removeFirst(state.next)
                state.next = 0
            }
            return told
        }
        for entry in told { entry.tell(durable: position, failure: nil) }
    }

    /// Tells everyone who waits that the log has failed.
    func fail(_ failure: EngineError) {
        let (told, durable) = state.withLock { state in
            state.failure = failure
            defer {
                state.entries = []
                state.next = 0
            }
            return (Array(state.entries[state.next...]), state.durable)
        }
        for entry in told { entry.tell(durable: durable, failure: failure) }
    }
}
