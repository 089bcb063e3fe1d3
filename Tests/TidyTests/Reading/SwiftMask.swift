// Tells code, comments and the contents of strings apart, so that no rule trips over a quotation.

/// Two copies of a Swift source with blanks in place of what does not belong; lines stay where they are.
struct SwiftMask {
    /// The code; the contents of strings, patterns and raw identifiers are blank, their delimiters stay.
    ///
    /// A pattern between bare slashes counts as code, since only a parser can tell it from a division.
    private(set) var code: [UInt8] = []
    /// The comments, with their slashes.
    private(set) var comments: [UInt8] = []

    private let source: [UInt8]
    private var place = 0
    /// What the place is inside of, innermost last; code when empty.
    private var contexts: [Context] = []

    private enum Context: Equatable {
        case lineComment, identifier
        case blockComment
        case string(hashes: Int, quotes: Int)
        case pattern(hashes: Int)
        case interpolation(parentheses: Int)
    }

    private enum Destination { case code, comments, neither }

    init(_ text: String) {
        source = Array(text.utf8)
        code.reserveCapacity(source.count)
        comments.reserveCapacity(source.count)
        while place < source.count {
            if source[place] == UInt8(ascii: "\n") {
                endLine()
            } else {
                scan()
            }
        }
    }

    private mutating func scan() {
        switch contexts.last {
        case nil, .interpolation: scanCode()
        case .lineComment: copy(1, to: .comments)
        case .blockComment: scanBlockComment()
        case .identifier: scanDelimited(closing: "`")
        case .pattern(let hashes): scanDelimited(closing: "/" + String(repeating: "#", count: hashes))
        case .string(let hashes, let quotes): scanString(hashes: hashes, quotes: quotes)
        }
    }

    private mutating func scanCode() {
        if isAt("//") {
            contexts.append(.lineComment)
        } else if isAt("/*") {
            enterBlockComment()
        } else if isAt("`") {
            contexts.append(.identifier)
            copy(1, to: .code)
        } else if !enterLiteral() {
            countParentheses()
            copy(1, to: .code)
        }
    }

    /// Enters a string, raw or not, of one line or many, or a pattern that opens with hashes.
    private mutating func enterLiteral() -> Bool {
        let hashes = run(of: "#", from: place)
        let quotes = run(of: "\"", from: place + hashes)
        if quotes > 0 {
            let opening = quotes >= 3 ? 3 : 1
            contexts.append(.string(hashes: hashes, quotes: opening))
            copy(hashes + opening, to: .code)
            return true
        }
        guard hashes > 0, run(of: "/", from: place + hashes) == 1 else { return false }
        contexts.append(.pattern(hashes: hashes))
        copy(hashes + 1, to: .code)
        return true
    }

    private mutating func scanString(hashes: Int, quotes: Int) {
        let raw = String(repeating: "#", count: hashes)
        if isAt("\\" + raw) {
            if isAt("\\" + raw + "(") {
                contexts.append(.interpolation(parentheses: 0))
                copy(1 + hashes, to: .neither)
            } else {
                let isLineEnd = run(of: "\n", from: place + 1 + hashes) > 0
                copy(1 + hashes + (isLineEnd ? 0 : 1), to: .neither)
            }
        } else {
            scanDelimited(closing: String(repeating: "\"", count: quotes) + raw)
        }
    }

    private mutating func scanDelimited(closing: String) {
        if isAt(closing) {
            contexts.removeLast()
            copy(closing.utf8.count, to: .code)
        } else {
            copy(1, to: .neither)
        }
    }

    private mutating func enterBlockComment() {
        contexts.append(.blockComment)
        copy(2, to: .comments)
    }

    private mutating func scanBlockComment() {
        if isAt("/*") {
            enterBlockComment()
        } else if isAt("*/") {
            contexts.removeLast()
            copy(2, to: .comments)
        } else {
            copy(1, to: .comments)
        }
    }

    private mutating func countParentheses() {
        guard case .interpolation(var parentheses) = contexts.last else { return }
        if isAt("(") { parentheses += 1 }
        if isAt(")") { parentheses -= 1 }
        contexts[contexts.count - 1] = .interpolation(parentheses: parentheses)
        if parentheses == 0, isAt(")") { contexts.removeLast() }
    }

    /// What cannot go on to the next line ends here, closed or not, so that no error runs through a file.
    private mutating func endLine() {
        let end = contexts.firstIndex { context in
            switch context {
            case .lineComment, .identifier, .string(_, quotes: 1): true
            case .blockComment, .string, .pattern, .interpolation: false
            }
        }
        if let end { contexts.removeSubrange(end...) }
        code.append(source[place])
        comments.append(source[place])
        place += 1
    }

    private mutating func copy(_ count: Int, to destination: Destination) {
        for byte in source[place..<min(place + count, source.count)] {
            code.append(destination == .code ? byte : UInt8(ascii: " "))
            comments.append(destination == .comments ? byte : UInt8(ascii: " "))
        }
        place += count
    }

    private func isAt(_ text: String) -> Bool {
        source[place...].starts(with: text.utf8)
    }

    private func run(of character: Unicode.Scalar, from start: Int) -> Int {
        let byte = UInt8(ascii: character)
        var end = start
        while end < source.count, source[end] == byte { end += 1 }
        return end - start
    }
}
