// The hashes of the proof tree: leaves and inner nodes are told apart by their first byte, as RFC 6962 has it.

internal import Crypto

/// A hash of the proof tree: 32 bytes of SHA-256.
public struct TreeHash: Hashable, Sendable {
    private let a, b, c, d: UInt64

    /// The number of bytes of a hash.
    public static let byteCount = 32

    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let empty = TreeHash(hashing: UnsafeRawBufferPointer(start: nil, count: 0))

    /// Takes over 32 bytes; any other number gives `nil`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self = Array(bytes).withUnsafeBytes { TreeHash(loading: $0) }
    }

    /// The hash of a leaf: SHA-256(00 ‖ record).
    public static func leaf(_ record: some Collection<UInt8>) -> TreeHash {
        ([0] + Array(record)).withUnsafeBytes { TreeHash(hashing: $0) }
    }

    /// The hash of a leaf whose buffer begins with the byte 00 already.
    public static func leaf(prefixed buffer: UnsafeRawBufferPointer) -> TreeHash { TreeHash(hashing: buffer) }

    /// The hash of an inner node: SHA-256(01 ‖ left ‖ right).
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 8) { buffer in
            buffer[0] = 1
            left.store(to: buffer, at: 1)
            right.store(to: buffer, at: 1 + byteCount)
            return TreeHash(hashing: UnsafeRawBufferPointer(buffer))
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            store(to: UnsafeMutableRawBufferPointer(buffer), at: 0)
            count = Self.byteCount
        }
    }

    private init(hashing bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        self = hash.finalize().withUnsafeBytes { TreeHash(loading: $0) }
    }

    /// The caller has checked that there are 32 bytes.
    private init(loading bytes: UnsafeRawBufferPointer) {
        a = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        b = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        c = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        d = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    private func store(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: a, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: b, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: c, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: d, toByteOffset: offset + 24, as: UInt64.self)
    }
}

extension TreeHash: LosslessStringConvertible, CustomStringConvertible {
    /// Reads the base64 of 32 bytes; anything else gives `nil`.
    public init?(_ text: String) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The hash in base64, as notes and proofs write it.
    public var description: String { Base64.encode(bytes) }
}
