// Writes the little binary language of payloads: bytes, varints, text.

internal import Enrollment

/// Appends values to a byte array that the log owns.
struct ByteWriter {
    /// LEB128: seven bits a byte, the lowest first.
    @inline(__always)
    static func unsigned(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag, so that small negative numbers stay small.
    @inline(__always)
    static func signed(_ value: Int64, to bytes: inout [UInt8]) {
        unsigned(UInt64(bitPattern: (value << 1) ^ (value >> 63)), to: &bytes)
    }

    static func text(_ value: String, to bytes: inout [UInt8]) {
        unsigned(UInt64(value.utf8.count), to: &bytes)
        bytes.append(contentsOf: value.utf8)
    }

    /// 0 for nil, else the length plus one, and the text.
    static func optionalText(_ value: String?, to bytes: inout [UInt8]) {
        guard let value else {
            bytes.append(0)
            return
        }
        unsigned(UInt64(value.utf8.count) + 1, to: &bytes)
        bytes.append(contentsOf: value.utf8)
    }

    /// 0 for nil: identifiers begin at 1.
    static func optionalID(_ value: Int64?, to bytes: inout [UInt8]) {
        unsigned(UInt64(bitPattern: value ?? 0), to: &bytes)
    }

    /// An instant in the largest unit that holds it exactly, the unit in the two low bits.
    ///
    /// Imports give whole days or seconds: three or five bytes where microseconds would take eight.
    static func instant(_ value: Timestamp, to bytes: inout [UInt8]) {
        let unit = InstantUnit.largest(for: value.rawValue)
        let count = value.rawValue / unit.microseconds
        let zigzag = UInt64(bitPattern: (count << 1) ^ (count >> 63))
        unsigned(zigzag << 2 | UInt64(unit.rawValue), to: &bytes)
    }

    static func optionalInstant(_ value: Timestamp?, to bytes: inout [UInt8]) {
        bytes.append(value == nil ? 0 : 1)
        if let value { instant(value, to: &bytes) }
    }
}

/// The units of stored instants.
enum InstantUnit: UInt8 {
    case microsecond = 0
    case second = 1
    case minute = 2
    case hour = 3

    var microseconds: Int64 {
        switch self {
        case .microsecond: 1
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        }
    }

    static func largest(for value: Int64) -> InstantUnit {
        if value % 1_000_000 != 0 { return .microsecond }
        if value % 3_600_000_000 == 0 { return .hour }
        return value % 60_000_000 == 0 ? .minute : .second
    }
}
