// The options that all importers share, and what they do with a plan once it is made.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentVault
import EventLog
import Foundation

/// Options of an import.
struct ImportArguments: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Decide everything on a copy of the state, print the same counts, store nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Do nothing if the cancellations in the input are more than this part of the live enrollments and the "
                + "applications in the input.", valueName: "ratio"))
    var maxCancelRatio = 0.5

    @Flag(help: "Stop at the first row that is refused.")
    var stopOnRefusal = false

    @Option(
        help: ArgumentHelp(
            "Write the report of rejected rows to this CSV file. Without it they go to standard error; on a terminal "
                + "only the first \(ReportWriter.mostOnTerminal).", valueName: "file"))
    var report: String?

    func validate() throws {
        guard maxCancelRatio >= 0, maxCancelRatio.isFinite else {
            throw ValidationError("--max-cancel-ratio must be 0 or more.")
        }
    }

    /// Makes the plan in the store's calendar, and carries it out.
    func run(_ makePlan: @escaping @Sendable (StoreCalendar) throws -> ImportPlan) async throws {
        let arguments = self
        // Its own task: when a signal cancels the command, what was submitted is still waited for and counted.
        let end = try await Task { try await arguments.carryOut(makePlan) }.value
        if end != .success { throw end }
    }

    private func carryOut(_ makePlan: @escaping @Sendable (StoreCalendar) throws -> ImportPlan) async throws -> ExitCode
    {
        if dryRun { return try await decideOnCopy(makePlan) }
        return try await StoreSession.with(store) { session in
            let engine = session.engine
            let plan = try makePlan(engine.calendar)
            let stored = try StoredSteps(try EventHistory.open(at: try store.directory))
            return try await run(plan, on: EngineTarget(engine: engine), stored) { engine.durablePosition }
        }
    }

    /// Reads only what is stored, so that it needs no lock and leaves no trace.
    private func decideOnCopy(_ makePlan: @Sendable (StoreCalendar) throws -> ImportPlan) async throws -> ExitCode {
        let directory = try store.directory
        let history = try EventHistory.open(at: directory, vault: try StoreVault.open(directory, readOnly: true))
        let plan = try makePlan(try StoreCalendar(timeZone: history.settings.timeZone))
        let stored = try StoredSteps(history)
        let target = DryRunTarget(
            state: try history.state(through: stored.lastPosition), lastRecordedAt: stored.lastRecordedAt,
            personalData: history.personalData, clock: try StoreClock.chosen())
        return try await run(plan, on: target, stored) { stored.lastPosition }
    }

    private func run(
        _ plan: ImportPlan, on target: some ImportTarget, _ stored: StoredSteps, position: () -> Position
    ) async throws -> ExitCode {
        let ratio = maxCancelRatio
        if let excess = target.read({ plan.excessOfCancellations(over: ratio, in: $0) }) {
            throw Failure(
                message: "\(RejectionCode.cancelRatioExceeded.name): \(excess); nothing was done. If it is meant, "
                    + "raise --max-cancel-ratio", exitCode: ExitStatus.refused)
        }
        if plan.rowCount == 0 { writeRemark("The input has no rows: nothing changes.") }
        let bar = ProgressBar(label: "import \(plan.kind)", total: plan.steps.count)
        let writer = try ReportWriter(path: report)
        var run = ImportRun(
            plan, on: target, stored: stored, stopsOnRefusal: stopOnRefusal, report: writer,
            shouldStop: { Interruption.isRequested })
        let summary = try await run.run { bar.update($0) }
        bar.finish()
        try writer.finish()
        try write(summary, of: plan, at: position())
        return summary.exitCode
    }

    private func write(_ summary: ImportSummary, of plan: ImportPlan, at position: Position) throws {
        if output.isJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let result = ImportResult(summary, kind: plan.kind, isDryRun: dryRun, position: position)
            try StandardOutput.shared.writeLine(String(decoding: try encoder.encode(result), as: UTF8.self))
        } else {
            let entries = summary.entries + [("last position", "\(position)")]
            try writeList(entries)
        }
        switch summary.end {
        case .interrupted:
            writeRemark(
                "Interrupted after \(counted(summary.events, "new event")), all of them stored. "
                    + "Run the same import again: it goes on from there.")
        case .stoppedOnRefusal: writeRemark("Stopped at the first refusal, as asked. The next run goes on after it.")
        case .failed:
            let reason = summary.failure.map(\.reason) ?? "the store gave no answer"
            throw Failure.couldNotRun(
                "\(reason); new events stored: \(summary.events); run the same import again: it goes on from there")
        case .complete: if dryRun { writeRemark("A dry run: nothing was stored.") }
        }
    }
}
