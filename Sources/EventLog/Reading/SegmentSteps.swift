// The data blocks of one open segment, in either order: by walking headers, or by the index of a sealed segment.

/// Steps through the blocks of one segment; owned by one cursor.
final class SegmentSteps {
    private enum Route {
        /// Forward from header to header.
        case walk(BlockWalk)
        /// Over the rows of a sealed segment's index, leaving out those that hold nothing wanted.
        case rows(SealedIndex, Range<Int>)
        /// Backward where there is no index: stretches of headers, walked forward and taken from their ends.
        case stretches(from: BlockWalk)
    }

    private(set) var entry: SegmentEntry
    let window: SegmentWindow
    private let index: SparseIndex
    private let order: ReadOrder
    private let filter: RecordFilter
    private var route: Route
    /// The rest of the present stretch, and where it begins.
    private var stretch: [BlockHeader] = []
    private var stretchStart: Int64 = 0
    private var lastNoted = Int64.min

    /// Opens a segment for the blocks that touch a range of positions.
    init(
        _ entry: SegmentEntry, after predecessor: SegmentEntry?, of view: LogView, _ range: ClosedRange<Int64>,
        _ order: ReadOrder, _ filter: RecordFilter
    ) throws(LogError) {
        self.entry = entry
        self.order = order
        self.filter = filter
        index = view.index
        var walk: BlockWalk
        (window, walk, _) = try view.directory.openSegment(
            entry, of: view.logID, after: predecessor, limit: entry.bytes)
        if entry.isSealed, order == .descending || filter.isSelective {
            let sealed = try view.sealedIndex(of: entry, window)
            let last = sealed.row(holding: range.upperBound).map { $0 + 1 } ?? 0
            route = .rows(sealed, min(sealed.row(holding: range.lowerBound) ?? 0, last)..<last)
        } else if order == .descending {
            route = .stretches(from: walk)
        } else {
            if let place = try view.place(before: range.lowerBound, in: entry, window) { walk.begin(at: place) }
            route = .walk(walk)
        }
    }

    /// The header of the next data block that touches the range; `nil` when the segment has no more.
    func next(in range: ClosedRange<Int64>) throws(LogError) -> BlockHeader? {
        switch route {
        case .walk(var walk):
            defer { route = .walk(walk) }
            return try next(&walk, in: range)
        case .rows(let sealed, var rows):
            defer { route = .rows(sealed, rows) }
            while let number = order == .ascending ? rows.first : rows.last {
                rows = order == .ascending ? rows.dropFirst() : rows.dropLast()
                if filter.mayMatch(sealed.rows[number]) { return try header(of: sealed.rows[number], sealed) }
            }
            return nil
        case .stretches(let origin):
            guard range.upperBound >= entry.firstPosition else { return nil }
            if stretch.isEmpty { try collect(through: min(range.upperBound, entry.end.lastPosition), origin) }
            guard let header = stretch.popLast(), header.lastPosition >= range.lowerBound else { return nil }
            // Read forward from the beginning of the stretch, since the blocks before this one are wanted next.
            if header.end - stretchStart <= SparseIndex.spacing {
                _ = try window.bytes(at: stretchStart, count: Int(header.end - stretchStart))
            }
            return header
        }
    }

    /// Goes on behind the end that was known before; the segment is the same, and has grown.
    func extend(to later: SegmentEntry) {
        entry = later
        window.extend(to: later.bytes)
    }

    private func next(_ walk: inout BlockWalk, in range: ClosedRange<Int64>) throws(LogError) -> BlockHeader? {
        // What follows the last record holds no data: damage there is the verifier's to tell, and must not keep anyone
        // from the segments behind it.
        while range.lowerBound <= entry.end.lastPosition {
            let place = walk
            let header = try step(&walk)
            if !entry.isSealed, place.offset >= lastNoted + SparseIndex.spacing {
                index.note(place, before: header, in: entry.segmentID)
                lastNoted = place.offset
            }
            guard header.type == BlockType.data, header.lastPosition >= range.lowerBound else { continue }
            return header.firstPosition <= range.upperBound ? header : nil
        }
        return nil
    }

    /// Walks to a position and keeps the headers of the last stretch in front of it.
    private func collect(through position: Int64, _ origin: BlockWalk) throws(LogError) {
        var walk = origin
        if let place = index.place(before: position, in: entry.segmentID), place.offset < entry.end.offset {
            walk.begin(at: place)
        }
        stretchStart = walk.offset
        while walk.nextPosition <= position {
            let place = walk
            let header = try step(&walk)
            if place.offset >= stretchStart + SparseIndex.spacing {
                index.note(place, before: header, in: entry.segmentID)
                stretch.removeAll(keepingCapacity: true)
                stretchStart = place.offset
            }
            if header.type == BlockType.data { stretch.append(header) }
        }
    }

    /// Reads the header in front of the walk and moves behind its block.
    private func step(_ walk: inout BlockWalk) throws(LogError) -> BlockHeader {
        guard walk.offset < entry.bytes else { throw damage(walk, "ends before its last position") }
        let header: BlockHeader
        switch try walk.peek(window) {
        case .block(let found): header = found
        case .hole: throw damage(walk, "has a hole where a block belongs")
        case .invalid: throw damage(walk, "has a damaged block header")
        case .unrelated(let what): throw damage(walk, "has a block that \(what)")
        case .newer:
            throw LogError(
                .newerFormat, "A block needs a newer version of this software. Upgrade, then read on.",
                path: window.file.path, offset: walk.offset)
        }
        guard header.end <= entry.bytes else { throw damage(walk, "has a block that crosses its end") }
        walk.advance(past: header)
        return header
    }

    /// Reads the header that a row of the index leads to.
    private func header(of row: IndexRow, _ sealed: SealedIndex) throws(LogError) -> BlockHeader {
        var walk = BlockWalk(
            offset: row.offset, chain: row.chain, nextPosition: row.firstPosition,
            salt: UInt32(truncatingIfNeeded: entry.segmentID), isSealed: true)
        let place = walk
        let header = try step(&walk)
        guard header.type == BlockType.data, header.lastPosition == row.lastPosition, header.end <= sealed.dataEnd
        else { throw damage(place, "has a block that is not what its index says") }
        return header
    }

    private func damage(_ walk: BlockWalk, _ what: String) -> LogError {
        LogError(
            .corrupted,
            "The segment \(what); positions from \(walk.nextPosition) on, at most to \(entry.end.lastPosition), "
                + "cannot be read. Restore the file from a backup.", path: window.file.path, offset: walk.offset)
    }
}

extension BlockWalk {
    /// Goes to a place that an earlier walk remembered.
    mutating func begin(at place: SparseIndex.Place) {
        offset = place.offset
        chain = place.chain
        nextPosition = place.position
    }
}
