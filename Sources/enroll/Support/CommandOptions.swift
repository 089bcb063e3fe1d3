// What every command of the domain takes beside its own fields, and how one is run.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EventLog

/// Store, output, and what a caller says about a command.
struct CommandOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("Who gives the command: system, a user's number, or @SOURCE-ID.", valueName: "actor"))
    var actor: ActorReference = .system

    @Option(
        help: ArgumentHelp(
            "A UUID of your choice. Repeating a command with its id gives the first answer again and changes nothing.",
            valueName: "uuid"))
    var commandID: CommandID?

    @Option(
        help: ArgumentHelp(
            "When it counts as given, where that is not now: ISO 8601, in the store's time zone unless it names one.",
            valueName: "time"))
    var effectiveAt: String?

    @Option(
        help: ArgumentHelp(
            "Refuse unless this is the version of the user's, course's or term's stream.", valueName: "version"))
    var expectedVersion: Int64?
}

/// A subcommand that is one command of the domain.
protocol DomainCommand: AsyncParsableCommand {
    var options: CommandOptions { get }

    /// The command, with its references resolved in an open store.
    func command(_ context: CommandPlace) throws -> Command
}

/// Where a command is made: names and calendar of the store.
struct CommandPlace {
    let names: Names
    let calendar: StoreCalendar

    /// An instant from an option.
    func instant(_ text: String, option: String) throws -> Timestamp {
        guard let instant = calendar.timestamp(text) else {
            throw Failure.usage(
                "--\(option) is \"\(text.shortened())\", which is no instant; write one such as 2027-02-01T09:00:00Z")
        }
        return instant
    }
}

extension DomainCommand {
    func run() async throws {
        try await StoreSession.with(options.store) { session in
            let place = CommandPlace(names: Names(sourceIDs: session.engine), calendar: session.engine.calendar)
            let envelope = CommandEnvelope(
                id: options.commandID ?? .random(), actor: try place.names.actor(options.actor),
                command: try command(place),
                effectiveAt: try options.effectiveAt.map { try place.instant($0, option: "effective-at") },
                expectedVersion: options.expectedVersion.map(StreamVersion.init(rawValue:)))
            let result = await session.engine.execute(contentsOf: [envelope])[0]
            try ResultPrinter(options.output).write(result, of: envelope.id)
            if case .failure(let error) = result { throw error.exitCode }
        }
    }
}
