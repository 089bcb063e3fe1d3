// Pulls blocks in order, across segments, with one open file and one window at a time.

/// Pulls the blocks of a range of positions, one after the other.
///
/// A copy shares buffers with its original, so a cursor belongs to one task at a time.
public struct BlockCursor {
    private typealias OpenSegment = (entry: SegmentEntry, window: SegmentWindow, walk: BlockWalk)

    private var view: LogView
    private var next: Int64
    private let last: Int64
    private var number: Int
    private var segment: OpenSegment?
    private let decoder = BlockDecoder()

    init(_ view: LogView, from first: Int64, through last: Int64) {
        self.view = view
        next = first
        self.last = last
        number = view.segment(holding: first) ?? view.count
    }

    /// Decodes the next block, reusing the arrays of `block`; false at the end of the range.
    ///
    /// The first and the last block are cut to the range. A block holds at most 65,536 records and 16 MiB.
    ///
    /// - Throws: `corrupted` with file and offset, `io`, `foreign`, `newerFormat`, `insecurePermissions`.
    public mutating func next(into block: inout DecodedBlock) throws(LogError) -> Bool {
        while next <= last {
            guard var current = try openSegment() else { return false }
            // What follows the last record holds no data: damage there is the verifier's to tell, and must not keep
            // anyone from the segments behind it.
            guard next <= current.entry.end.lastPosition else {
                segment = nil
                number += 1
                continue
            }
            guard current.walk.offset < current.entry.bytes else {
                throw damage(current.entry, current.walk.offset, "ends before its last position")
            }
            let header = try header(current.entry, current.walk, current.window)
            if !current.entry.isSealed { view.index.note(current.walk, in: current.entry.segmentID) }
            current.walk.advance(past: header)
            guard current.walk.offset <= current.entry.bytes else {
                throw damage(current.entry, header.offset, "has a block that crosses its end")
            }
            segment = current
            guard header.type == BlockType.data, header.lastPosition >= next else { continue }
            try decode(header, current.entry, current.window, into: &block)
            let wanted = next...min(last, header.lastPosition)
            block.trim(to: Int(wanted.lowerBound - header.firstPosition), count: wanted.count)
            next = header.lastPosition + 1
            return true
        }
        return false
    }

    private mutating func openSegment() throws(LogError) -> OpenSegment? {
        while segment == nil {
            guard let entry = view.entry(number) else { return nil }
            if entry.end.lastPosition < next {
                number += 1
                continue
            }
            do {
                var (window, walk, _) = try view.directory.openSegment(
                    entry, of: view.logID, after: view.entry(number - 1), limit: entry.bytes)
                if let place = try view.place(before: next, in: entry, window) {
                    walk.offset = place.offset
                    walk.chain = place.chain
                    walk.nextPosition = place.position
                }
                segment = (entry, window, walk)
            } catch {
                // While the cursor was on its way the segment may have been sealed, and its file removed.
                let renewed = try view.refresh()
                guard let found = renewed.segment(holding: next), renewed.entry(found)?.name != entry.name else {
                    throw error
                }
                view = renewed
                number = found
            }
        }
        return segment
    }

    private func header(
        _ entry: SegmentEntry, _ walk: BlockWalk, _ window: SegmentWindow
    ) throws(LogError) -> BlockHeader {
        switch try walk.peek(window) {
        case .block(let header): return header
        case .hole: throw damage(entry, walk.offset, "has a hole where a block belongs")
        case .invalid: throw damage(entry, walk.offset, "has a damaged block header")
        case .unrelated(let what): throw damage(entry, walk.offset, "has a block that \(what)")
        case .newer:
            throw LogError(
                .newerFormat, "A block needs a newer version of this software. Upgrade, then read on.",
                path: window.file.path, offset: walk.offset)
        }
    }

    private func decode(
        _ header: BlockHeader, _ entry: SegmentEntry, _ window: SegmentWindow, into block: inout DecodedBlock
    ) throws(LogError) {
        guard let payload = try BlockWalk.payload(of: header, window) else {
            throw damage(entry, header.offset, "has a block whose payload does not fit its checksum")
        }
        do {
            try decoder.decode(header, payload, into: &block)
        } catch {
            throw damage(entry, header.offset, "has a malformed block (\(error.reason))")
        }
    }

    private func damage(_ entry: SegmentEntry, _ offset: Int64, _ what: String) -> LogError {
        LogError(
            .corrupted,
            "The segment \(what); positions from \(next) on, at most to \(entry.end.lastPosition), cannot be read. "
                + "Restore the file from a backup.", path: view.directory.path(of: entry.name), offset: offset)
    }
}

extension DecodedBlock {
    /// Drops the records outside of a range; a no-op for all blocks but the first and last of a cursor.
    mutating func trim(to lower: Int, count wanted: Int) {
        guard lower > 0 || wanted < count else { return }
        let upper = lower + wanted
        let bytes = (lower == 0 ? 0 : payloadEnds[lower - 1])..<payloadEnds[upper - 1]
        func cut<Element>(_ array: inout [Element], _ range: Range<Int>) {
            array.removeLast(array.count - range.upperBound)
            array.removeFirst(range.lowerBound)
        }
        cut(&types, lower..<upper)
        cut(&isBatchStart, lower..<upper)
        cut(&streams, lower..<upper)
        cut(&versions, lower..<upper)
        cut(&recordedAt, lower..<upper)
        cut(&actors, lower..<upper)
        cut(&commandIDs, lower..<upper)
        cut(&payloadEnds, lower..<upper)
        cut(&payload, bytes)
        for index in payloadEnds.indices { payloadEnds[index] -= bytes.lowerBound }
        firstPosition = Position(firstPosition.rawValue + Int64(lower))
        count = wanted
    }
}

/// Pulls the records of a range of positions, one after the other.
///
/// Convenient, and slower than ``BlockCursor``, which hands out whole columns.
public struct RecordCursor {
    private var cursor: BlockCursor
    private var block = DecodedBlock()
    private var index = 0

    init(_ cursor: BlockCursor) { self.cursor = cursor }

    /// The next record, or `nil` at the end of the range.
    ///
    /// - Throws: as ``BlockCursor/next(into:)``.
    public mutating func next() throws(LogError) -> LogRecord? {
        if index == block.count {
            index = 0
            guard try cursor.next(into: &block) else {
                block.count = 0
                return nil
            }
        }
        index += 1
        return block.record(at: index - 1)
    }
}
