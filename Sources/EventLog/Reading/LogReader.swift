// Reading without the writer's lock, by position, in bounded memory.

internal import Synchronization

/// A reader of a log, in the writer's process or in another one.
public struct LogReader: Sendable {
    let core: LogCore

    /// Opens a log for reading, without the writer's lock.
    public static func open(
        at directory: String, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> LogReader {
        LogReader(core: try LogCore.open(directory))
    }

    /// The identity of the log.
    public var id: LogID { core.id }

    /// The last position that is provably durable.
    public func lastPosition() throws(LogError) -> Position { core.last }

    /// Opens a cursor over blocks.
    public func blocks(from first: Position, through last: Position? = nil) throws(LogError) -> BlockCursor {
        BlockCursor(core: core, next: first, through: min(last ?? core.last, core.last))
    }

    /// Opens a cursor over records.
    public func records(from first: Position, through last: Position? = nil) throws(LogError) -> RecordCursor {
        RecordCursor(cursor: try blocks(from: first, through: last))
    }

    /// The segments in order.
    public func segments() throws(LogError) -> [SegmentInfo] { [] }
}

/// Pulls one block after the other.
public struct BlockCursor {
    let core: LogCore
    var next: Position
    let through: Position

    /// Decodes the next block; false at the end.
    public mutating func next(into block: inout DecodedBlock) throws(LogError) -> Bool {
        let all = core.box.withLock { $0.records }
        block = DecodedBlock()
        block.firstPosition = next
        while next <= through, block.count < 1000 {
            let record = all[Int(next.rawValue) - 1]
            block.types.append(record.type)
            block.isBatchStart.append(record.isBatchStart)
            block.streams.append(record.stream)
            block.versions.append(record.version)
            block.recordedAt.append(record.recordedAt)
            block.actors.append(record.actor)
            block.commandIDs.append(record.commandID)
            block.payload.append(contentsOf: record.payload)
            block.payloadEnds.append(block.payload.count)
            block.count += 1
            next = Position(next.rawValue + 1)
        }
        return block.count > 0
    }
}

/// Pulls one record after the other.
public struct RecordCursor {
    var cursor: BlockCursor
    var block = DecodedBlock()
    var index = 0

    init(cursor: BlockCursor) { self.cursor = cursor }

    /// The next record, or `nil` at the end.
    public mutating func next() throws(LogError) -> LogRecord? {
        if index == block.count {
            index = 0
            guard try cursor.next(into: &block) else { return nil }
        }
        index += 1
        return block.record(at: index - 1)
    }
}
