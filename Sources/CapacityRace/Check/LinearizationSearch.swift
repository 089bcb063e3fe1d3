// The search for an order, for one term: depth first, with everything that was tried remembered.

internal import EnrollmentTesting

/// One search.
struct LinearizationSearch {
    enum Verdict {
        case linearizable
        /// No order explains all answers; at the furthest, this one stood in the way.
        case impossible(Operation)
        case undecided
    }

    /// A set of placed operations, and the state that they made; 128 bits each stand for all of it.
    private struct Configuration: Hashable {
        var placed: (UInt64, UInt64) = (0, 0)
        var state: UInt64 = 0

        static func == (left: Self, right: Self) -> Bool { left.placed == right.placed && left.state == right.state }
        func hash(into hasher: inout Hasher) { hasher.combine(placed.0) }
    }

    /// What is needed to take an operation back.
    private struct Placement {
        let operation: Int
        let hinted: Int
        let standing: SeatState.Standing
        let capacity: Int32
    }

    /// A point at which there was a choice.
    private struct Choice {
        let placements: Int
        let firstAnswered: Int
        /// Where its candidates that were not tried yet lie on the stack of candidates; the last is tried first.
        let candidates: Int
    }

    private let history: [Operation]
    /// By start.
    private let operations: [PlacedOperation]
    /// The answered ones by end.
    private let byEnd: [Int]
    private let codes: [(UInt64, UInt64)]
    private var isPlaced: [Bool]
    private var state: SeatState
    /// Those not placed, by start: what changes seats, and the rest.
    private var movers: StartList
    private var observers: StartList
    private var firstAnswered = 0
    private var placements: [Placement] = []
    private var choices: [Choice] = []
    private var candidates: [Candidate] = []
    /// Which to try first: a smaller number before a greater one.
    ///
    /// Of two that stand for each other one takes the other's, and leaves its own.
    private var hints: [Int64]
    private var tried: Set<Configuration> = []
    private var current = Configuration()
    private var furthest = 0
    private var steps = 0
    private let maximumSteps: Int

    /// `hints` has a number for each operation, or is empty.
    init(_ history: [Operation], hints: [Int64], capacity: Int32, needsApproval: Bool, maximumSteps: Int) {
        self.history = history
        self.maximumSteps = maximumSteps
        var people: [Int32: Int32] = [0: 0]
        var operations: [PlacedOperation] = []
        operations.reserveCapacity(history.count)
        for (index, operation) in history.enumerated() {
            let person = people[operation.user] ?? Int32(people.count)
            people[operation.user] = person
            if let placed = PlacedOperation(
                operation, person: person, index: index, hint: hints.isEmpty ? operation.end : hints[index])
            {
                operations.append(placed)
            }
        }
        operations.sort { $0.start < $1.start }
        Self.markEntangled(&operations, people: people.count)
        self.operations = operations
        byEnd = operations.indices.filter { operations[$0].end < .max }.sorted {
            operations[$0].end < operations[$1].end
        }
        var random = SplitMix64(seed: 0x4C6F_7765)
        codes = operations.map { _ in (random.next(), random.next()) }
        self.hints = operations.map(\.hint)
        isPlaced = Array(repeating: false, count: operations.count)
        state = SeatState(
            capacity: capacity, standing: Array(repeating: .out, count: people.count),
            applicant: needsApproval ? .held : .enrolled)
        movers = StartList(operations.indices.filter { !operations[$0].isObserver }, of: operations.count)
        observers = StartList(operations.indices.filter { operations[$0].isObserver }, of: operations.count)
    }

    /// Marks whoever asks for something while something else of theirs is not answered.
    private static func markEntangled(_ operations: inout [PlacedOperation], people: Int) {
        var lastEnd = Array(repeating: Int64.min, count: people)
        var isEntangled = Array(repeating: false, count: people)
        for operation in operations where operation.person > 0 {
            let person = Int(operation.person)
            if operation.start <= lastEnd[person] { isEntangled[person] = true }
            lastEnd[person] = max(lastEnd[person], operation.end)
        }
        for index in operations.indices { operations[index].isEntangled = isEntangled[Int(operations[index].person)] }
    }

    mutating func run() -> Verdict {
        while true {
            settle()
            if firstAnswered == byEnd.count { return .linearizable }
            furthest = max(furthest, firstAnswered)
            if steps > maximumSteps { return .undecided }
            if tried.insert(current).inserted {
                choices.append(
                    Choice(
                        placements: placements.count, firstAnswered: firstAnswered, candidates: candidates.count))
                gatherCandidates()
            }
            guard tryNext() else {
                return .impossible(history[Int(operations[byEnd[furthest]].index)])
            }
        }
    }

    /// Places the next candidate of the latest choice that has one; false where none has.
    private mutating func tryNext() -> Bool {
        while let choice = choices.last {
            takeBack(to: choice.placements)
            firstAnswered = choice.firstAnswered
            if candidates.count > choice.candidates, let candidate = candidates.popLast() {
                place(candidate.index, withHintOf: candidate.hinted)
                return true
            }
            choices.removeLast()
        }
        return false
    }

