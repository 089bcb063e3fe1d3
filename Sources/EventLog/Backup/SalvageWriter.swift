// Writes what a salvage keeps: batches into new segments, sound records behind the damage into a plain file.

/// The new log of a salvage, segment by segment.
final class SalvageWriter {
    /// What the new log consists of so far, without the segment that is being written.
    var manifest: Manifest
    private let copy: LogCopy
    private let encoder = BlockEncoder(level: LogOptions().compressionLevel)
    private let options = LogOptions()
    private var writer: SegmentWriter?
    private var columns = RecordColumns()
    private var columnsFirst: Int64 = 0
    private var lastTime = Int64.min

    init(_ copy: LogCopy, _ manifest: Manifest) {
        self.copy = copy
        self.manifest = manifest
    }

    /// Whether segments can still be taken as they are: each names the end of the one before.
    var isVerbatim = true

    /// Adds whole batches.
    func add(_ records: [LogRecord]) throws(LogError) {
        guard let first = records.first else { return }
        if columns.count == 0 { columnsFirst = first.position.rawValue }
        for record in records { columns.append(record) }
        if columns.count >= Format.targetBlockRecords / 4 || columns.payload.count >= Format.targetBlockBytes {
            try flush()
        }
    }

    /// Ends the segment that is being written.
    func finish() throws(LogError) {
        try flush()
        try closeSegment()
    }

    private func flush() throws(LogError) {
        guard columns.count > 0 else { return }
        if let writer, writer.offset >= options.segmentBytes { try closeSegment() }
        let target: SegmentWriter
        if let writer {
            target = writer
        } else {
            let header = manifest.nextSegment(after: manifest.segments.last?.end, createdAt: columns.times[0])
            copy.willMake(header.fileName)
            target = try SegmentWriter(header, in: copy.directory)
            writer = target
        }
        _ = try target.write(columns, firstPosition: columnsFirst, options: options, encoder: encoder)
        lastTime = columns.times[columns.times.count - 1]
        columnsFirst += Int64(columns.count)
        columns.removeAll()
    }

    private func closeSegment() throws(LogError) {
        guard let writer else { return }
        try writer.trim()
        var entry = writer.entry
        entry.isActive = false
        entry.end = SegmentEnd(
            lastPosition: columnsFirst - 1, offset: writer.offset, chain: writer.chain, lastTime: lastTime)
        manifest.segments.append(entry)
        self.writer = nil
    }
}

/// The file of sound records behind the damage; made when the first one comes.
struct BeyondWriter {
    private let copy: LogCopy
    private var file: OpenFile?
    private var offset: Int64 = 0
    private var ranges: [ClosedRange<Position>] = []
    private(set) var lastPosition: Int64 = 0

    init(_ copy: LogCopy) { self.copy = copy }

    /// Adds the records of a block that lie behind a position, each once.
    mutating func add(_ block: borrowing DecodedBlock, from next: Int64) throws(LogError) {
        let buffer = ByteBuffer()
        for index in 0..<block.count {
            let position = block.firstPosition.rawValue + Int64(index)
            guard position >= next, position > lastPosition else { continue }
            buffer.reserve(4)
            let start = buffer.count
            buffer.count += 4
            block.appendCanonicalEncoding(of: index, to: buffer)
            buffer.base.store(start, UInt32(buffer.count - start - 4))
            if let last = ranges.last, last.upperBound.rawValue + 1 == position {
                ranges[ranges.count - 1] = last.lowerBound...Position(position)
            } else {
                ranges.append(Position(position)...Position(position))
            }
            lastPosition = position
        }
        guard buffer.count > 0 else { return }
        if file == nil {
            copy.willMake(LogSalvage.beyondName)
            file = try copy.directory.open(LogSalvage.beyondName, .createNew)
        }
        try file?.write(buffer.bytes, at: offset)
        offset += Int64(buffer.count)
    }

    /// Makes the file durable and returns the positions in it.
    func finish() throws(LogError) -> [ClosedRange<Position>] {
        try file?.sync()
        return ranges
    }
}

extension SegmentHeader {
    /// The name of a segment file that is not sealed.
    fileprivate var fileName: String {
        SegmentEntry(
            index: index, lastIndex: lastIndex, segmentID: segmentID, firstPosition: firstPosition, isActive: true,
            end: predecessor
        ).name
    }
}

extension RecordColumns {
    /// Adds one record of a whole batch.
    mutating func append(_ record: LogRecord) {
        if record.isBatchStart {
            heads.append(types.count)
            commandIDs.append(record.commandID)
            actors.append(record.actor)
            times.append(record.recordedAt)
        }
        types.append(record.type | (record.isBatchStart ? Format.batchStartFlag : 0))
        streams.append(record.stream)
        versions.append(record.version)
        lengths.append(Int64(record.payload.count))
        payload.append(contentsOf: record.payload)
    }
}
