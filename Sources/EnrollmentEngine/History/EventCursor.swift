// Reads history forward, one recorded event after the other, block by block in bounded memory.

internal import Enrollment
internal import EventLog

/// Pulls the events of the log in order.
public struct EventCursor {
    private var blocks: BlockCursor
    private var block = DecodedBlock()
    private var index = 0
    /// How many events of the block there are to hand out: none after the end or a failure, whatever the block holds.
    private var count = 0
    private let first: Position

    init(_ blocks: BlockCursor, from first: Position) {
        self.blocks = blocks
        self.first = first
    }

    /// The next event, or nil at the end; no event comes twice, and none that cannot be read is passed over.
    ///
    /// - Throws: `damaged` where the log's bytes or an event's payload cannot be read, `newerFormat` where a newer
    ///   version of the program wrote it; both name the position.
    public mutating func next() throws(EngineError) -> RecordedEvent? {
        guard try find() else { return nil }
        let event = try block.event(at: index)
        index += 1
        return event
    }

    /// The next event with the explicit command that its payload may carry.
    mutating func nextWithCommand() throws(EngineError) -> (
        event: RecordedEvent, command: (Command, StreamVersion?)?
    )? {
        guard try find() else { return nil }
        let found = try block.eventWithCommand(at: index)
        index += 1
        return found
    }

    /// Whether there is another event, which then stands at `index`, in the next block where this one is at its end.
    private mutating func find() throws(EngineError) -> Bool {
        while true {
            while index < count {
                if block.firstPosition.rawValue + Int64(index) >= first.rawValue { return true }
                index += 1
            }
            index = 0
            count = 0
            guard try translating({ () throws(LogError) in try blocks.next(into: &block) }) else { return false }
            count = block.count
        }
    }
}

extension DecodedBlock {
    /// The event of one record.
    func event(at index: Int) throws(EngineError) -> RecordedEvent {
        let decoded = try decoded(at: index)
        return recorded(decoded.event, effectiveAt: decoded.effectiveAt, at: index)
    }

    /// The same, with the explicit command that its payload may carry.
    func eventWithCommand(
        at index: Int
    ) throws(EngineError) -> (event: RecordedEvent, command: (Command, StreamVersion?)?) {
        let decoded = try decoded(at: index)
        return (recorded(decoded.event, effectiveAt: decoded.effectiveAt, at: index), decoded.command)
    }

    @inline(__always)
    private func decoded(at index: Int) throws(EngineError) -> EventCodec.Decoded {
        let range = payloadRange(at: index)
        do throws(PayloadProblem) {
            return try payload.withUnsafeBufferPointer { bytes throws(PayloadProblem) in
                try EventCodec.decode(
                    type: types[index], stream: streams[index],
                    payload: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range])))
            }
        } catch {
            throw EngineError(error, in: "The event at position \(position(at: index))")
        }
    }

    @inline(__always)
    private func recorded(_ event: Event, effectiveAt: Timestamp?, at index: Int) -> RecordedEvent {
        RecordedEvent(
            position: position(at: index), stream: EventStream(key: streams[index]),
            version: StreamVersion(versions[index]),
            time: EventTime(recordedAt: Timestamp(microseconds: recordedAt[index]), effectiveAt: effectiveAt),
            actor: Actor(stored: actors[index]), commandID: commandIDs[index], isBatchStart: isBatchStart[index],
            event: event)
    }

    private func position(at index: Int) -> Position { Position(firstPosition.rawValue + Int64(index)) }
}