    /// Places what changes no seats and is right, as long as there is any.
    private mutating func settle() {
        var isChanged = true
        while isChanged {
            isChanged = false
            skipPlaced()
            guard firstAnswered < byEnd.count else { return }
            let deadline = operations[byEnd[firstAnswered]].end
            var index = observers.first
            while index >= 0, operations[index].start <= deadline {
                let next = observers.next[index]
                steps += 1
                if state.explains(operations[index]) {
                    place(index)
                    isChanged = true
                }
                index = next
            }
        }
    }

    private mutating func skipPlaced() {
        while firstAnswered < byEnd.count && isPlaced[byEnd[firstAnswered]] { firstAnswered += 1 }
    }

    /// Puts everything that could come next on the stack of candidates, the most promising on top.
    private mutating func gatherCandidates() {
        let urgent = operations[byEnd[firstAnswered]]
        var found: [Candidate] = []
        var firstTake: Int?
        var firstLeave: Int?
        // Where somebody's standing is in the way, only they can change it.
        var isHopeless = !state.fitsStanding(urgent)
        var index = movers.first
        while index >= 0, operations[index].start <= urgent.end {
            let operation = operations[index]
            steps += 1
            if operation.person == urgent.person { isHopeless = false }
            if state.explains(operation) {
                switch operation.effect {
                case .take where !operation.isEntangled: add(index, to: &found, at: &firstTake)
                case .leave where !operation.isEntangled: add(index, to: &found, at: &firstLeave)
                default:
                    var place = found.firstIndex { isSame(operations[$0.index], operation) }
                    add(index, to: &found, at: &place)
                }
            }
            index = movers.next[index]
        }
        if isHopeless { return }
        let hints = hints
        found.sort { (hints[$0.hinted], $0.index) > (hints[$1.hinted], $1.index) }
        candidates += found
    }

    /// Of operations that are alike the one answered first stands for all, with the most promising hint of them: that
    /// so many of them come next is all that a hint can say.
    private struct Candidate {
        var index: Int
        /// Whose hint it has.
        var hinted: Int
    }

    /// Adds a candidate; at a place that is known already, it joins the one there.
    private func add(_ index: Int, to found: inout [Candidate], at place: inout Int?) {
        guard let place else {
            place = found.count
            return found.append(Candidate(index: index, hinted: index))
        }
        if hints[index] < hints[found[place].hinted] { found[place].hinted = index }
        if operations[index].end < operations[found[place].index].end { found[place].index = index }
    }

    /// Whether one person asked for the same twice.
    private func isSame(_ one: PlacedOperation, _ other: PlacedOperation) -> Bool {
        one.effect == other.effect && one.person == other.person
            && (one.effect != .resize || one.capacity == other.capacity)
    }

    private mutating func place(_ index: Int, withHintOf hinted: Int? = nil) {
        if let hinted { hints.swapAt(index, hinted) }
        let operation = operations[index]
        let before = state.standing[Int(operation.person)]
        placements.append(
            Placement(operation: index, hinted: hinted ?? index, standing: before, capacity: state.capacity))
        toggle(index, before)
        state.place(operation)
        toggle(index, state.standing[Int(operation.person)])
        current.placed.0 ^= codes[index].0
        current.placed.1 ^= codes[index].1
        isPlaced[index] = true
        if operation.isObserver { observers.remove(index) } else { movers.remove(index) }
    }

    private mutating func takeBack(to count: Int) {
        while placements.count > count, let placement = placements.popLast() {
            let operation = operations[placement.operation]
            if operation.isObserver {
                observers.restore(placement.operation)
            } else {
                movers.restore(placement.operation)
            }
            isPlaced[placement.operation] = false
            hints.swapAt(placement.operation, placement.hinted)
            current.placed.0 ^= codes[placement.operation].0
            current.placed.1 ^= codes[placement.operation].1
            toggle(placement.operation, state.standing[Int(operation.person)])
            state.takeBack(operation, standing: placement.standing, capacity: placement.capacity)
            toggle(placement.operation, placement.standing)
        }
    }

    /// Takes a person's standing and the capacity into the configuration, or out of it.
    private mutating func toggle(_ index: Int, _ standing: SeatState.Standing) {
        let person = UInt64(operations[index].person)
        var mixed = SplitMix64(seed: person << 2 | UInt64(standing.rawValue))
        var capacity = SplitMix64(seed: UInt64(bitPattern: Int64(state.capacity)) | 1 << 63)
        current.state ^= mixed.next() ^ capacity.next()
    }
}

/// Indices in the order of their start, from which any can be taken out and put back in the opposite order.
private struct StartList {
    private(set) var first: Int
    /// -1 at the end.
    private(set) var next: [Int]
    private var previous: [Int]

    init(_ indices: [Int], of count: Int) {
        next = Array(repeating: -1, count: count)
        previous = Array(repeating: -1, count: count)
        first = indices.first ?? -1
        for (left, right) in zip(indices, indices.dropFirst()) {
            next[left] = right
            previous[right] = left
        }
    }

    mutating func remove(_ index: Int) {
        if previous[index] >= 0 { next[previous[index]] = next[index] } else { first = next[index] }
        if next[index] >= 0 { previous[next[index]] = previous[index] }
    }

    mutating func restore(_ index: Int) {
        if previous[index] >= 0 { next[previous[index]] = index } else { first = index }
        if next[index] >= 0 { previous[next[index]] = index }
    }
}
