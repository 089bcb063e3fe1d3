// Finds the links of a Markdown document.

import Foundation

/// A link and the line that it stands on.
struct MarkdownLink: Equatable {
    let target: String
    let line: Int

    /// The path from the root of the project; nil for another site, or a place within the same document.
    func path(from document: String) -> String? {
        let bare = target.prefix { $0 != "#" && $0 != "?" }
        guard !bare.isEmpty, !bare.contains(":") else { return nil }
        var parts = bare.hasPrefix("/") ? [] : document.split(separator: "/").dropLast().map(String.init)
        for part in (bare.removingPercentEncoding ?? String(bare)).split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(String(part))
            } else if parts.popLast() == nil {
                return "outside of the project"
            }
        }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}

enum MarkdownLinks {
    /// Inline links, images and the definitions of reference links, outside of code.
    static func targets(in document: TextFile) -> [MarkdownLink] {
        var isCode = false
        return document.lines.flatMap { line in
            if ["```", "~~~"].contains(where: line.text.trimmed.hasPrefix) {
                isCode.toggle()
                return [MarkdownLink]()
            }
            return isCode ? [] : targets(in: line.text).map { MarkdownLink(target: $0, line: line.number) }
        }
    }

    private static func targets(in line: String) -> [String] {
        let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
        let prose = pieces.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined()
        var targets = prose.ranges(of: "](").map { String(prose[$0.upperBound...].prefix { $0 != ")" }) }
        if prose.hasPrefix("["), let colon = prose.firstRange(of: "]: ") {
            targets.append(String(prose[colon.upperBound...]))
        }
        return targets.compactMap { target in
            // A title may follow, and angle brackets may surround.
            target.trimmed.split(separator: " ").first.map { $0.filter { $0 != "<" && $0 != ">" } }
        }
    }
}
