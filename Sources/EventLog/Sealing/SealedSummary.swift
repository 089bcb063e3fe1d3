// The summary block and the trailer of a sealed segment: what a reader learns of it without reading its blocks.

/// The payload of the summary block; FORMAT.md has the table.
struct SealedSummary: Hashable, Sendable {
    var records: Int64 = 0
    var batches: Int64 = 0
    var firstTime = Int64.max
    var types = SIMD2<UInt64>(repeating: 0)
    /// The columns before compression.
    var rawBytes: Int64 = 0
    /// The columns as stored.
    var storedBytes: Int64 = 0
    /// The bytes of command identifiers among them.
    var commandIDBytes: Int64 = 0
    /// Where the last of the segments ended that this one took the place of.
    var end: SegmentEnd
    var digestBefore: LogDigest
    var digest: LogDigest

    func encoded(into output: ByteBuffer) {
        let base = output.reserve(Format.summaryBytes)
        base.store(0, records)
        base.store(8, batches)
        base.store(16, firstTime)
        base.store(24, types[0])
        base.store(32, types[1])
        base.store(40, rawBytes)
        base.store(48, storedBytes)
        base.store(56, commandIDBytes)
        base.store(64, end.lastPosition)
        base.store(72, end.offset)
        base.store(80, end.lastTime)
        base.store(88, end.chain)
        base.store(92, UInt32(0))
        digestBefore.store(at: base + 96)
        digest.store(at: base + 128)
        base.store(160, UInt64.max)
        output.count += Format.summaryBytes
    }

    init(end: SegmentEnd, digestBefore: LogDigest) {
        self.end = end
        self.digestBefore = digestBefore
        digest = digestBefore
    }

    init(decoding bytes: UnsafeRawBufferPointer) throws(BlockDamage) {
        guard bytes.count == Format.summaryBytes, let base = bytes.baseAddress else {
            throw BlockDamage(reason: "the summary has the wrong length")
        }
        guard (0..<Format.maximumPosition).contains(base.load(64, Int64.self)),
            (0...2 * Format.maximumSegmentBytes).contains(base.load(72, Int64.self)), base.load(0, Int64.self) >= 0
        else { throw BlockDamage(reason: "the summary holds impossible numbers") }
        self.init(
            end: SegmentEnd(
                lastPosition: base.load(64, Int64.self), offset: base.load(72, Int64.self),
                chain: base.load(88, UInt32.self), lastTime: base.load(80, Int64.self)),
            digestBefore: LogDigest(UnsafeRawBufferPointer(rebasing: bytes[96..<128])))
        records = base.load(0, Int64.self)
        batches = base.load(8, Int64.self)
        firstTime = base.load(16, Int64.self)
        types = SIMD2(base.load(24, UInt64.self), base.load(32, UInt64.self))
        rawBytes = base.load(40, Int64.self)
        storedBytes = base.load(48, Int64.self)
        commandIDBytes = base.load(56, Int64.self)
        digest = LogDigest(UnsafeRawBufferPointer(rebasing: bytes[128..<160]))
    }
}

/// The last 64 bytes of a sealed segment.
struct SealedTrailer: Hashable, Sendable {
    var segmentID: UInt64
    /// Where the index block begins, which is where the data blocks end.
    var indexOffset: Int64
    var summaryOffset: Int64
    /// The length of the file.
    var bytes: Int64
    /// The checksum of the summary block's header, the last link of the chain.
    var chain: UInt32

    func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: Format.padding, count: Format.trailerBytes)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.store(0, Format.trailerMagic)
            base.store(8, segmentID)
            base.store(16, indexOffset)
            base.store(24, summaryOffset)
            base.store(32, self.bytes)
            base.store(40, chain)
            base.store(60, checksum(UnsafeRawBufferPointer(start: base, count: 60)))
        }
        return bytes
    }

    /// Reads the trailer of a segment; `nil` when it is damaged or belongs to another.
    static func decoded(_ bytes: UnsafeRawBufferPointer, of entry: SegmentEntry) -> SealedTrailer? {
        guard bytes.count == Format.trailerBytes, let base = bytes.baseAddress,
            base.load(0, UInt64.self) == Format.trailerMagic,
            checksum(UnsafeRawBufferPointer(start: base, count: 60)) == base.load(60, UInt32.self),
            (44..<60).allSatisfy({ bytes[$0] == Format.padding })
        else { return nil }
        let trailer = SealedTrailer(
            segmentID: base.load(8, UInt64.self), indexOffset: base.load(16, Int64.self),
            summaryOffset: base.load(24, Int64.self), bytes: base.load(32, Int64.self),
            chain: base.load(40, UInt32.self))
        let page = Int64(Format.headerPageBytes)
        guard trailer.segmentID == entry.segmentID, trailer.bytes == entry.sealed?.bytes, trailer.indexOffset > page,
            trailer.summaryOffset > trailer.indexOffset,
            trailer.summaryOffset < trailer.bytes - Int64(Format.trailerBytes)
        else { return nil }
        return trailer
    }
}
