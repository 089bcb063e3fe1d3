// Whether everything that is stored is what it should be.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import GRDB

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the log, and the tables against the log.",
        discussion: """
            Reads every record of the log and its event, checks the tables' invariants, and compares every row with \
            the log. The log must be as long as its last signed checkpoint says. --deep also computes the root over \
            all records and compares it with what was signed, folds the log into the engine's own state and checks \
            that state's invariants. Needs no lock.

            A damaged log is a finding, and so are tables that are missing or of another store: 'enroll rebuild' makes \
            them again. Where the log is too damaged to compare the tables with, that is said.

            Exit codes: 0 sound; 1 something is wrong, each finding a line; 2 it could not be checked: no such store, \
            unreadable settings, a newer format, also of one event.

            EXAMPLES
              enroll verify
              enroll verify --deep --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Compare the log with its last checkpoint, and check the invariants of the engine's state.")
    var deep = false

    func run() async throws {
        var findings = FindingPrinter(output)
        if let history = try LogCheck.open(store, &findings) {
            try LogCheck.run(history, deep: deep, &findings)
            try Interruption.check()
            if deep { try checkState(history, &findings) }
            try Interruption.check()
            try await checkTables(history, &findings)
        } else {
            try findings.skip("tables", "not compared, since the log cannot be read")
        }
        try findings.finish()
    }

    private func checkState(_ history: EventHistory, _ findings: inout FindingPrinter) throws {
        let state: EnrollmentState
        do throws(EngineError) {
            state = try history.state()
        } catch {
            guard error.code == .damaged else { throw error }
            guard findings.isEmpty else {
                return try findings.skip("state", "not checked, since the log is damaged")
            }
            return try findings.write("state", error.message)
        }
        for violation in state.checkInvariants() { try findings.write("state", violation) }
        findings.note(
            "state",
            "\(counted(state.users.count, "user")), \(counted(state.courses.count, "course")), "
                + "\(counted(state.terms.count, "term")), \(counted(state.enrollments.count, "enrollment"))")
    }

    private func checkTables(_ history: EventHistory, _ findings: inout FindingPrinter) async throws {
        let report: EnrollmentReadModel.VerificationReport
        do {
            report = try await compare(history)
        } catch let error as ReadModelError {
            switch error.blame {
            case .tables:
                let message = error.message.replacing("If it persists, run", with: "Run")
                let remedy = message.contains("enroll rebuild") ? "" : " Run `enroll rebuild`."
                return try findings.write("tables", message + remedy)
            case .log where findings.isEmpty: return try findings.write("log", error.message)
            case .log: return try findings.skip("tables", "not compared, since the log is damaged")
            case .neither: throw error
            }
        }
        for finding in report.findings { try findings.write("tables", finding.description) }
        findings.add(unwritten: report.findingCount - report.findings.count)
        findings.note(
            "tables", "\(counted(report.rowsCompared, "row")), as of position \(report.checkpoint.position)")
    }

    private func compare(_ history: EventHistory) async throws -> EnrollmentReadModel.VerificationReport {
        // A damaged log may not say how far it goes; the bar then counts.
        let last = try? history.lastPosition()
        let bar = ProgressBar(label: "verify tables", total: Int(clamping: last?.rawValue ?? 0))
        defer { bar.finish() }
        return try await ReadModel.verify(history, at: history.layout) {
            bar.update(Int(clamping: $0.position.rawValue))
            if Interruption.isRequested { throw CancellationError() }
        }
    }
}

extension ReadModelError {
    fileprivate enum Blame {
        case tables
        case log
        /// The check itself could not be made.
        case neither
    }

    /// What is wrong where the tables could not be compared.
    fileprivate var blame: Blame {
        switch code {
        case .notFound, .foreign, .otherEpoch, .aheadOfLog, .olderSchema, .damaged: .tables
        // A statement that does not fit the tables: one of them is gone or has other columns.
        case .io where (cause as? DatabaseError)?.resultCode == .SQLITE_ERROR: .tables
        case .poisonEvent: .log
        case .log where (cause as? EngineError)?.code == .damaged: .log
        default: .neither
        }
    }
}
