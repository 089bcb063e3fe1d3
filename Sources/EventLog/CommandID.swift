// The identity of a command, which makes a retry after an unknown outcome safe.

internal import Synchronization

/// Sixteen bytes that name a command; a retry carries the same ones.
///
/// The log stores the identifier once per batch and never looks inside.
public struct CommandID: Hashable, Sendable {
    /// The first eight bytes, as a big-endian number.
    public let high: UInt64
    /// The last eight bytes, as a big-endian number.
    public let low: UInt64

    /// Makes an identifier from its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Draws a random identifier in the shape of a version 4 UUID (RFC 9562).
    public static func random() -> CommandID {
        let bits = RandomPool.shared.withLock { $0.next() }
        let high = bits.high & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_4000
        let low = bits.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return CommandID(high: high, low: low)
    }
}

extension CommandID: LosslessStringConvertible, CustomStringConvertible {
    /// Reads UUID text, 8-4-4-4-12 hexadecimal digits in either case; anything else gives `nil`.
    public init?(_ text: String) {
        var digits: [UInt8] = []
        var index = 0
        for byte in text.utf8 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                digits.append(byte)
            }
            index += 1
        }
        guard index == 36, let high = parseHexadecimal(digits[0..<16]), let low = parseHexadecimal(digits[16..<32])
        else {
            return nil
        }
        self.init(high: high, low: low)
    }

    /// The identifier as lower-case UUID text.
    public var description: String {
        let digits = hexadecimalText(high) + hexadecimalText(low)
        var text = ""
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
