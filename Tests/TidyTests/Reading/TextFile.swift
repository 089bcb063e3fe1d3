// A file as lines, each with its code and its comment apart.

import Foundation

/// A file of text, by its path from the root of the project.
struct TextFile: Sendable {
    let path: String
    let lines: [Line]

    init(path: String, text: String) {
        self.path = path
        let texts = Self.split(Array(text.utf8))
        guard path.hasSuffix(".swift") else {
            lines = texts.enumerated().map { Line(number: $0 + 1, text: $1, code: $1, comment: "") }
            return
        }
        let mask = SwiftMask(text)
        let codes = Self.split(mask.code)
        let comments = Self.split(mask.comments)
        lines = texts.indices.map { index in
            Line(number: index + 1, text: texts[index], code: codes[index], comment: comments[index].trimmed)
        }
    }

    var isSwift: Bool { path.hasSuffix(".swift") }

    /// Whether people write it in a language for machines.
    var isCode: Bool {
        isSwift || isIn("Scripts") || isIn(".ci") || [".h", ".py", ".sh"].contains(where: path.hasSuffix)
    }

    func isIn(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    /// Whether one of the lines above, that many at most, carries a comment.
    func hasComment(above number: Int, within count: Int) -> Bool {
        lines[max(0, number - 1 - count)..<(number - 1)].contains { !$0.comment.isEmpty }
    }

    private static func split(_ bytes: [UInt8]) -> [String] {
        var parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// One line: whole, without comments and the contents of strings, and its comment alone.
struct Line: Sendable {
    let number: Int
    let text: String
    let code: String
    let comment: String
}
