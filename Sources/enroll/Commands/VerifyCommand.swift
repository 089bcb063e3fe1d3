// Whether everything that is stored is what it should be.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the log, and the tables against the log.",
        discussion: """
            Reads every byte of the log, checks the tables' invariants, and compares every row with the log. --deep \
            also folds the whole log into the engine's own state and checks that state's invariants. Needs no lock.

            Exit codes: 0 sound; 1 something is wrong, each finding a line; 2 it could not be checked.

            EXAMPLES
              enroll verify
              enroll verify --deep --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Fold the log into the engine's state too, and check its invariants.") var deep = false

    func run() async throws {
        let history = try EventHistory.open(at: try store.directory)
        var findings = FindingPrinter(output)
        try LogCheck.run(history, &findings)
        try Interruption.check()
        if deep { try checkState(history, &findings) }
        try Interruption.check()
        try await checkTables(history, &findings)
        try findings.finish()
    }

    private func checkState(_ history: EventHistory, _ findings: inout FindingPrinter) throws {
        let state = try history.state()
        for violation in state.checkInvariants() { try findings.write("state", violation) }
        findings.note(
            "state",
            "\(state.users.count) users, \(state.courses.count) courses, \(state.terms.count) terms, "
                + "\(state.enrollments.count) enrollments")
    }

    private func checkTables(_ history: EventHistory, _ findings: inout FindingPrinter) async throws {
        let bar = ProgressBar(label: "verify tables", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        let report = try await ReadModel.verify(history, at: history.layout) {
            bar.update(Int(clamping: $0.position.rawValue))
        }
        for finding in report.findings { try findings.write("tables", finding.description) }
        findings.add(unwritten: report.findingCount - report.findings.count)
        findings.note("tables", "\(report.rowsCompared) rows, as of position \(report.checkpoint.position)")
    }
}
