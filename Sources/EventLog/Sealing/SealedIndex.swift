// The end of a sealed segment: where its blocks are, what is in them, and a summary of the whole.

/// One row of the index block: a data block, and what a reader must know to leave it out or to begin at it.
struct IndexRow: Hashable, Sendable {
    var offset: Int64
    /// The checksum of the header before, with which a walk that begins here goes on.
    var chain: UInt32
    var count: Int
    var firstPosition: Int64
    var firstTime: Int64
    var lastTime: Int64
    /// Bit *t* is set when the block holds a record of type *t*; below 128.
    var types: SIMD2<UInt64>
    var streams: StreamFilter

    var lastPosition: Int64 { firstPosition + Int64(count) - 1 }
}

/// The index of a sealed segment.
struct SealedIndex: Hashable, Sendable {
    var rows: [IndexRow]
    /// The offset behind the last data block.
    var dataEnd: Int64

    /// The number of the last row that does not begin behind a position.
    ///
    /// - Complexity: O(log *n*).
    func row(holding position: Int64) -> Int? {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].firstPosition <= position { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// The payload of the index block; filters are left out, which is always allowed, when it would grow too long.
    func encoded(into output: ByteBuffer) {
        let filters = rows.reduce(0) { $0 + $1.streams.words.count * 8 }
        let hasFilters = rows.count * Format.indexRowBytes + filters <= Format.maximumBlockBytes
        for row in rows {
            let words = hasFilters ? row.streams.words : []
            let base = output.reserve(Format.indexRowBytes + words.count * 8)
            base.store(0, row.offset)
            base.store(8, row.firstPosition)
            base.store(16, row.firstTime)
            base.store(24, row.lastTime)
            base.store(32, row.types[0])
            base.store(40, row.types[1])
            base.store(48, UInt32(row.count))
            base.store(52, row.chain)
            base.store(56, UInt32(words.count))
            base.store(60, UInt32(0))
            for (number, word) in words.enumerated() { base.store(Format.indexRowBytes + number * 8, word) }
            output.count += Format.indexRowBytes + words.count * 8
        }
    }

    /// Reads the payload of an index block that covers exactly the positions of a segment.
    static func decoded(
        _ bytes: UnsafeRawBufferPointer, _ entry: SegmentEntry, dataEnd: Int64
    ) throws(BlockDamage) -> SealedIndex {
        var index = SealedIndex(rows: [], dataEnd: dataEnd)
        var place = 0
        var next = entry.firstPosition
        var floor = Int64(Format.headerPageBytes)
        while place < bytes.count {
            guard bytes.count - place >= Format.indexRowBytes, let start = bytes.baseAddress else {
                throw BlockDamage(reason: "a row of the index is cut short")
            }
            let base = start + place
            place += Format.indexRowBytes
            let count = Int(base.load(48, UInt32.self))
            let words = Int(base.load(56, UInt32.self))
            let offset = base.load(0, Int64.self)
            guard words <= (bytes.count - place) / 8, count > 0, count <= Format.maximumBlockRecords,
                base.load(8, Int64.self) == next, offset >= floor, offset < dataEnd,
                offset % Int64(Format.alignment) == 0
            else { throw BlockDamage(reason: "row \(index.rows.count) of the index is impossible") }
            let filter = (0..<words).map { (base + Format.indexRowBytes).load($0 * 8, UInt64.self) }
            place += words * 8
            index.rows.append(
                IndexRow(
                    offset: offset, chain: base.load(52, UInt32.self), count: count, firstPosition: next,
                    firstTime: base.load(16, Int64.self), lastTime: base.load(24, Int64.self),
                    types: SIMD2(base.load(32, UInt64.self), base.load(40, UInt64.self)),
                    streams: StreamFilter(words: filter)))
            next += Int64(count)
            floor = offset + Int64(Format.blockHeaderBytes)
        }
        guard next == entry.end.lastPosition + 1 else {
            throw BlockDamage(reason: "the index ends at position \(next - 1)")
        }
        return index
    }
}

/// Which streams a block may hold.
///
/// A Bloom filter (Burton H. Bloom, 1970) with 8 bits a stream and 5 probes, which takes about one absent stream in
/// fifty for present and never a present one for absent.
struct StreamFilter: Hashable, Sendable {
    /// Bit *b* is bit *b* mod 64 of word *b* / 64; no words: any stream may be there.
    var words: [UInt64]

    init(words: [UInt64]) { self.words = words }

    /// Makes the filter of these streams, which may repeat.
    init(of streams: Set<UInt64>) {
        let count = (streams.count * Format.filterBitsPerStream + 63) / 64
        words = [UInt64](repeating: 0, count: max(1, count))
        for stream in streams {
            Self.probe(stream, bits: UInt64(words.count * 64)) { words[Int($0 / 64)] |= 1 << ($0 % 64) }
        }
    }

    func mayHold(_ stream: UInt64) -> Bool {
        guard !words.isEmpty else { return true }
        var isPossible = true
        Self.probe(stream, bits: UInt64(words.count * 64)) { bit in
            if words[Int(bit / 64)] & 1 << (bit % 64) == 0 { isPossible = false }
        }
        return isPossible
    }

    /// Double hashing: probe *i* is (low + *i* × high) mod bits, where the halves come from the finaliser of
    /// SplitMix64.
    private static func probe(_ stream: UInt64, bits: UInt64, _ body: (UInt64) -> Void) {
        var mixed = stream &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        let low = mixed & 0xFFFF_FFFF
        let high = mixed >> 32 | 1
        for number in 0..<Format.filterProbes { body((low + number * high) % bits) }
    }
}
