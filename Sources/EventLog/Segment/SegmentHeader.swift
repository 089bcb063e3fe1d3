// The first page of a segment: what the file is, whose it is, and what came before it.

/// How a segment ends: what its successor and the manifest remember of it.
struct SegmentEnd: Hashable, Sendable {
    /// The position of the last durable record; one less than the first when there is none.
    var lastPosition: Int64
    /// The offset behind the last durable block.
    var offset: Int64
    /// The checksum of the last durable block header, or of the header page.
    var chain: UInt32
    /// The time of the last durable record.
    var lastTime: Int64
}

/// The contents of a segment's header page; written once, before the manifest names the file.
struct SegmentHeader: Hashable, Sendable {
    var logID: LogID
    var epoch: UInt32
    var segmentID: UInt64
    /// 1 for the first segment of the log, then without gaps.
    var index: UInt64
    /// The same, or of a sealed segment that took the place of several, the index of the last of them.
    var lastIndex: UInt64
    var isSealed: Bool
    var firstPosition: Int64
    /// The time of the first batch: the log keeps no clock of its own.
    var createdAt: Int64
    /// The index of the segment before, 0 for none.
    var predecessorIndex: UInt64
    var predecessor: SegmentEnd

    /// The number that every block header of the segment repeats, so that stale bytes show.
    var salt: UInt32 { UInt32(truncatingIfNeeded: segmentID) }

    /// The page as bytes, its checksum in the last four.
    func encoded() -> [UInt8] {
        var page = [UInt8](repeating: Format.headerPageFiller, count: Format.headerPageBytes)
        page.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.store(0, Format.segmentMagic)
            base.store(8, Format.version)
            base.store(10, UInt16(0))
            base.store(12, isSealed ? SegmentFeature.sealed : 0)
            base.store(16, UInt32(0))
            base.store(20, UInt32(0))
            base.store(24, logID.high)
            base.store(32, logID.low)
            base.store(40, epoch)
            base.store(44, UInt32(0))
            base.store(48, segmentID)
            base.store(56, index)
            base.store(64, firstPosition)
            base.store(72, createdAt)
            base.store(80, predecessorIndex)
            base.store(88, predecessor.lastPosition)
            base.store(96, predecessor.offset)
            base.store(104, predecessor.lastTime)
            base.store(112, predecessor.chain)
            base.store(116, UInt32(0))
            base.store(120, lastIndex)
            let covered = UnsafeRawBufferPointer(start: base, count: Format.headerPageBytes - 4)
            base.store(Format.headerPageBytes - 4, checksum(covered))
        }
        return page
    }

    /// The checksum of the page, where the chain of block headers begins.
    static func chain(of page: UnsafeRawBufferPointer) -> UInt32 {
        page.loadUnaligned(fromByteOffset: Format.headerPageBytes - 4, as: UInt32.self).littleEndian
    }

    /// Reads a page that has been read in full.
    ///
    /// - Throws: `foreign`, `newerFormat` or `corrupted`, with the path.
    static func decoded(_ page: UnsafeRawBufferPointer, path: String) throws(LogError) -> SegmentHeader {
        guard page.count == Format.headerPageBytes, let base = page.baseAddress else {
            throw LogError(
                .corrupted, "The segment's header page is cut short. Restore the file from a backup.", path: path)
        }
        guard base.load(0, UInt64.self) == Format.segmentMagic,
            checksum(UnsafeRawBufferPointer(rebasing: page.dropLast(4))) == chain(of: page)
        else {
            throw LogError(
                .corrupted, "The segment's header page is damaged. Restore the file from a backup.", path: path,
                offset: 0)
        }
        let features = base.load(12, UInt32.self)
        let version = base.load(8, UInt16.self)
        guard version == Format.version, features & ~SegmentFeature.known == 0 else {
            throw LogError(
                .newerFormat,
                "The segment has format \(version) with the features \(features), and this program reads format "
                    + "\(Format.version) with the features \(SegmentFeature.known). Use a version that reads it.",
                path: path)
        }
        let numbers = (base.load(56, UInt64.self), base.load(120, UInt64.self))
        guard (1..<UInt64(Format.maximumPosition)).contains(numbers.0),
            (numbers.0..<UInt64(Format.maximumPosition)).contains(numbers.1),
            (1..<Format.maximumPosition).contains(base.load(64, Int64.self)), base.load(80, UInt64.self) < numbers.0,
            (0..<Format.maximumPosition).contains(base.load(88, Int64.self)),
            (0...2 * Format.maximumSegmentBytes).contains(base.load(96, Int64.self))
        else {
            throw LogError(
                .corrupted, "The segment's header page holds impossible numbers. Restore the file from a backup.",
                path: path, offset: 0)
        }
        return SegmentHeader(
            logID: LogID(high: base.load(24, UInt64.self), low: base.load(32, UInt64.self)),
            epoch: base.load(40, UInt32.self), segmentID: base.load(48, UInt64.self),
            index: base.load(56, UInt64.self), lastIndex: base.load(120, UInt64.self),
            isSealed: features & SegmentFeature.sealed != 0, firstPosition: base.load(64, Int64.self),
            createdAt: base.load(72, Int64.self), predecessorIndex: base.load(80, UInt64.self),
            predecessor: SegmentEnd(
                lastPosition: base.load(88, Int64.self), offset: base.load(96, Int64.self),
                chain: base.load(112, UInt32.self), lastTime: base.load(104, Int64.self)))
    }
}
