// JSON values in tests: compared, written in many ways, and drawn at random.

import EnrollmentTesting

@testable import EnrollmentEngine

extension JSONValue {
    /// The value as JSON without blanks, with its members in their order: equal texts are equal values.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .otherNumber(let number): number
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    /// Quoted with the two escapes that must be, and all controls as numbers.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\0"..<" ": result += "\\u" + hexadecimal(scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Parses a text in the middle of other bytes, where the places of a slice do not begin with 0.
    static func parsing(_ text: String) throws(JSONSyntaxError) -> JSONValue {
        let bytes = Array("xxx\(text)\"}]".utf8)
        return try JSONParser.parse(bytes[3..<(bytes.count - 3)])
    }

    /// The value of a member; nil where this is no object or has none of that name.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }
}

func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
}

/// Draws JSON values, and writes each in one of the many ways that mean the same.
struct JSONSource {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func value(depth: Int = 0) -> JSONValue {
        switch random.below(depth < 5 ? 9 : 6) {
        case 0: .null
        case 1: .bool(random.chance(1, in: 2))
        case 2: .integer(integer())
        case 3: .otherNumber(otherNumber())
        case 4, 5: .string(string())
        case 6: .array((0..<random.below(5)).map { _ in value(depth: depth + 1) })
        default: object(depth: depth)
        }
    }

    /// A whole document, which begins with an object as commands do.
    mutating func object(depth: Int = 0) -> JSONValue {
        .object(
            (0..<random.below(6)).map { index in
                .init(name: "\(index)\(string())", value: value(depth: depth + 1), offset: 0)
            })
    }

    private mutating func integer() -> Int64 {
        let all = Int64(bitPattern: random.next())
        return random.chance(1, in: 8) ? random.pick([.min, .max, -1, 0, 1, .min + 1]) : all >> Int64(random.below(64))
    }

    private mutating func otherNumber() -> String {
        let whole = "\(integer())"
        let fraction = "." + (0...random.below(6)).map { _ in "\(random.below(10))" }.joined()
        let exponent = random.pick(["e", "E"]) + random.pick(["", "+", "-"]) + "\(random.below(30))"
        return whole + random.pick([fraction, exponent, fraction + exponent])
    }

    mutating func string() -> String {
        var text = ""
        for _ in 0..<random.below(random.pick([2, 6, 30])) { text.unicodeScalars.append(scalar()) }
        return text
    }

    private mutating func scalar() -> Unicode.Scalar {
        let limit: UInt32 = random.pick([0x20, 0x80, 0x80, 0x80, 0x800, 0x3000, 0x10000, 0x110000])
        return Unicode.Scalar(UInt32(random.below(Int(limit)))) ?? "\u{FFFD}"
    }

    /// The value with blanks and escapes as chance has it.
    mutating func written(_ value: JSONValue) -> String {
        let inner =
            switch value {
            case .string(let text): quoted(text)
            case .array(let elements): "[" + list(elements.map { written($0) }) + "]"
            case .object(let members):
                "{" + list(members.map { blanks() + quoted($0.name) + blanks() + ":" + written($0.value) }) + "}"
            default: value.text
            }
        return blanks() + inner + blanks()
    }

    private mutating func list(_ parts: [String]) -> String { parts.isEmpty ? blanks() : parts.joined(separator: ",") }

    private mutating func blanks() -> String {
        random.chance(3, in: 4) ? "" : (0...random.below(3)).map { _ in random.pick([" ", "\t", "\n", "\r"]) }.joined()
    }

    private mutating func quoted(_ text: String) -> String {
        let short: [Unicode.Scalar: String] = [
            "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/", "\"": "\\\"",
            "\\": "\\\\",
        ]
        var result = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if let letter = short[scalar], random.chance(1, in: 2) {
                result += letter
            } else if mustEscape || random.chance(1, in: 6) {
                for unit in String(scalar).utf16 {
                    let digits = hexadecimal(UInt32(unit))
                    result += "\\u" + (random.chance(1, in: 2) ? digits : digits.uppercased())
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The bytes with one to three changes of the kind that a careless program makes.
    mutating func damaged(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0...random.below(3) {
            let place = random.below(bytes.count + 1)
            switch random.below(5) {
            case 0: bytes.insert(random.pick(Array("{}[]\",:\\ue0123456789tfn+-. \u{1}é".utf8)), at: place)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(4)))
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(12))], at: place)
            case 3 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}
