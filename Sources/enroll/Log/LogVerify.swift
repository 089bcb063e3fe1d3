// Whether the log's bytes are what they should be.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct LogVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read every record of the log and check it.",
        discussion: """
            Every event must be one that this program can read: where a newer version wrote one, the error names its \
            position and the version that is needed. A log that ends before its own last checkpoint is a finding; \
            'enroll verify --deep' compares every record with what was signed.

            Exit codes: 0 sound; 1 something is wrong, each finding a line; 2 it could not be checked: no such store, \
            unreadable settings, a newer format.

            EXAMPLES
              enroll log verify
            """)

    @OptionGroup var options: LogViewOptions

    func run() throws {
        var findings = FindingPrinter(options.output)
        if let history = try LogCheck.open(options.store, &findings) {
            try LogCheck.run(history, deep: false, &findings)
        }
        try findings.finish()
    }
}

/// The log's own check, with its findings written out.
enum LogCheck {
    /// The history of a store; nil, with a finding, where its log cannot be read at all.
    ///
    /// - Throws: where there is no store that could be checked.
    static func open(_ store: StoreOptions, _ findings: inout FindingPrinter) throws -> EventHistory? {
        let directory = try store.directory
        // Without settings there is no store; with them, a log that is gone or of another store is damage to it.
        let layout = StoreLayout(directory: directory)
        if try !StoreSettings.load(layout).hasChecksum {
            findings.note(
                "settings",
                "\(layout.settingsPath) has no checksum, so a changed time zone or origin would not show; a copy by "
                    + "`enroll restore` has one")
        }
        do {
            return try StoreVault.history(directory)
        } catch let error as EngineError {
            guard [.damaged, .foreign, .notFound].contains(error.code) else { throw error }
            try findings.write("log", error.message)
            return nil
        }
    }

    /// Reads every record and its event, and compares the log with its last checkpoint; with `deep` by the root over
    /// all records.
    ///
    /// - Throws: `newerFormat` where this program is too old for an event, wherever the tables end.
    static func run(_ history: EventHistory, deep: Bool, _ findings: inout FindingPrinter) throws {
        try readRecords(history, &findings)
        try Interruption.check()
        try readEvents(history, &findings)
        try CheckpointCheck.run(history, deep: deep, &findings)
    }

    private static func readRecords(_ history: EventHistory, _ findings: inout FindingPrinter) throws {
        let bar = ProgressBar(label: "verify log", total: 1000)
        defer { bar.finish() }
        do {
            let report = try LogVerifier.verify(at: history.layout.logPath) { bar.update(Int($0 * 1000)) }
            bar.finish()
            for problem in report.problems {
                let positions = problem.positions.map { ", positions \($0.lowerBound) to \($0.upperBound)" } ?? ""
                try findings.write(
                    "log", "\(problem.path) at byte \(problem.offset)\(positions): \(problem.message)")
            }
            for note in report.notes { findings.note("log", "\(note.path): \(note.message)") }
            findings.note(
                "log",
                "\(counted(report.records, "event")) in \(counted(report.segments, "segment")), "
                    + "\(report.bytes) bytes read")
        } catch let error as LogError {
            let failure = EngineError(error)
            guard [.damaged, .notFound].contains(failure.code) else { throw failure }
            try findings.write("log", failure.message)
        }
    }

    /// Reads what the log's own check takes for bytes: events behind the end of the tables would pass unread.
    private static func readEvents(_ history: EventHistory, _ findings: inout FindingPrinter) throws {
        do throws(EngineError) {
            let bar = ProgressBar(label: "verify events", total: Int(clamping: try history.lastPosition().rawValue))
            defer { bar.finish() }
            var cursor = try history.cursor()
            while let event = try cursor.next() {
                guard event.position.rawValue % 65_536 == 0 else { continue }
                if Interruption.isRequested { break }
                bar.update(Int(clamping: event.position.rawValue))
            }
        } catch {
            guard error.code == .damaged else { throw error }
            // What is wrong with the bytes was told already.
            if findings.isEmpty { try findings.write("log", error.message) }
        }
        try Interruption.check()
    }
}

/// Findings of checks, a line each, and what was looked at.
struct FindingPrinter {
    private let isJSON: Bool
    private var notes: [(name: String, value: String)] = []
    private var count = 0

    var isEmpty: Bool { count == 0 }

    init(_ options: OutputOptions) { isJSON = options.isJSON }

    mutating func write(_ part: String, _ message: String, at position: Position? = nil) throws {
        count += 1
        guard isJSON else {
            let label = Terminal.output.styled("finding", .red)
            return try StandardOutput.shared.writeLine("\(label)  \(part)  \(message.neutralised)")
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("finding", part)
        if let position { writer.field("position", position.rawValue) }
        writer.field("message", message)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

    /// Says what a check looked at.
    mutating func note(_ part: String, _ text: String) { notes.append((part, text)) }

    /// Says that a check was not made, and why.
    mutating func skip(_ part: String, _ reason: String) throws {
        guard isJSON else { return note(part, reason) }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("skipped", part)
        writer.field("reason", reason)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

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
            let result = count == 0 ? Terminal.output.styled("sound", .green) : counted(count, "finding")
            try StandardOutput.shared.writeLine(result)
        }
        if count > 0 { throw ExitStatus.refused }
    }
}
