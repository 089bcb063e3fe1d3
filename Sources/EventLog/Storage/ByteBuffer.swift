// A growing byte buffer that is written and read by offset, in little-endian order, and reused for ever.

internal import CZlib

/// Bytes outside of Swift's arrays, so that hot loops pay for no uniqueness or bounds checks.
///
/// Owned by one thread at a time; offsets are checked by the caller, who knows the limits of the format.
final class ByteBuffer {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    var count = 0

    init(capacity: Int = 4096) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { base.deallocate() }

    /// Makes room for `extra` more bytes and returns where they go.
    @discardableResult
    func reserve(_ extra: Int) -> UnsafeMutableRawPointer {
        if count + extra > capacity {
            let larger = max(count + extra, capacity * 2)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
            moved.copyMemory(from: base, byteCount: count)
            base.deallocate()
            base = moved
            capacity = larger
        }
        return base + count
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    func append(byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    func append(repeating byte: UInt8, count times: Int) {
        guard times > 0 else { return }
        reserve(times).initializeMemory(as: UInt8.self, repeating: byte, count: times)
        count += times
    }

    /// Appends an unsigned number in groups of seven bits, the lowest first.
    func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(byte: UInt8(truncatingIfNeeded: rest))
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    var bytes: UnsafeRawBufferPointer { bytes(0..<count) }
}

extension UnsafeRawPointer {
    /// Reads a little-endian number at any alignment.
    func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Number.Type) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}

extension UnsafeMutableRawPointer {
    /// Writes a little-endian number at any alignment.
    func store<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ value: Number) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Number.self)
    }
}

/// The CRC-32 of IEEE 802.3, as zlib computes it.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
    return UInt32(truncatingIfNeeded: crc32_z(0, base.assumingMemoryBound(to: UInt8.self), bytes.count))
}

/// Folds a signed number into an unsigned one, so that small magnitudes stay short as varints.
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value &<< 1 ^ value &>> 63) }

/// The inverse of `zigzag`.
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1) }
