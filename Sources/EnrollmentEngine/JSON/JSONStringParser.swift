// Reads one JSON string: its escapes, and the proof that the rest is valid UTF-8 without raw control characters.

/// Parses the string that begins at an index, and moves the index behind it.
enum JSONStringParser {
    static func parse(_ bytes: ArraySlice<UInt8>, _ index: inout Int) throws(JSONSyntaxError) -> String {
        let opening = index
        var end = index + 1
        var hasEscapes = false
        while true {
            guard end < bytes.endIndex else {
                throw JSONSyntaxError(offset: opening - bytes.startIndex, reason: "this text has no closing quote")
            }
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 {
                throw JSONSyntaxError(
                    offset: end - bytes.startIndex,
                    reason: "a control character (byte 0x\(String(byte, radix: 16, uppercase: true))) needs an escape")
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                end += 1
            }
            end += 1
        }
        let content = bytes[(opening + 1)..<end]
        index = end + 1
        let text = hasEscapes ? try unescaped(content, of: bytes) : String(validating: content, as: UTF8.self)
        guard let text else {
            throw JSONSyntaxError(offset: opening - bytes.startIndex, reason: "this text is not valid UTF-8")
        }
        return text
    }

    private static func unescaped(
        _ content: ArraySlice<UInt8>, of bytes: ArraySlice<UInt8>
    ) throws(JSONSyntaxError) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let start = index
            // The scan for the closing quote saw that a byte follows every backslash.
            let letter = content[index + 1]
            index += 2
            if let plain = plainEscape(letter) {
                result.append(plain)
            } else if letter == UInt8(ascii: "u"), let scalar = unicodeEscape(content, &index) {
                result.append(contentsOf: Array(String(Character(scalar)).utf8))
            } else {
                throw JSONSyntaxError(offset: start - bytes.startIndex, reason: "this escape has no meaning")
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func plainEscape(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of two that form a surrogate pair; nil where there is none.
    private static func unicodeEscape(_ content: ArraySlice<UInt8>, _ index: inout Int) -> Unicode.Scalar? {
        guard let first = fourDigits(content, &index) else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
        guard content.endIndex - index >= 6, content[index] == UInt8(ascii: "\\"),
            content[index + 1] == UInt8(ascii: "u")
        else { return nil }
        index += 2
        guard let second = fourDigits(content, &index), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private static func fourDigits(_ content: ArraySlice<UInt8>, _ index: inout Int) -> UInt32? {
        guard content.endIndex - index >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in content[index..<(index + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
