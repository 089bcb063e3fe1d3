// A small project made up by a test, and the line of it that a rule must find.

import Testing

/// A violation planted on purpose, or a look-alike that no rule may mistake for one.
struct Plant: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let path: String
    let text: String
    /// Where the rule must bite; nil where it must not.
    let line: Int?
    var others: [TextFile] = []

    var testDescription: String { "\(rule.name) · \(path) · \(text.prefix(60).replacing("\n", with: "⏎"))" }

    var foundLines: [Int] {
        rule.violations(in: Project(files: [TextFile(path: path, text: text)] + others)).map(\.line)
    }

    static func bites(_ rule: Rule, _ path: String, line: Int, _ text: String, beside others: [TextFile] = []) -> Plant
    {
        Plant(rule: rule, path: path, text: text, line: line, others: others)
    }

    static func spares(_ rule: Rule, _ path: String, _ text: String, beside others: [TextFile] = []) -> Plant {
        Plant(rule: rule, path: path, text: text, line: nil, others: others)
    }
}
