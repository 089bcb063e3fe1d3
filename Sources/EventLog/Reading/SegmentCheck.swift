// Reads every byte of one segment and says what is wrong with it; the verifier and the sealer both rest on it.

/// Something wrong in a segment.
struct SegmentProblem {
    var offset: Int64
    /// The first and last position that cannot be trusted because of it; empty where no record is concerned.
    var first: Int64
    var last: Int64
    var message: String
}

/// The check of segments in their order.
struct SegmentCheck {
    private(set) var problems: [SegmentProblem] = []
    private(set) var blocks: Int64 = 0
    private(set) var records: Int64 = 0
    private(set) var batches: Int64 = 0
    private(set) var bytes: Int64 = 0
    private let decoder = BlockDecoder()
    private var block = DecodedBlock()
    private var lastTime = Int64.min
    /// The digest so far, in a sealed segment that is sound up to here.
    private var run: DigestRun?

    mutating func takeProblems() -> [SegmentProblem] {
        defer { problems = [] }
        return problems
    }

    /// Walks one segment from its header page to its end.
    ///
    /// `progress` is called after every block with the bytes of all segments so far; it may wait, and false stops.
    ///
    /// - Returns: whether it was not stopped; what was found until then says nothing of the rest.
    /// - Throws: what keeps the segment from being read at all.
    @discardableResult
    mutating func check(
        _ entry: SegmentEntry, after predecessor: SegmentEntry?, of logID: LogID, in directory: LogDirectory,
        name: String? = nil, progress: (Int64) -> Bool = { _ in true }
    ) throws(LogError) -> Bool {
        var (window, walk, _) = try directory.openSegment(
            entry, of: logID, after: predecessor, limit: entry.bytes, name: name)
        bytes += walk.offset
        var end = SealedEnd()
        let digestBefore = predecessor?.sealed?.digest ?? .start
        run = entry.isSealed ? DigestRun(from: digestBefore) : nil
        // What a file lacks reads as zeros, which may even fit. One that is not sealed may have zeros ahead of its end.
        let size = try window.file.size()
        if size < entry.bytes || entry.isSealed && size > entry.bytes {
            note(entry, entry.bytes, "The file is not as long as the manifest says.")
        }
        let blocksEnd = entry.isSealed ? entry.bytes - Int64(Format.trailerBytes) : entry.bytes
        while walk.offset < blocksEnd {
            guard case .block(let header) = try walk.peek(window), header.end <= blocksEnd else {
                guard try resume(&walk, window, entry, blocksEnd) else { return true }
                end.isDamaged = true
                run = nil
                continue
            }
            let chain = walk.chain
            try look(at: header, chain, entry, window, &end)
            walk.advance(past: header)
            blocks += 1
            bytes += header.end - header.offset
            guard progress(bytes) else { return false }
        }
        if walk.nextPosition != entry.end.lastPosition + 1 {
            note(entry, walk.offset, from: walk.nextPosition, "The segment does not end as the manifest says.")
        } else if !entry.isSealed, walk.chain != entry.end.chain {
            note(entry, walk.offset, "The segment does not end as the manifest says.")
        }
        if entry.isSealed { try finish(entry, &end, after: digestBefore, walk, window) }
        return true
    }

    /// Checks one block's payload, and gathers what the end of a sealed segment must say.
    private mutating func look(
        at header: BlockHeader, _ chain: UInt32, _ entry: SegmentEntry, _ window: SegmentWindow,
        _ end: inout SealedEnd
    ) throws(LogError) {
        guard let payload = try BlockWalk.payload(of: header, window) else {
            note(
                entry, header.offset, from: header.firstPosition, through: header.lastPosition,
                "The payload does not fit its checksum.")
            run = nil
            return end.isDamaged = true
        }
        do {
            switch header.type {
            case BlockType.data:
                try decoder.decode(header, payload, into: &block)
                records += Int64(block.count)
                batches += Int64(block.isBatchStart.count { $0 })
                run?.add(block)
                if entry.isSealed { end.add(block, at: header.offset, chain) }
                if block.recordedAt[0] < lastTime {
                    note(
                        entry, header.offset, from: header.firstPosition, through: header.lastPosition,
                        "Time runs back.")
                }
                lastTime = max(lastTime, block.recordedAt[block.count - 1])
            case BlockType.index:
                let index = try SealedIndex.decoded(payload, entry, dataEnd: header.offset)
                if !end.isDamaged, !end.agrees(with: index) {
                    note(entry, header.offset, "The index does not fit the blocks.")
                }
                end.indexOffset = header.offset
            case BlockType.summary:
                end.summary = try SealedSummary(decoding: payload)
                end.summaryOffset = header.offset
            default: break
            }
        } catch {
            note(
                entry, header.offset, from: header.firstPosition, through: header.lastPosition,
                "The block is malformed: \(error.reason).")
            run = nil
            end.isDamaged = true
        }
    }

