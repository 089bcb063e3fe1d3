// The columns of one block, reused from block to block: the fast path of a replay.

/// The decoded columns of one block.
///
/// Every column has ``count`` elements; record `i` has the position `firstPosition + i`. Pass the same value to
/// ``BlockCursor/next(into:)`` again and again: its arrays keep their capacity.
public struct DecodedBlock: Sendable {
    /// The position of the first record.
    public internal(set) var firstPosition: Position = .zero
    /// How many records the block holds.
    public internal(set) var count: Int = 0
    /// The kind of each record.
    public internal(set) var types: [UInt8] = []
    /// Whether each record starts a batch.
    public internal(set) var isBatchStart: [Bool] = []
    /// The stream of each record.
    public internal(set) var streams: [UInt64] = []
    /// The stream version of each record.
    public internal(set) var versions: [Int64] = []
    /// The time of each record, in microseconds since 1970-01-01 00:00 UTC.
    public internal(set) var recordedAt: [Int64] = []
    /// Who caused each record.
    public internal(set) var actors: [Int64] = []
    /// The command of each record; records of one batch repeat it.
    public internal(set) var commandIDs: [CommandID] = []
    /// Where the payload of each record ends in ``payload``.
    public internal(set) var payloadEnds: [Int] = []
    /// The payloads of all records, one after the other.
    public internal(set) var payload: [UInt8] = []

    /// Makes an empty block.
    public init() {}

    /// The position of the last record, or the one before the first when the block is empty.
    public var lastPosition: Position { Position(firstPosition.rawValue &+ Int64(count) &- 1) }

    /// Where the payload of the record at `index` lies in ``payload``.
    public func payloadRange(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : payloadEnds[index - 1])..<payloadEnds[index]
    }

    /// Copies the record at `index` out of the columns.
    ///
    /// - Complexity: O(*n*) in the length of its payload.
    public func record(at index: Int) -> LogRecord {
        LogRecord(
            position: Position(firstPosition.rawValue + Int64(index)), type: types[index], stream: streams[index],
            version: versions[index], recordedAt: recordedAt[index], actor: actors[index],
            commandID: commandIDs[index], isBatchStart: isBatchStart[index],
            payload: Array(payload[payloadRange(at: index)]))
    }
}
