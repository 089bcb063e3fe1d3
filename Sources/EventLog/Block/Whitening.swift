// Keeps every sector of a block from being all zero, so that an all-zero sector proves that it was never written.

/// Whether, and with which key, a payload must be whitened.
enum Whitening {
    /// Whether some sector's share of the block at `offset` is all zero.
    static func hasZeroSector(_ block: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        var start = 0
        while start < block.count {
            let room = Format.sectorBytes - Int((offset + Int64(start)) % Int64(Format.sectorBytes))
            let end = min(block.count, start + room)
            if isZero(UnsafeRawBufferPointer(rebasing: block[start..<end])) { return true }
            start = end
        }
        return false
    }

    /// Whether all bytes are zero.
    static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        while index + 8 <= bytes.count {
            if base.loadUnaligned(fromByteOffset: index, as: UInt64.self) != 0 { return false }
            index += 8
        }
        while index < bytes.count {
            if bytes[index] != 0 { return false }
            index += 1
        }
        return true
    }

    /// Adds (and, applied again, removes) the key's pseudo-random bytes: xorshift64, seeded by salt and key.
    static func apply(key: UInt8, salt: UInt32, to bytes: UnsafeMutableRawBufferPointer) {
        var state = 0x9E37_79B9_7F4A_7C15 ^ (UInt64(salt) << 8 | UInt64(key))
        for index in 0..<bytes.count {
            if index % 8 == 0 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
            }
            bytes[index] ^= UInt8(truncatingIfNeeded: state >> UInt64(index % 8 * 8))
        }
    }
}
