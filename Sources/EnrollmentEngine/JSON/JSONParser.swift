// Reads one JSON text (RFC 8259) strictly: no duplicate names, no lone surrogates, no depth without end.
//
// Foundation's readers are not used here: they keep one of two fields of the same name without a word, take 1.0 for
// 1, and do not name the column. A command that two readers understand differently has no place in a log.

/// A recursive-descent parser over the bytes of one line.
struct JSONParser {
    /// A command nests three levels deep.
    private static let deepest = 16
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    /// Parses the whole text.
    ///
    /// - Complexity: O(*n*) in its length, beside a comparison of each object's names with each other.
    static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        parser.skipBlanks()
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.index == bytes.endIndex else { throw parser.unexpected("the end of the line") }
        return value
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    private var next: UInt8? { index < bytes.endIndex ? bytes[index] : nil }
    private var offset: Int { index - bytes.startIndex }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.deepest else { throw problem("more than \(Self.deepest) levels of nesting") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try JSONStringParser.parse(bytes, &index))
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"): return try number()
        case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if skip("}") { return .object(members) }
        while true {
            guard next == UInt8(ascii: "\"") else { throw unexpected("a field name in quotes") }
            let nameOffset = offset
            let name = try JSONStringParser.parse(bytes, &index)
            if members.contains(where: { $0.name == name }) {
                throw JSONSyntaxError(offset: nameOffset, reason: "the field \"\(excerpt(name))\" stands here twice")
            }
            skipBlanks()
            guard skip(":") else { throw unexpected("a colon") }
            skipBlanks()
            let valueOffset = offset
            members.append(.init(name: name, value: try value(depth: depth + 1), offset: valueOffset))
            guard members.count <= 64 else { throw problem("more than 64 fields in one object") }
            skipBlanks()
            if skip("}") { return .object(members) }
            guard skip(",") else { throw unexpected("a comma or a closing brace") }
            skipBlanks()
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if skip("]") { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw unexpected("a comma or a closing bracket") }
            skipBlanks()
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for position in 0..<text.utf8CodeUnitCount {
            guard index + position < bytes.endIndex, bytes[index + position] == text.utf8Start[position] else {
                throw unexpected("a value")
            }
        }
        index += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        let isNegative = skip("-")
        let firstDigit = index
        var magnitude: Int64 = 0
        var fits = true
        while let digit = digit() {
            // Counted downwards, since the smallest number has no positive twin.
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, borrow) = product.subtractingReportingOverflow(digit)
            fits = fits && !overflow && !borrow
            magnitude = fits ? sum : 0
        }
        guard index > firstDigit else { throw unexpected("a digit") }
        if index > firstDigit + 1, bytes[firstDigit] == UInt8(ascii: "0") {
            index = firstDigit
            throw problem("a number begins with 0")
        }
        var isWhole = true
        if skip(".") {
            isWhole = false
            guard digit() != nil else { throw unexpected("a digit") }
            while digit() != nil {}
        }
        if skip("e") || skip("E") {
            isWhole = false
            if !skip("+") { _ = skip("-") }
            guard digit() != nil else { throw unexpected("a digit") }
            while digit() != nil {}
        }
        if isWhole, fits, isNegative || magnitude != .min { return .integer(isNegative ? magnitude : -magnitude) }
        return .otherNumber(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digit() -> Int64? {
        guard let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        index += 1
        return Int64(byte - UInt8(ascii: "0"))
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
    }

    private func problem(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(offset: offset, reason: reason) }

    private func unexpected(_ expected: String) -> JSONSyntaxError {
        guard let byte = next else { return problem("expected \(expected), but the line ends") }
        let isPrintable = (0x21...0x7E).contains(byte)
        let found = isPrintable ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
        return problem("expected \(expected), found \(found)")
    }
}
