// What the documents owe their readers.

import Foundation

extension Rule {
    static let documentRules = [dependenciesExplained, linksResolve]

    static let dependenciesExplained = Rule(
        "ARCHITECTURE.md has a line on each dependency", covers: { $0.path == "Package.swift" }
    ) { manifest, project in
        let explained = project.file(at: "ARCHITECTURE.md")?.lines.map(\.text) ?? []
        return manifest.lines.compactMap { line in
            guard let name = dependency(in: line.text), !explained.contains(where: { $0.contains(name) }) else {
                return nil
            }
            return Finding(line: line.number, detail: name)
        }
    }

    // DocC resolves names, not paths, and checks the links of its catalogs itself.
    static let linksResolve = Rule(
        "a relative link resolves", covers: { $0.path.hasSuffix(".md") && !$0.path.contains(".docc/") }
    ) { document, project in
        MarkdownLinks.targets(in: document).compactMap { link in
            guard let path = link.path(from: document.path), !project.paths.contains(path) else { return nil }
            return Finding(line: link.line, detail: link.target)
        }
    }

    /// The name of a package by its address, or of a system library.
    private static func dependency(in text: String) -> String? {
        if let address = quotation(in: text, after: "url: ") {
            let name = address.split(separator: "/").last.map(String.init) ?? address
            return name.hasSuffix(".git") ? String(name.dropLast(4)) : name
        }
        return text.contains(".systemLibrary(") ? quotation(in: text, after: "name: ") : nil
    }

    private static func quotation(in text: String, after label: String) -> String? {
        guard let start = text.firstRange(of: label + "\"")?.upperBound else { return nil }
        return text[start...].firstIndex(of: "\"").map { String(text[start..<$0]) }
    }
}
