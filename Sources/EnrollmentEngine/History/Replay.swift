// From the log to state: what opening does. Checks while it goes that the log tells a possible story.

internal import Enrollment
internal import EventLog

/// Folds events into state and remembered commands.
struct Replay: Sendable {
    var state = EnrollmentState()
    var remembered = RememberedCommands()
    var lastRecordedAt = Timestamp.earliest
    /// The last position whose event was folded; an empty replay stands before the first.
    var position: Position = .zero
    /// The commands of a block; kept for their memory.
    private var commands: [(id: CommandID, position: Position)] = []

    /// From so many events on, threads read and decode ahead.
    static let longRange = 65_536

    init() {}

    init(state: EnrollmentState, remembered: RememberedCommands, lastRecordedAt: Timestamp, position: Position) {
        self.state = state
        self.remembered = remembered
        self.lastRecordedAt = lastRecordedAt
        self.position = position
    }

    /// Folds everything that follows through a position, or through all that is durable.
    mutating func run(_ reader: LogReader, through last: Position?) throws(EngineError) {
        let first = Position(position.rawValue + 1)
        if let last, last < first { return }
        let durable = try translating { () throws(LogError) in try reader.lastPosition() }
        let count = Int(max(0, min(last ?? durable, durable).rawValue - position.rawValue))
        // Each event may be a command's only one.
        remembered.reserveCapacity(remembered.count + count)
        var blocks = try translating { () throws(LogError) in
            try reader.blocks(from: first, through: last, workers: count >= Self.longRange ? 2 : 1)
        }
        var block = DecodedBlock()
        while try translating({ () throws(LogError) in try blocks.next(into: &block) }) {
            try fold(block)
        }
    }

    /// Folds a block: the events that come by the million from their bytes, all others as events.
    ///
    /// The fast way refuses whatever it does not know or cannot follow, and then the slow one says why.
    mutating func fold(_ block: DecodedBlock) throws(EngineError) {
        commands.removeAll(keepingCapacity: true)
        for index in 0..<block.count {
            if !state.replay(block, index) { try foldEvent(block, index) }
            if block.isBatchStart[index] {
                commands.append((block.commandIDs[index], Position(block.firstPosition.rawValue + Int64(index))))
            }
        }
        guard block.count > 0 else { return }
        remembered.remember(commands)
        lastRecordedAt = Timestamp(microseconds: block.recordedAt[block.count - 1])
        position = block.lastPosition
    }

    /// Folds one record by way of its event.
    mutating func foldEvent(_ block: DecodedBlock, _ index: Int) throws(EngineError) {
        let event = try block.event(at: index)
        guard state.canEvolve(event.event) else {
            throw EngineError(
                .damaged,
                "The \(event.event.type.name) at position \(event.position) cannot follow what happened before it.")
        }
        state.evolve(event.event, at: event.time)
        guard state.version(of: event.stream) == event.version else {
            throw EngineError(
                .damaged, "Position \(event.position) has version \(event.version) of \(event.stream), out of turn.")
        }
    }
}
