// Every magic number and limit of the format. FORMAT.md in this folder is the prose beside it.

/// The constants of the files; a change to any of them is a new version of the format.
enum Format {
    /// The version written into segment headers and the manifest.
    static let version: UInt16 = 1
    /// `89 45 4C 4F 47 0D 0A 1A`: a high bit and CR LF, so that a text-mode transfer shows.
    static let segmentMagic: UInt64 = 0x1A0A_0D47_4F4C_4589
    /// `EBLK`, at the start of every block header.
    static let blockMagic: UInt32 = 0x4B4C_4245
    /// `EVLTAIL1`, at the start of TAIL.
    static let tailMagic: UInt64 = 0x314C_4941_544C_5645

    /// The segment's header page.
    static let headerPageBytes = 4096
    /// What fills the reserved bytes of the header page, so that none of its sectors is all zero.
    static let headerPageFiller: UInt8 = 0xEE
    static let blockHeaderBytes = 64
    /// Blocks begin at multiples of this, so that a header never straddles a sector.
    static let alignment = 64
    /// The unit that a device writes whole or not at all.
    static let sectorBytes = 512
    /// What fills a block up to the alignment; not zero, see ``Whitening``.
    static let padding: UInt8 = 0xA5

    /// The longest stored payload, and the longest raw payload, of a block.
    static let maximumBlockBytes = 16 << 20
    /// The most records of a block.
    static let maximumBlockRecords = 65_536
    /// The writer begins another block of the same group at this many records, or at `targetBlockBytes`.
    static let targetBlockRecords = 16_384
    /// The payload bytes at which it does so.
    static let targetBlockBytes = 256 << 10

    /// The bytes of a record's canonical encoding beside its payload.
    static let canonicalOverhead = 59
    /// The longest canonical encoding of a record.
    static let maximumCanonicalBytes = 65_535
    /// The longest payload of a record.
    static let maximumPayloadBytes = maximumCanonicalBytes - canonicalOverhead
    /// Types below this are the owner's; the bit marks the first record of a batch.
    static let batchStartFlag: UInt8 = 0x80
    /// The largest batch, counted as canonical encodings.
    static let maximumBatchBytes = 32 << 20
    /// The longest manifest: about 500,000 segments.
    static let maximumManifestBytes = 64 << 20
    /// The longest segment: a block's place counts 64-byte steps in four bytes.
    static let maximumSegmentBytes: Int64 = 128 << 30
    /// Positions and indices from files stay below this, so that sums of them cannot overflow.
    static let maximumPosition = Int64.max / 2
    static let tailBytes = 68
    /// `EVLSEAL1`, at the start of the last 64 bytes of a sealed segment.
    static let trailerMagic: UInt64 = 0x314C_4145_534C_5645
    static let trailerBytes = 64
    /// The fixed part of a row of the index block; the filter of streams follows it.
    static let indexRowBytes = 64
    static let summaryBytes = 168
    /// Bits of the filter of streams for each different stream of a block, and the bits that each of them sets.
    static let filterBitsPerStream = 8
    static let filterProbes: UInt64 = 5

    static let manifestName = "MANIFEST"
    static let manifestTemporaryName = "MANIFEST.tmp"
    static let sealedSuffix = ".seg"
    static let activeSuffix = ".log"
    static let temporarySuffix = ".tmp"
    static let lockName = "LOCK"
    static let tailName = "TAIL"
    static let quarantineName = "quarantine"
    /// Begins the name of an original in the quarantine that goes by itself.
    static let keptPrefix = "until-"

    /// Space is allocated ahead in steps that double from the first to the second of these.
    static let firstAllocationBytes: Int64 = 64 << 10
    static let lastAllocationBytes: Int64 = 4 << 20

    /// Rounds up to the alignment of blocks.
    static func aligned(_ length: Int) -> Int { (length + alignment - 1) & ~(alignment - 1) }
}

/// What a block is for; `index` and `summary` stand at the end of sealed segments only.
enum BlockType {
    static let data: UInt8 = 1
    static let confirm: UInt8 = 2
    static let index: UInt8 = 4
    static let summary: UInt8 = 5
}

/// The incompatible features of a segment, in its header page.
enum SegmentFeature {
    /// The segment is sealed: it ends with an index, a summary and a trailer.
    static let sealed: UInt32 = 1
    static let known: UInt32 = sealed
}

/// The flags of a block header: the low byte holds bits, the high byte the whitening key (0: not whitened).
enum BlockFlag {
    /// The group goes on in the next block; a reader takes all of a group or nothing.
    static let groupContinues: UInt16 = 0x0001
    static let known: UInt16 = 0xFF01
}

/// The columns of a data block's payload.
///
/// A reader skips those it does not know by their length.
enum ColumnID: UInt8 {
    case types = 1
    case streamDictionary = 2
    case streamIndex = 3
    case versionBase = 4
    case versionException = 5
    case time = 6
    case actorDictionary = 7
    case actorIndex = 8
    case actorDirect = 9
    case commandID = 10
    case payloadLength = 11
    case payload = 12
}

/// How a column is stored, in the two low bits of its descriptor.
enum ColumnCodec {
    static let raw: UInt8 = 0
    static let deflate: UInt8 = 1
}
