// The 64 bytes before every block: lengths and place are checked here before anything uses them.

/// A block header; FORMAT.md has the table.
struct BlockHeader: Hashable, Sendable {
    var type: UInt8
    var flags: UInt16 = 0
    var storedLength: UInt32 = 0
    var rawLength: UInt32 = 0
    var firstPosition: Int64
    var count: UInt32 = 0
    /// Where the header itself stands.
    var offset: Int64
    /// The time of the first record.
    var baseTime: Int64
    /// The offset that a completed sync had confirmed when the header was built.
    var durableEnd: Int64
    var salt: UInt32
    /// The checksum of the header before.
    var previous: UInt32
    var payloadChecksum: UInt32 = 0
    /// The checksum of the header itself; set by `store` and `decoded`.
    var ownChecksum: UInt32 = 0

    /// The encoding of payloads that this version writes.
    static let encodingVersion: UInt8 = 1

    var continuesGroup: Bool { flags & BlockFlag.groupContinues != 0 }
    var whiteningKey: UInt8 { UInt8(flags >> 8) }
    /// The payload with its padding.
    var paddedLength: Int { Format.aligned(Int(storedLength)) }
    /// The offset behind the block.
    var end: Int64 { offset + Int64(Format.blockHeaderBytes + paddedLength) }
    var lastPosition: Int64 { firstPosition &+ Int64(count) &- 1 }

    /// Writes the header and returns its checksum, the next link of the chain.
    mutating func store(at base: UnsafeMutableRawPointer) {
        base.store(0, Format.blockMagic)
        base.store(4, type)
        base.store(5, Self.encodingVersion)
        base.store(6, flags)
        base.store(8, storedLength)
        base.store(12, rawLength)
        base.store(16, firstPosition)
        base.store(24, count)
        base.store(28, UInt32(truncatingIfNeeded: offset / Int64(Format.alignment)))
        base.store(32, baseTime)
        base.store(40, durableEnd)
        base.store(48, salt)
        base.store(52, previous)
        base.store(56, payloadChecksum)
        ownChecksum = checksum(UnsafeRawBufferPointer(start: base, count: 60))
        base.store(60, ownChecksum)
    }

    /// What 64 bytes turn out to be.
    enum Reading {
        /// Nothing was ever written here.
        case hole
        /// A header that stands where it belongs, in the segment it belongs to, within all limits.
        case header(BlockHeader)
        /// A header whose checksum fits, but which needs a newer reader.
        case newer
        /// Anything else.
        case invalid
    }

    /// Reads the 64 bytes at `offset` of the segment with this salt.
    static func decoded(
        _ base: UnsafeRawPointer, offset: Int64, salt: UInt32, isSealed: Bool = false
    ) -> Reading {
        guard base.load(0, UInt32.self) == Format.blockMagic else {
            for word in 0..<8 where base.load(word * 8, UInt64.self) != 0 { return .invalid }
            return .hole
        }
        let own = base.load(60, UInt32.self)
        guard checksum(UnsafeRawBufferPointer(start: base, count: 60)) == own,
            base.load(48, UInt32.self) == salt,
            Int64(base.load(28, UInt32.self)) * Int64(Format.alignment) == offset
        else { return .invalid }
        let header = BlockHeader(
            type: base.load(4, UInt8.self), flags: base.load(6, UInt16.self),
            storedLength: base.load(8, UInt32.self), rawLength: base.load(12, UInt32.self),
            firstPosition: base.load(16, Int64.self), count: base.load(24, UInt32.self), offset: offset,
            baseTime: base.load(32, Int64.self), durableEnd: base.load(40, Int64.self), salt: salt,
            previous: base.load(52, UInt32.self), payloadChecksum: base.load(56, UInt32.self), ownChecksum: own)
        guard base.load(5, UInt8.self) == encodingVersion, header.flags & ~BlockFlag.known == 0 else { return .newer }
        switch header.type {
        case BlockType.data: break
        case BlockType.confirm: if isSealed { return .invalid }
        case BlockType.index, BlockType.summary: if !isSealed { return .invalid }
        default: return .newer
        }
        return header.isWithinLimits ? .header(header) : .invalid
    }

    private var isWithinLimits: Bool {
        let page = Int64(Format.headerPageBytes)
        guard storedLength <= Format.maximumBlockBytes, rawLength <= Format.maximumBlockBytes,
            count <= Format.maximumBlockRecords, firstPosition >= 1,
            firstPosition < Int64.max - Int64(Format.maximumBlockRecords),
            offset >= page, durableEnd >= page, durableEnd <= offset, durableEnd % Int64(Format.alignment) == 0
        else { return false }
        switch type {
        case BlockType.data: return count > 0 && storedLength > 0
        case BlockType.confirm: return count == 0 && storedLength == 0 && flags == 0
        default: return count == 0 && storedLength > 0 && storedLength == rawLength
        }
    }
}
