// The hot loops of number columns: a base, a width, and the differences as byte planes.
//
// Planes put the bytes of equal weight side by side, which is what deflate likes, and unpack without a branch per
// number. The loops use unsafe pointers; a plain twin in the tests computes the same from arrays.

/// Packs and unpacks a column of numbers: width (1 byte), base (zigzag varint), then `width` planes of one byte a
/// number.
enum PackedNumbers {
    /// Appends the column to `output`.
    static func pack(_ values: UnsafeBufferPointer<Int64>, into output: ByteBuffer) {
        guard let first = values.first, let source = values.baseAddress else {
            output.append(byte: 0)
            output.append(byte: 0)
            return
        }
        var low = first
        var high = first
        for index in 0..<values.count {
            low = min(low, source[index])
            high = max(high, source[index])
        }
        let spread = UInt64(bitPattern: high &- low)
        let width = (64 - spread.leadingZeroBitCount + 7) / 8
        output.append(byte: UInt8(width))
        output.append(varint: zigzag(low))
        let planes = output.reserve(width * values.count).assumingMemoryBound(to: UInt8.self)
        for plane in 0..<width {
            let target = planes + plane * values.count
            let shift = UInt64(plane * 8)
            for index in 0..<values.count {
                target[index] = UInt8(truncatingIfNeeded: UInt64(bitPattern: source[index] &- low) &>> shift)
            }
        }
        output.count += width * values.count
    }

    /// Fills `values` from a whole column; false when the bytes are not exactly such a column.
    static func unpack(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Int64>) -> Bool {
        var reader = VarintReader(bytes)
        guard let width = reader.byte(), width <= 8, let base = reader.varint() else { return false }
        let count = values.count
        guard reader.remaining == Int(width) * count else { return false }
        guard count > 0, let target = values.baseAddress else { return true }
        let low = unzigzag(base)
        guard width > 0, let planes = reader.pointer?.assumingMemoryBound(to: UInt8.self) else {
            values.update(repeating: low)
            return true
        }
        switch width {
        case 1:
            for index in 0..<count { target[index] = low &+ Int64(planes[index]) }
        case 2:
            let second = planes + count
            for index in 0..<count {
                target[index] = low &+ (Int64(planes[index]) | Int64(second[index]) &<< 8)
            }
        case 3:
            let second = planes + count
            let third = second + count
            for index in 0..<count {
                target[index] =
                    low &+ (Int64(planes[index]) | Int64(second[index]) &<< 8 | Int64(third[index]) &<< 16)
            }
        default:
            for index in 0..<count { target[index] = low &+ Int64(planes[index]) }
            for plane in 1..<Int(width) {
                let source = planes + plane * count
                let shift = Int64(plane * 8)
                for index in 0..<count { target[index] = target[index] &+ Int64(source[index]) &<< shift }
            }
        }
        return true
    }
}

/// Reads bytes and varints out of a buffer without ever leaving it.
struct VarintReader {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - index }
    var pointer: UnsafeRawPointer? { bytes.baseAddress.map { $0 + index } }

    mutating func byte() -> UInt8? {
        guard index < bytes.count else { return nil }
        defer { index += 1 }
        return bytes[index]
    }

    /// Reads a varint of at most ten bytes; `nil` when it is cut short or too long.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let next = byte() {
            if shift == 63 && next > 1 { return nil }
            value |= UInt64(next & 0x7F) &<< shift
            if next < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// Takes the next `length` bytes; `nil` when there are fewer.
    mutating func take(_ length: UInt64) -> UnsafeRawBufferPointer? {
        guard length <= UInt64(remaining) else { return nil }
        defer { index += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[index..<index + Int(length)])
    }
}
