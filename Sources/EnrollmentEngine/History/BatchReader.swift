// Reads single batches back from the log, for commands that come again. An import that is run twice asks for one batch
// after the other, so the block read last is kept.

internal import Enrollment
internal import EventLog
internal import Synchronization

/// The events of one command, with the command.
struct RecordedBatch: Sendable {
    var command: CommandEnvelope
    var events: [RecordedEvent]
}

/// Finds batches by the position of their first event.
final class BatchReader: Sendable {
    private let reader: LogReader
    private let kept = Mutex(DecodedBlock())

    init(reader: LogReader) { self.reader = reader }

    /// The batch that begins at `position`; it must be durable.
    func batch(at position: Position, through last: Position) async throws(EngineError) -> RecordedBatch {
        if let batch = try kept.withLock({ block throws(EngineError) in try whole(position, last, in: block) }) {
            return batch
        }
        let reader = reader
        return try await blocking { [self] () throws(EngineError) in
            var cursor = try translating { () throws(LogError) in
                try reader.blocks(from: position, through: last)
            }
            var block = DecodedBlock()
            var events: [RecordedEvent] = []
            var command: CommandEnvelope?
            while try translating({ () throws(LogError) in try cursor.next(into: &block) }) {
                if events.isEmpty {
                    kept.withLock { $0 = block }
                    if let batch = try whole(position, last, in: block) { return batch }
                }
                if try gather(position, block, &events, &command) { break }
            }
            guard let command else {
                throw EngineError(.damaged, "No command begins at position \(position), where one was recorded.")
            }
            return RecordedBatch(command: command, events: events)
        }
    }

    /// The batch, where the block surely holds all of it.
    private func whole(
        _ position: Position, _ last: Position, in block: DecodedBlock
    ) throws(EngineError) -> RecordedBatch? {
        guard block.count > 0, (block.firstPosition...block.lastPosition).contains(position) else { return nil }
        var events: [RecordedEvent] = []
        var command: CommandEnvelope?
        let isComplete = try gather(position, block, &events, &command) || block.lastPosition == last
        guard isComplete, let command else { return nil }
        return RecordedBatch(command: command, events: events)
    }

    /// Adds the batch's events in this block; true when the next batch begins in it.
    private func gather(
        _ position: Position, _ block: DecodedBlock, _ events: inout [RecordedEvent],
        _ command: inout CommandEnvelope?
    ) throws(EngineError) -> Bool {
        let start = max(0, Int(position.rawValue - block.firstPosition.rawValue))
        for index in start..<block.count {
            if block.isBatchStart[index], !events.isEmpty { return true }
            let (event, explicit) = try block.eventWithCommand(at: index)
            if events.isEmpty { command = CommandEnvelope(of: event, explicit) }
            events.append(event)
        }
        return false
    }
}
