// The identity of a log, and the hexadecimal text that identities are shown in.

/// Sixteen random bytes that name one log; every file of the log carries them.
public struct LogID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    static func random() -> LogID {
        var generator = SystemRandomNumberGenerator()
        return LogID(high: generator.next(), low: generator.next())
    }
}

extension LogID: LosslessStringConvertible, CustomStringConvertible {
    /// Reads 32 hexadecimal digits; anything else gives `nil`.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 32, let high = parseHexadecimal(digits[0..<16]),
            let low = parseHexadecimal(digits[16..<32])
        else {
            return nil
        }
        self.init(high: high, low: low)
    }

    /// The identifier as 32 lower-case hexadecimal digits.
    public var description: String { hexadecimalText(high) + hexadecimalText(low) }
}

/// Reads up to sixteen hexadecimal digits; an empty or longer slice, or any other byte, gives `nil`.
func parseHexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard (1...16).contains(digits.count) else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt64(digit - UInt8(ascii: "A") + 10)
        default: return nil
        }
    }
    return value
}

/// Writes a number as exactly `width` lower-case hexadecimal digits.
func hexadecimalText(_ value: UInt64, width: Int = 16) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
