// Makes the read tables from nothing.

import ArgumentParser
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentVault
import EventLog

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make the read tables from the log, and put them in the place of the present ones.",
        discussion: """
            The new tables are made beside the present ones, which stay as they are until the new ones are complete. \
            Another process may write commands meanwhile only if it keeps no tables of its own.

            EXAMPLES
              enroll rebuild
              enroll rebuild --force    (the present tables are ahead of a log that was restored)
              enroll rebuild --without-vault    (a copy of the log alone: names and addresses are NULL)
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Also where the present tables hold events that the log does not have.") var force = false
    @Flag(help: "Where the vault of a store that seals is not there: names and addresses become NULL.")
    var withoutVault = false

    func run() async throws {
        let directory = try store.directory
        let vault = withoutVault ? nil : try StoreVault.open(directory, readOnly: true)
        let history = try EventHistory.open(at: directory, vault: vault)
        let report = try await withRebuildProgress(history, label: "rebuild") { progress in
            try await ReadModel.rebuild(from: history, at: history.layout, force: force, progress: progress)
        }
        try report.write(output, file: history.layout.readTablesPath)
    }
}

/// Runs something that folds the log into tables, under a progress bar.
func withRebuildProgress(
    _ history: EventHistory, label: String,
    _ work: (@escaping @Sendable (RebuildProgress) throws -> Void) async throws -> RebuildReport
) async throws -> RebuildReport {
    let bar = ProgressBar(label: label, total: Int(clamping: try history.lastPosition().rawValue))
    defer { bar.finish() }
    return try await work { progress in
        bar.update(Int(clamping: progress.position.rawValue))
        // The read model knows one error that is no failure.
        if Interruption.isRequested { throw CancellationError() }
    }
}

extension RebuildReport {
    func write(_ output: OutputOptions, file: String) throws {
        guard output.isJSON else {
            return try StandardOutput.shared.writeLine(
                "\(file.neutralised): \(counted(rows, "row")) from \(counted(events, "event")), "
                    + "as of position \(position)")
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("file", file)
        writer.field("position", position.rawValue)
        writer.field("events", events)
        writer.field("rows", rows)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