    /// Compares index, summary, trailer, manifest and digest of a sealed segment with each other.
    private mutating func finish(
        _ entry: SegmentEntry, _ end: inout SealedEnd, after digestBefore: LogDigest, _ walk: BlockWalk,
        _ window: SegmentWindow
    ) throws(LogError) {
        let tail = entry.bytes - Int64(Format.trailerBytes)
        let trailer = SealedTrailer.decoded(try window.bytes(at: tail, count: Format.trailerBytes), of: entry)
        bytes += Int64(Format.trailerBytes)
        guard let sealed = entry.sealed, !end.isDamaged else { return }
        if trailer == nil || trailer?.indexOffset != end.indexOffset || trailer?.summaryOffset != end.summaryOffset
            || trailer?.chain != walk.chain
        {
            note(entry, tail, "The trailer is damaged.")
        }
        guard let summary = end.summary, summary.end == entry.end, summary.records == end.records,
            summary.batches == end.batches, summary.types == end.types, summary.digest == sealed.digest,
            summary.digestBefore == digestBefore
        else { return note(entry, end.summaryOffset ?? tail, "The summary does not fit the blocks or the manifest.") }
        if let run, run.digest != sealed.digest {
            note(
                entry, Int64(Format.headerPageBytes), from: entry.firstPosition, through: entry.end.lastPosition,
                "The records do not give the digest that was taken when the segment was sealed.")
        }
    }

    /// Notes damage and looks for the next sound header, so that the report names exactly what is missing.
    private mutating func resume(
        _ walk: inout BlockWalk, _ window: SegmentWindow, _ entry: SegmentEntry, _ end: Int64
    ) throws(LogError) -> Bool {
        let damaged = walk.offset
        var offset = damaged + Int64(Format.alignment)
        while offset < end {
            let bytes = try window.bytes(at: offset, count: Format.blockHeaderBytes)
            if let base = bytes.baseAddress,
                case .header(let header) = BlockHeader.decoded(
                    base, offset: offset, salt: walk.salt, isSealed: entry.isSealed),
                header.firstPosition >= walk.nextPosition
            {
                note(
                    entry, damaged, from: walk.nextPosition, through: header.firstPosition - 1,
                    "The bytes up to \(offset) are damaged.")
                walk.offset = offset
                walk.chain = header.previous
                walk.nextPosition = header.firstPosition
                return true
            }
            offset += Int64(Format.alignment)
        }
        note(entry, damaged, from: walk.nextPosition, "The bytes up to the segment's end are damaged.")
        return false
    }

    private mutating func note(
        _ entry: SegmentEntry, _ offset: Int64, from first: Int64, through last: Int64? = nil, _ message: String
    ) {
        problems.append(
            SegmentProblem(offset: offset, first: first, last: last ?? entry.end.lastPosition, message: message))
    }

    private mutating func note(_ entry: SegmentEntry, _ offset: Int64, _ message: String) {
        problems.append(SegmentProblem(offset: offset, first: 1, last: 0, message: message))
    }
}

/// What the end of a sealed segment must say, gathered from its blocks.
private struct SealedEnd {
    var rows: [IndexRow] = []
    var records: Int64 = 0
    var batches: Int64 = 0
    var types = SIMD2<UInt64>(repeating: 0)
    var indexOffset: Int64?
    var summaryOffset: Int64?
    var summary: SealedSummary?
    /// Whether a block could not be read, so that nothing can be compared.
    var isDamaged = false

    mutating func add(_ block: borrowing DecodedBlock, at offset: Int64, _ chain: UInt32) {
        var types = SIMD2<UInt64>(repeating: 0)
        var streams: Set<UInt64> = []
        for record in 0..<block.count {
            types[Int(block.types[record] >> 6)] |= 1 << UInt64(block.types[record] & 63)
            streams.insert(block.streams[record])
            batches += block.isBatchStart[record] ? 1 : 0
        }
        records += Int64(block.count)
        self.types |= types
        rows.append(
            IndexRow(
                offset: offset, chain: chain, count: block.count, firstPosition: block.firstPosition.rawValue,
                firstTime: block.recordedAt[0], lastTime: block.recordedAt[block.count - 1], types: types,
                streams: StreamFilter(of: streams)))
    }

    /// Whether the index says the same; a row may lack its filter.
    func agrees(with index: SealedIndex) -> Bool {
        guard index.rows.count == rows.count else { return false }
        return zip(index.rows, rows).allSatisfy { found, expected in
            var expected = expected
            if found.streams.words.isEmpty { expected.streams = found.streams }
            return found == expected
        }
    }
}
