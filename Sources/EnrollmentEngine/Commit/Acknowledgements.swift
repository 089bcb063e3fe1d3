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
        /// Whether somebody tells; there is one at a time, so that answers go out in order.
        var isTelling = false

        /// Whether there is one at that place that can be told.
        func isDue(_ place: Int) -> Bool {
            place < entries.count && (failure != nil || entries[place].through <= durable)
        }
    }

    /// Up to so many are told by the log's own thread, which goes on with the next group sooner than a task begins.
    private static let toldAtOnce = 8

    private let state: Mutex<State>

    init(durable: Position) { state = Mutex(State(durable: durable)) }

    /// Adds what was decided in one pass; what is durable already, or never will be, is told at once.
    func add(_ decided: [Entry]) {
        let (told, durable, failure) = state.withLock { state in
            var told: [Entry] = []
            if state.entries.isEmpty, state.failure == nil, decided.allSatisfy({ $0.through > state.durable }) {
                // As most passes are: nothing is copied.
                state.entries = decided
                return (told, state.durable, state.failure)
            }
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

    /// Has everyone told whose answer a sync now covers.
    func advance(to position: Position) { begin { $0.durable = max($0.durable, position) } }

    /// Has everyone told who waits that the log has failed.
    ///
    /// The first failure is the one that is told.
    func fail(_ failure: EngineError) { begin { if $0.failure == nil { $0.failure = failure } } }

    /// Changes what can be told, and has it told where nobody does.
    ///
    /// Where there is much, by a task of its own: the log's thread goes on with the next group, and need not wake a
    /// thread of the pool for one caller after the other.
    private func begin(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            guard !state.isTelling, state.isDue(state.next) else { return 0 }
            state.isTelling = true
            return state.entries.count - state.next
        }
        if waiting > Self.toldAtOnce { Task.detached { [self] in tell() } } else if waiting > 0 { tell() }
    }

    /// Tells until nothing is due.
    private func tell() {
        while true {
            let (told, durable, failure) = state.withLock { state in
                var end = state.next
                while state.isDue(end) { end += 1 }
                let told = state.entries[state.next..<end]
                state.next = end
                if end == state.entries.count {
                    state.entries = []
                    state.next = 0
                }
                state.isTelling = !told.isEmpty
                return (told, state.durable, state.failure)
            }
            if told.isEmpty { return }
            for entry in told { entry.tell(durable: durable, failure: failure) }
        }
    }
}
