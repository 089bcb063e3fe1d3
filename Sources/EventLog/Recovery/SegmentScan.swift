// Reads the active segment after an opening, and tells a torn tail from damage. The rules (a) to (d) of FORMAT.md.

/// What a walk over the whole active segment found.
struct SegmentScan {
    /// A place between two groups.
    struct Boundary {
        var offset: Int64
        var lastPosition: Int64
        var chain: UInt32
        /// The last data block before the place; its times are read only when they are needed.
        var lastBlock: BlockHeader?
    }

    /// How the walk ended.
    enum Ending {
        /// Holes to the end of the file.
        case clean
        /// The one unconfirmed group is incomplete: it was never acknowledged.
        case torn(String)
        /// The one unconfirmed group is complete but wrong.
        case ambiguous(String)
    }

    /// The last place that some evidence proves durable.
    var durable: Boundary
    /// The last place up to which all groups are whole and sound.
    var valid: Boundary
    /// The data blocks between the two: at most one group.
    var unconfirmed: [BlockHeader] = []
    var ending = Ending.clean
    /// The offset behind the last byte that is not zero.
    var usedEnd: Int64 = 0

    /// Walks the segment from its first block.
    ///
    /// - Throws: `io` for a refused read (a), `corrupted` for damage before a durable end (b, c), `newerFormat`.
    init(_ window: SegmentWindow, _ start: BlockWalk, tail: Tail?, path: String) throws(LogError) {
        let first = Boundary(
            offset: start.offset, lastPosition: start.nextPosition - 1, chain: start.chain, lastBlock: nil)
        durable = first
        valid = first
        var walk = start
        var boundaries = [first]
        var lastBlock: BlockHeader?
        let stop: BlockWalk.Step
        var stopHeader: BlockHeader?
        while true {
            let step = try walk.peek(window)
            guard case .block(let header) = step else {
                stop = step
                break
            }
            guard try BlockWalk.payload(of: header, window) != nil else {
                stop = .invalid
                stopHeader = header
                break
            }
            guard header.durableEnd >= durable.offset,
                let proven = boundaries.last(where: { $0.offset == header.durableEnd })
            else {
                stop = .unrelated("names the durable end \(header.durableEnd), where no group ends")
                break
            }
            durable = proven
            boundaries.removeAll { $0.offset < proven.offset }
            unconfirmed.removeAll { $0.offset < proven.offset }
            walk.advance(past: header)
            if header.type == BlockType.data {
                lastBlock = header
                unconfirmed.append(header)
            }
            if !header.continuesGroup {
                valid = Boundary(
                    offset: walk.offset, lastPosition: walk.nextPosition - 1, chain: walk.chain,
                    lastBlock: lastBlock)
                boundaries.append(valid)
            }
        }
        unconfirmed.removeAll { $0.offset >= valid.offset }
        usedEnd = walk.offset
        try judge(stop, stopHeader, walk, window, path)
        if let tail, tail.segmentID != 0, tail.durableEnd > durable.offset {
            guard let proven = boundaries.last(where: { $0.offset == tail.durableEnd }) else {
                throw Self.damage(
                    path, walk.offset, "ends before byte \(tail.durableEnd), which TAIL proves to be acknowledged",
                    from: valid.lastPosition + 1, through: tail.durablePosition)
            }
            durable = proven
            unconfirmed.removeAll { $0.offset < proven.offset }
        }
    }

    /// Scans on to the end of the file, without a cap, and decides what the stop means.
    private mutating func judge(
        _ stop: BlockWalk.Step, _ header: BlockHeader?, _ walk: BlockWalk, _ window: SegmentWindow, _ path: String
    ) throws(LogError) {
        let rest = try Remainder(window, from: walk.offset, group: valid.offset, salt: walk.salt)
        usedEnd = max(usedEnd, rest.usedEnd)
        if let later = rest.proof {
            throw Self.damage(
                path, walk.offset,
                "is damaged: the block at byte \(later.offset) proves that this place was acknowledged",
                from: valid.lastPosition + 1, through: max(valid.lastPosition + 1, later.firstPosition - 1))
        }
        switch stop {
        case .newer:
            throw LogError(
                .newerFormat, "A block needs a newer version of this software. Upgrade, then open the log.",
                path: path, offset: walk.offset)
        case .unrelated(let what):
            throw Self.damage(path, walk.offset, what, from: valid.lastPosition + 1, through: nil)
        case .hole, .block:
            if rest.usedEnd > walk.offset {
                ending = .torn("the first sector of a group is missing")
            } else if walk.offset > valid.offset {
                ending = .torn("the rest of a group is missing")
            }
        case .invalid:
            let size = try window.file.size()
            guard let header else {
                let isCut = size < walk.offset + Int64(Format.blockHeaderBytes)
                ending =
                    isCut ? .torn("the file ends within a block header") : .ambiguous("a block header is damaged")
                return
            }
            ending = try Self.judgeGroup(header, walk, window, size)
        }
    }

    /// Looks for proof that the group of a block with a wrong payload was never written in full.
    private static func judgeGroup(
        _ header: BlockHeader, _ start: BlockWalk, _ window: SegmentWindow, _ size: Int64
    ) throws(LogError) -> Ending {
        var walk = start
        var block = header
        while true {
            if size < block.end { return .torn("the file ends within a group") }
            let length = Format.blockHeaderBytes + block.paddedLength
            let bytes = try window.bytes(at: block.offset, count: length)
            if Whitening.hasZeroSector(bytes, at: block.offset) { return .torn("a sector of a group is missing") }
            guard block.continuesGroup else { break }
            walk.advance(past: block)
            switch try walk.peek(window) {
            case .block(let next): block = next
            case .hole: return .torn("the rest of a group is missing")
            default: return .ambiguous("a block of the last group is damaged")
            }
        }
        return .ambiguous("the payload of a block does not fit its checksum")
    }

    static func damage(
        _ path: String, _ offset: Int64, _ what: String, from first: Int64, through last: Int64?
    ) -> LogError {
        let range = last.map { "positions \(first) to \(max(first, $0))" } ?? "positions from \(first) on"
        return LogError(
            .corrupted,
            "The segment \(what); \(range) are affected. Nothing was changed. Restore the file from a backup.",
            path: path, offset: offset)
    }
}

/// What lies behind the place where a walk stopped.
struct Remainder {
    /// A sound header that proves an acknowledgement past the stop.
    var proof: BlockHeader?
    /// The offset behind the last byte that is not zero.
    var usedEnd: Int64

    /// Reads to the end of the file in steps of the alignment; nothing is skipped, whatever the damage claims.
    init(_ window: SegmentWindow, from start: Int64, group: Int64, salt: UInt32) throws(LogError) {
        let size = try window.file.size()
        usedEnd = start
        var offset = start
        while offset < size {
            // Whole pages of zeros, as they are allocated ahead, are passed at once.
            let isPage = offset % Int64(Format.headerPageBytes) == 0
            if isPage, Whitening.isZero(try window.bytes(at: offset, count: Format.headerPageBytes)) {
                offset += Int64(Format.headerPageBytes)
                continue
            }
            let bytes = try window.bytes(at: offset, count: Format.alignment)
            if !Whitening.isZero(bytes), let base = bytes.baseAddress {
                usedEnd = offset + Int64(Format.alignment)
                if proof == nil, case .header(let header) = BlockHeader.decoded(base, offset: offset, salt: salt),
                    header.durableEnd > group
                {
                    proof = header
                }
            }
            offset += Int64(Format.alignment)
        }
        usedEnd = min(usedEnd, max(size, start))
    }
}
