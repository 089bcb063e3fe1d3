// What a rule is, what it finds, and the list of all rules.

import Testing

/// One habit of the house that a program can check.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let covers: @Sendable (TextFile) -> Bool
    let find: @Sendable (TextFile, Project) -> [Finding]

    var testDescription: String { name }

    static let all: [Rule] =
        sizeRules + layerRules + safetyRules + commentRules + testRules + documentRules + placeRules

    /// A rule about whole files.
    init(
        _ name: String, covers: @escaping @Sendable (TextFile) -> Bool,
        find: @escaping @Sendable (TextFile, Project) -> [Finding]
    ) {
        self.name = name
        self.covers = covers
        self.find = find
    }

    /// A rule about single lines.
    init(
        _ name: String, covers: @escaping @Sendable (TextFile) -> Bool,
        breaks: @escaping @Sendable (Line) -> Bool
    ) {
        self.init(name, covers: covers) { file, _ in
            file.lines.filter(breaks).map { Finding(line: $0.number, detail: $0.text.trimmed) }
        }
    }

    func violations(in project: Project) -> [Violation] {
        project.files.filter(covers).flatMap { file in
            find(file, project).map { Violation(path: file.path, line: $0.line, rule: name, detail: $0.detail) }
        }
    }
}

/// A line that breaks a rule, and what about it does.
struct Finding: Sendable {
    let line: Int
    let detail: String
}

/// A finding with all that a reader needs to mend it.
struct Violation: Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let rule: String
    let detail: String

    var description: String { "\(path):\(line): \(rule): \(detail)" }
}
