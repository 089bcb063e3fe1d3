// Writes a sealed segment: records come in as decoded blocks of any size and leave in large compressed ones.

/// The writer of one sealed segment; the manifest does not name its file yet.
final class SealedWriter {
    private let file: OpenFile
    private let salt: UInt32
    private let segmentID: UInt64
    private let encoder: BlockEncoder
    private let buffer = ByteBuffer(capacity: 512 << 10)
    private let run: DigestRun
    private var columns = RecordColumns()
    private var streams: Set<UInt64> = []
    private var columnsFirst: Int64
    private var index = SealedIndex(rows: [], dataEnd: 0)
    private var summary: SealedSummary
    private var offset = Int64(Format.headerPageBytes)
    private var chain: UInt32

    /// Creates the file under a temporary name.
    init(
        _ header: SegmentHeader, name: String, in directory: LogDirectory, level: Int, end: SegmentEnd,
        after digest: LogDigest
    ) throws(LogError) {
        file = try directory.open(name, .createNew)
        salt = header.salt
        segmentID = header.segmentID
        encoder = BlockEncoder(level: level)
        run = DigestRun(from: digest)
        columnsFirst = header.firstPosition
        summary = SealedSummary(end: end, digestBefore: digest)
        let page = header.encoded()
        chain = page.withUnsafeBytes { SegmentHeader.chain(of: $0) }
        try file.write(page, at: 0)
    }

    /// The digest of history up to the last record that was added.
    var digest: LogDigest { run.digest }

    /// Adds the records of a block, in order.
    func add(_ block: borrowing DecodedBlock) throws(LogError) {
        run.add(block)
        for record in 0..<block.count {
            let length = block.payloadRange(at: record).count
            if columns.count >= Format.targetBlockRecords
                || columns.count > 0 && columns.payload.count + length > Format.targetBlockBytes
            {
                try writeColumns()
            }
            columns.append(record, of: block)
            streams.insert(block.streams[record])
        }
    }

    /// Writes what is left, index, summary and trailer, and makes the file durable and read-only.
    func finish() throws(LogError) -> SealedPart {
        if columns.count > 0 { try writeColumns() }
        index.dataEnd = offset
        let indexOffset = offset
        try writeBlock(BlockType.index) { index.encoded(into: $0) }
        let summaryOffset = offset
        summary.digest = run.digest
        try writeBlock(BlockType.summary) { summary.encoded(into: $0) }
        let bytes = offset + Int64(Format.trailerBytes)
        let trailer = SealedTrailer(
            segmentID: segmentID, indexOffset: indexOffset, summaryOffset: summaryOffset, bytes: bytes, chain: chain)
        try file.write(trailer.encoded(), at: offset)
        try file.sync()
        try file.makeReadOnly()
        return SealedPart(bytes: bytes, digest: run.digest)
    }

    /// Compresses what has gathered into one block.
    private func writeColumns() throws(LogError) {
        let slice = BlockSlice(
            records: 0..<columns.count, heads: 0..<columns.heads.count, payload: 0..<columns.payload.count)
        var types = SIMD2<UInt64>(repeating: 0)
        for type in columns.types {
            let bit = type & ~Format.batchStartFlag
            types[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
            summary.batches += type & Format.batchStartFlag == 0 ? 0 : 1
        }
        let firstTime = columns.times[0]
        index.rows.append(
            IndexRow(
                offset: offset, chain: chain, count: columns.count, firstPosition: columnsFirst,
                firstTime: firstTime, lastTime: columns.times[columns.times.count - 1], types: types,
                streams: StreamFilter(of: streams)))
        buffer.count = 0
        buffer.append(repeating: 0, count: Format.blockHeaderBytes)
        encoder.encode(columns, slice, compressing: true, into: buffer)
        var header = BlockHeader(
            type: BlockType.data, rawLength: UInt32(encoder.rawLength), firstPosition: columnsFirst,
            count: UInt32(columns.count), offset: offset, baseTime: firstTime, durableEnd: offset, salt: salt,
            previous: chain)
        try write(&header)
        summary.records += Int64(columns.count)
        summary.firstTime = min(summary.firstTime, firstTime)
        summary.types |= types
        summary.rawBytes += Int64(encoder.rawLength)
        summary.storedBytes += Int64(header.storedLength)
        summary.commandIDBytes += Int64(columns.heads.count * 16)
        columnsFirst += Int64(columns.count)
        columns.removeAll()
        streams.removeAll(keepingCapacity: true)
    }

    private func writeBlock(_ type: UInt8, _ fill: (ByteBuffer) -> Void) throws(LogError) {
        buffer.count = 0
        buffer.append(repeating: 0, count: Format.blockHeaderBytes)
        fill(buffer)
        var header = BlockHeader(
            type: type, rawLength: UInt32(buffer.count - Format.blockHeaderBytes), firstPosition: columnsFirst,
            offset: offset, baseTime: summary.end.lastTime, durableEnd: offset, salt: salt, previous: chain)
        try write(&header)
    }

    /// Pads the buffer, fills in the header in front and writes both.
    private func write(_ header: inout BlockHeader) throws(LogError) {
        let length = buffer.count - Format.blockHeaderBytes
        buffer.append(repeating: Format.padding, count: Format.aligned(length) - length)
        header.storedLength = UInt32(length)
        header.payloadChecksum = checksum(buffer.bytes(Format.blockHeaderBytes..<buffer.count))
        header.store(at: buffer.base)
        try file.write(buffer.bytes, at: offset)
        offset = header.end
        chain = header.ownChecksum
    }
}

extension RecordColumns {
    /// Adds one record of a decoded block; a batch that goes on from the block before gets its head again.
    mutating func append(_ record: Int, of block: borrowing DecodedBlock) {
        let isStart = block.isBatchStart[record]
        if isStart || types.isEmpty {
            heads.append(types.count)
            commandIDs.append(block.commandIDs[record])
            actors.append(block.actors[record])
            times.append(block.recordedAt[record])
        }
        let range = block.payloadRange(at: record)
        types.append(block.types[record] | (isStart ? Format.batchStartFlag : 0))
        streams.append(block.streams[record])
        versions.append(block.versions[record])
        lengths.append(Int64(range.count))
        payload.append(contentsOf: block.payload[range])
    }
}
