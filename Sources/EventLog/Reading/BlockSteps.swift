// Steps through the blocks of a range of positions across segments, without reading their payloads.

/// One data block on its way to a reader.
struct BlockStep {
    var header: BlockHeader
    var window: SegmentWindow
    /// The positions in it that are wanted.
    var wanted: ClosedRange<Int64>

    /// The place of the payload in the file, with its padding.
    var payload: (offset: Int64, count: Int) {
        (header.offset + Int64(Format.blockHeaderBytes), header.paddedLength)
    }

    /// Checks the payload, decodes it, and cuts the block to what is wanted.
    func decode(
        _ padded: UnsafeRawBufferPointer, with decoder: BlockDecoder, into block: inout DecodedBlock
    ) throws(LogError) {
        guard checksum(padded) == header.payloadChecksum else {
            throw damage("has a block whose payload does not fit its checksum")
        }
        do {
            try decoder.decode(
                header, UnsafeRawBufferPointer(rebasing: padded[0..<Int(header.storedLength)]), into: &block)
        } catch {
            throw damage("has a malformed block (\(error.reason))")
        }
        block.trim(to: Int(wanted.lowerBound - header.firstPosition), count: wanted.count)
    }

    private func damage(_ what: String) -> LogError {
        LogError(
            .corrupted,
            "The segment \(what); positions \(header.firstPosition) to \(header.lastPosition) cannot be read. "
                + "Restore the file from a backup.", path: window.file.path, offset: header.offset)
    }
}

/// The blocks of a range of positions in either order, with one open file and one window at a time.
struct BlockSteps {
    private(set) var view: LogView
    /// What is left of the range.
    private(set) var lower: Int64
    private(set) var upper: Int64
    private let order: ReadOrder
    private let filter: RecordFilter
    private var number: Int
    private var segment: SegmentSteps?

    init(
        _ view: LogView, from lower: Int64, through upper: Int64, order: ReadOrder = .ascending,
        filter: RecordFilter = RecordFilter()
    ) {
        self.view = view
        self.lower = lower
        self.upper = upper
        self.order = order
        self.filter = filter
        number = view.segment(holding: order == .ascending ? lower : upper) ?? view.count
    }

    /// The next block that touches the range and may hold something wanted; `nil` at the end.
    mutating func next() throws(LogError) -> BlockStep? {
        while lower <= upper, let segment = try openSegment() {
            guard let header = try segment.next(in: lower...upper) else {
                self.segment = nil
                switch order {
                case .ascending: lower = max(lower, segment.entry.end.lastPosition + 1)
                case .descending: upper = min(upper, segment.entry.firstPosition - 1)
                }
                continue
            }
            let wanted = max(lower, header.firstPosition)...min(upper, header.lastPosition)
            switch order {
            case .ascending: lower = header.lastPosition + 1
            case .descending: upper = header.firstPosition - 1
            }
            return BlockStep(header: header, window: segment.window, wanted: wanted)
        }
        return nil
    }

    /// Goes on through the end of a later view; for ascending steps that have come to the end of their range.
    mutating func extend(to later: LogView) {
        if let open = segment?.entry, let now = later.entry(number), now.segmentID == open.segmentID,
            now.isSealed == open.isSealed
        {
            segment?.extend(to: now)
        } else {
            segment = nil
            number = later.segment(holding: lower) ?? later.count
        }
        view = later
        upper = later.lastPosition
    }

    private mutating func openSegment() throws(LogError) -> SegmentSteps? {
        while segment == nil {
            guard let entry = view.entry(number) else { return nil }
            if order == .ascending, entry.end.lastPosition < lower {
                number += 1
                continue
            }
            if order == .descending, entry.firstPosition > upper {
                number -= 1
                continue
            }
            do {
                segment = try SegmentSteps(
                    entry, after: view.entry(number - 1), of: view, lower...upper, order, filter)
            } catch {
                // While the cursor was on its way the segment may have been sealed, and its file removed.
                let renewed = try view.refresh()
                guard let found = renewed.segment(holding: order == .ascending ? lower : upper),
                    renewed.entry(found)?.name != entry.name
                else { throw error }
                view = renewed
                number = found
            }
        }
        return segment
    }
}
