// Writes JSON objects in the order in which their fields are given, without white space, into reused bytes.

package import EventLog

/// Appends JSON to an array of bytes.
///
/// The caller opens and closes objects and arrays; commas are set here. Everything that a terminal or a line reader
/// might obey is escaped, so that a value can never break out of its line.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    /// Starts anew, keeping the capacity.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    package mutating func openObject(_ name: StaticString? = nil) { open(UInt8(ascii: "{"), name) }
    package mutating func closeObject() { close(UInt8(ascii: "}")) }
    package mutating func openArray(_ name: StaticString? = nil) { open(UInt8(ascii: "["), name) }
    package mutating func closeArray() { close(UInt8(ascii: "]")) }

    package mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        decimal(value)
    }

    package mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    package mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
    }

    package mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// An id as UUID text, digit by digit: every result carries at least one.
    package mutating func field(_ name: StaticString, _ id: CommandID) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
            let half = index < 16 ? id.high : id.low
            let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - index % 16 * 4)) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func null(_ name: StaticString) {
        self.name(name)
        bytes.append(contentsOf: "null".utf8)
    }

    /// A field whose name is known at run time only.
    package mutating func field(named name: String, _ value: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        string(value)
    }

    package mutating func field(named name: String, _ value: Int64) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        decimal(value)
    }

    private mutating func open(_ bracket: UInt8, _ name: StaticString?) {
        if let name { self.name(name) } else { separate() }
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func decimal(_ value: Int64) { bytes.append(contentsOf: String(value).utf8) }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.mayNeedEscape) { escape(text) } else { bytes.append(contentsOf: text.utf8) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// 0xC2 begins the C1 controls, 0xD8 the Arabic letter mark, 0xE2 the line separators and the other bidirectional
    /// controls, 0xEF the byte order mark.
    private static func mayNeedEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x22, 0x5C, 0x7F, 0xC2, 0xD8, 0xE2, 0xEF: true
        default: false
        }
    }

    private mutating func escape(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, UInt8(scalar.value)])
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x00..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes.append(contentsOf: scalar.utf8)
            }
        }
    }
}
