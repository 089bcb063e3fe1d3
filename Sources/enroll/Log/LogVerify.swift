// Whether the log's bytes are what they should be.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct LogVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read every byte of the log and check it.",
        discussion: """
            Exit codes: 0 sound; 1 something is wrong, each finding a line; 2 it could not be checked.

            EXAMPLES
              enroll log verify
            """)

    @OptionGroup var options: LogViewOptions

    func run() throws {
        let history = try EventHistory.open(at: try options.store.directory)
        var findings = FindingPrinter(options.output)
        try LogCheck.run(history, &findings)
        try findings.finish()
    }
}

/// The log's own check, with its findings written out.
enum LogCheck {
    static func run(_ history: EventHistory, _ findings: inout FindingPrinter) throws {
        let bar = ProgressBar(label: "verify log", total: 1000)
        let report = try LogVerifier.verify(at: history.layout.logPath) { bar.update(Int($0 * 1000)) }
        bar.finish()
        for problem in report.problems {
            let positions = problem.positions.map { ", positions \($0.lowerBound) to \($0.upperBound)" } ?? ""
            try findings.write(
                "log", "\(problem.path) at byte \(problem.offset)\(positions): \(problem.message)")
        }
        findings.note("log", "\(report.records) events in \(report.segments) segments, \(report.bytes) bytes read")
    }
}

/// Findings of checks, a line each, and what was looked at.
struct FindingPrinter {
    private let isJSON: Bool
    private var notes: [(name: String, value: String)] = []
    private var count = 0

    init(_ options: OutputOptions) { isJSON = options.isJSON }

    mutating func write(_ part: String, _ message: String) throws {
        count += 1
        guard isJSON else {
            let label = Terminal.output.styled("finding", .red)
            return try StandardOutput.shared.writeLine("\(label)  \(part)  \(message.neutralised)")
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("finding", part)
        writer.field("message", message)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

    /// Says what a check looked at.
    mutating func note(_ part: String, _ text: String) { notes.append((part, text)) }

    /// Adds findings that were counted but not written.
    mutating func add(unwritten: Int) { count += unwritten }

    /// Writes the result.
    ///
    /// - Throws: exit code 1 where there were findings.
    func finish() throws {
        if isJSON {
            var writer = JSONWriter()
            writer.openObject()
            writer.field("sound", count == 0)
            writer.field("findings", count)
            writer.closeObject()
            try StandardOutput.shared.write(writer)
        } else {
            try writeList(notes)
            let result = count == 0 ? Terminal.output.styled("sound", .green) : "\(count) findings"
            try StandardOutput.shared.writeLine(result)
        }
        if count > 0 { throw ExitStatus.refused }
    }
}
