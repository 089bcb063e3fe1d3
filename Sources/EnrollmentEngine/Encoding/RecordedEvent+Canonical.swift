// A recorded event out of the bytes that a leaf of the proof tree is the hash of: for those who have no log.

internal import Enrollment
internal import EventLog

extension RecordedEvent {
    /// The bytes before the payload: position, type, stream, version, time, actor, command id, length of the payload.
    private static let rowLength = 59

    /// Reads the canonical encoding of a record, as the log's FORMAT.md defines it.
    ///
    /// - Throws: `damaged` where the bytes are no record, or one whose payload this program cannot read; `newerFormat`
    ///   where a newer version of it wrote the payload.
    package init(canonicalEncoding bytes: [UInt8]) throws(EngineError) {
        func number(_ offset: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        }
        func bigEndian(_ offset: Int) -> UInt64 { number(offset).byteSwapped }
        guard bytes.count >= Self.rowLength,
            Int(bytes[57]) | Int(bytes[58]) << 8 == bytes.count - Self.rowLength
        else { throw EngineError(.damaged, "\(bytes.count) bytes are no record of a log.") }
        let position = Position(Int64(bitPattern: number(0)))
        let decoded: EventCodec.Decoded
        do throws(PayloadProblem) {
            decoded = try bytes.withUnsafeBufferPointer { bytes throws(PayloadProblem) in
                try EventCodec.decode(
                    type: bytes[8] & 0x7F, stream: number(9),
                    payload: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[Self.rowLength...])))
            }
        } catch {
            throw EngineError(error, in: "The record of position \(position)")
        }
        self.init(
            position: position, stream: EventStream(key: number(9)),
            version: StreamVersion(Int64(bitPattern: number(17))),
            time: EventTime(
                recordedAt: Timestamp(microseconds: Int64(bitPattern: number(25))), effectiveAt: decoded.effectiveAt),
            actor: Actor(stored: Int64(bitPattern: number(33))),
            commandID: CommandID(high: bigEndian(41), low: bigEndian(49)), isBatchStart: bytes[8] & 0x80 != 0,
            event: decoded.event)
    }
}
