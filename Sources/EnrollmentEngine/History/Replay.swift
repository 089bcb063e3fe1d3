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

    /// Folds everything that follows through a position, or through all that is durable.
    mutating func run(_ reader: LogReader, through last: Position?) throws(EngineError) {
        let first = Position(position.rawValue + 1)
        if let last, last < first { return }
        var blocks = try translating { () throws(LogError) in try reader.blocks(from: first, through: last) }
        var block = DecodedBlock()
        while try translating({ () throws(LogError) in try blocks.next(into: &block) }) {
            for index in 0..<block.count { try fold(block, index) }
        }
    }

    private mutating func fold(_ block: DecodedBlock, _ index: Int) throws(EngineError) {
        let event = try block.event(at: index).event
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
        if event.isBatchStart { remembered.remember(event.commandID, at: event.position) }
        lastRecordedAt = event.time.recordedAt
        position = event.position
    }
}
