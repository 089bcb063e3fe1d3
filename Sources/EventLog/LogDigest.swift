// The digest of history: one hash that commits to every record up to a position, however the log is stored.

internal import Crypto

/// A SHA-256 chain over the canonical encodings of all records up to a position.
///
/// It begins with 32 zero bytes; each record makes it SHA-256(digest so far ‖ canonical encoding). So it depends on the
/// records alone, not on blocks, compression or segments, and two logs with the same digest hold the same history.
///
/// SHA-256 is FIPS 180-4.
public struct LogDigest: Hashable, Sendable {
    /// The 32 bytes as four big-endian numbers.
    private var words: SIMD4<UInt64>

    /// The digest before the first record.
    public static let start = LogDigest(words: SIMD4(repeating: 0))

    static let byteCount = 32

    private init(words: SIMD4<UInt64>) { self.words = words }

    init(_ bytes: UnsafeRawBufferPointer) {
        words = SIMD4(repeating: 0)
        guard bytes.count >= Self.byteCount else { return }
        for index in 0..<4 {
            words[index] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
    }

    /// The digest of bytes, as MANIFEST is closed with it.
    init(hashing bytes: some Collection<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        self = hash.finalize().withUnsafeBytes { LogDigest($0) }
    }

    func store(at base: UnsafeMutableRawPointer) {
        for index in 0..<4 { base.storeBytes(of: words[index].bigEndian, toByteOffset: index * 8, as: UInt64.self) }
    }
}

extension LogDigest: LosslessStringConvertible, CustomStringConvertible {
    /// Reads 64 hexadecimal digits; anything else gives `nil`.
    public init?(_ text: String) { self.init(Array(text.utf8)[...]) }

    init?(_ digits: ArraySlice<UInt8>) {
        guard digits.count == 64 else { return nil }
        words = SIMD4(repeating: 0)
        for index in 0..<4 {
            let start = digits.startIndex + index * 16
            guard let word = parseHexadecimal(digits[start..<start + 16]) else { return nil }
            words[index] = word
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public var description: String { (0..<4).map { hexadecimalText(words[$0]) }.joined() }
}

/// Carries a digest over the records of decoded blocks; its buffer is reused.
final class DigestRun {
    private(set) var digest: LogDigest
    private let row = ByteBuffer(capacity: 4096)

    init(from digest: LogDigest) { self.digest = digest }

    /// Adds all records of a block.
    func add(_ block: borrowing DecodedBlock) {
        for index in 0..<block.count {
            row.count = 0
            row.append(repeating: 0, count: LogDigest.byteCount)
            digest.store(at: row.base)
            block.appendCanonicalEncoding(of: index, to: row)
            var hash = SHA256()
            hash.update(bufferPointer: row.bytes)
            digest = hash.finalize().withUnsafeBytes { LogDigest($0) }
        }
    }
}

extension DecodedBlock {
    /// Appends the byte row of a record, as ``LogRecord/canonicalEncoding()`` gives it.
    func appendCanonicalEncoding(of index: Int, to row: ByteBuffer) {
        let range = payloadRange(at: index)
        let target = row.reserve(Format.canonicalOverhead + range.count)
        target.store(0, firstPosition.rawValue + Int64(index))
        target.store(8, types[index] | (isBatchStart[index] ? Format.batchStartFlag : 0))
        target.store(9, streams[index])
        target.store(17, versions[index])
        target.store(25, recordedAt[index])
        target.store(33, actors[index])
        target.store(41, commandIDs[index].high.byteSwapped)
        target.store(49, commandIDs[index].low.byteSwapped)
        target.store(57, UInt16(truncatingIfNeeded: range.count))
        payload.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !range.isEmpty else { return }
            (target + Format.canonicalOverhead).copyMemory(from: base + range.lowerBound, byteCount: range.count)
        }
        row.count += Format.canonicalOverhead + range.count
    }
}
