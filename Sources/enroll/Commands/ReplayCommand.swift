// The tables as they were: at a position, or at a time.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Write the tables as they were at a position or a time into a new SQLite file.",
        discussion: """
            The same events give the same bytes. The file needs nothing beside it: any SQLite program reads it.

            EXAMPLES
              enroll replay --to 4812 --into as-of-4812.sqlite
              enroll replay --at 2027-03-01T12:00 --into march.sqlite
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("The last position to apply.", valueName: "position")) var to: Position?
    @Option(
        help: ArgumentHelp(
            "The instant; events recorded then or before are applied. ISO 8601, in the store's time zone unless it "
                + "names one.", valueName: "time"))
    var at: String?
    @Option(help: ArgumentHelp("The file to make.", valueName: "file")) var into: String

    func validate() throws {
        if (to == nil) == (at == nil) { throw ValidationError("Give --to POSITION or --at TIME.") }
    }

    func run() async throws {
        let history = try StoreVault.history(try store.directory)
        let instant = try at.map { try $0.instant(of: history, "--at") }
        let report = try await withRebuildProgress(history, label: "replay") { progress in
            if let instant {
                return try await ReadModel.materialize(history, at: instant, into: into, progress: progress)
            }
            return try await ReadModel.materialize(history, through: to ?? .zero, into: into, progress: progress)
        }
        try report.write(output, file: into)
    }
}

extension String {
    /// The instant that the text names, in the store's time zone unless it names one.
    func instant(of history: EventHistory, _ option: String) throws -> Timestamp {
        guard let instant = try StoreCalendar(timeZone: history.settings.timeZone).timestamp(self) else {
            throw Failure.usage(
                "\(option) is \"\(shortened())\", which is no instant; write one such as 2027-03-01T12:00:00Z")
        }
        return instant
    }
}
