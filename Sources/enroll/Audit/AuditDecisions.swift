// Whether every seat was given to whom the rules say.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct AuditDecisions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions", abstract: "Decide every recorded command again, and name each difference.",
        discussion: """
            Each command is decided in the state that the events before it make, at the time and with the actor that \
            the log tells. A decision that differs is a finding: its position, what was recorded, and what the rules \
            say. What follows is judged by what the log has, so that one wrong decision is one finding. Needs no lock.

            Commands that left nothing in the log are not judged: those that changed nothing, and refusals where the \
            store does not record them.

            Exit codes: 0 every decision is right; 1 findings, each a line; 2 it could not be judged.

            EXAMPLES
              enroll audit decisions
              enroll audit decisions --to 2000 --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(
        help: ArgumentHelp(
            "The last position to judge; the last durable one if none is given.", valueName: "position"))
    var to: Position?

    func run() throws {
        let history = try EventHistory.open(at: try store.directory)
        let last = try history.lastPosition(notBefore: to)
        var findings = FindingPrinter(output)
        let bar = ProgressBar(label: "audit decisions", total: Int(clamping: last.rawValue))
        defer { bar.finish() }
        let report = try history.replayDecisions(
            through: last,
            progress: { position in
                bar.update(Int(clamping: position.rawValue))
                try Interruption.check()
            },
            found: { try findings.write("decisions", $0.description, at: $0.position) })
        bar.finish()
        findings.note(
            "decisions",
            "\(counted(report.commands, "command")), \(counted(report.refusals, "refusal")) among them, "
                + "\(counted(report.events, "event")), through position \(report.position)")
        try findings.finish()
    }
}

extension EventHistory {
    /// The position that was asked for, where the log has it; the last durable one where none was.
    func lastPosition(notBefore wanted: Position?) throws -> Position {
        let last = try lastPosition()
        guard let wanted else { return last }
        guard wanted <= last else {
            throw Failure.couldNotRun("there is no position \(wanted): the log ends at \(last)")
        }
        return wanted
    }
}
