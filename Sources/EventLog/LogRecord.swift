// One record as a value, and its canonical encoding, which digests and proofs are taken over.

/// One stored record.
public struct LogRecord: Hashable, Sendable {
    /// The record's place in the log.
    public var position: Position
    /// The kind of the record, below 128; the log never interprets it.
    public var type: UInt8
    /// The stream that the record belongs to.
    public var stream: UInt64
    /// The record's version within its stream.
    public var version: Int64
    /// When it was recorded, in microseconds since 1970-01-01 00:00 UTC.
    public var recordedAt: Int64
    /// Who caused it.
    public var actor: Int64
    /// The command that caused it.
    public var commandID: CommandID
    /// Whether the record is the first of its batch.
    public var isBatchStart: Bool
    /// The bytes that only the owner of the log understands.
    public var payload: [UInt8]

    /// Makes a record from its parts.
    public init(
        position: Position, type: UInt8, stream: UInt64, version: Int64, recordedAt: Int64, actor: Int64,
        commandID: CommandID, isBatchStart: Bool, payload: [UInt8]
    ) {
        self.position = position
        self.type = type
        self.stream = stream
        self.version = version
        self.recordedAt = recordedAt
        self.actor = actor
        self.commandID = commandID
        self.isBatchStart = isBatchStart
        self.payload = payload
    }

    /// The record as one byte row, independent of blocks, columns and compression.
    ///
    /// Position, type (bit 7 set on the first record of a batch), stream, version, recordedAt, actor (little-endian),
    /// commandID (big-endian halves), the payload's length in two bytes, the payload. At most 65,535 bytes for a stored
    /// record.
    public func canonicalEncoding() -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(Format.canonicalOverhead + payload.count)
        func put(_ value: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) { row.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        put(UInt64(bitPattern: position.rawValue))
        row.append(isBatchStart ? type | Format.batchStartFlag : type)
        put(stream)
        put(UInt64(bitPattern: version))
        put(UInt64(bitPattern: recordedAt))
        put(UInt64(bitPattern: actor))
        put(commandID.high.byteSwapped)
        put(commandID.low.byteSwapped)
        row.append(UInt8(truncatingIfNeeded: payload.count))
        row.append(UInt8(truncatingIfNeeded: payload.count >> 8))
        row.append(contentsOf: payload)
        return row
    }
}
