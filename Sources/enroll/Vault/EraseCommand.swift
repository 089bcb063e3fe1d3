// Makes the log forget a person.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct EraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Make the store forget a person.", subcommands: [EraseUserCommand.self])
}

struct EraseUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Destroy the key of a user's names, addresses and reasons, and clean the tables.",
        discussion: """
            What was sealed under the key is unreadable for ever, in the log, in every copy of it and in every \
            backup; the history, its decisions and its proofs stay as they are. The user's number and source id \
            stay, the address is free for another account, and who comes back is a new user. There is no way back.

            Refused while the user has live enrollments, unless --cascade ends them; while they teach; and while a \
            legal hold lies on them ('enroll vault hold'). An erasure that was cut short is finished by the next \
            command that writes to the store.

            Out of reach are exports that were handed out, backups of the vault, and worn-out blocks of a disk: \
            Documentation/personal-data.md says what is left to do.

            EXAMPLES
              enroll erase user 7
              enroll erase user @20260300 --cascade --as 2
            """)

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp("A user's number, or @SOURCE-ID.", valueName: "user")) var user: Reference
    @Flag(help: "End the user's live enrollments first.") var cascade = false

    func run() async throws {
        try await StoreSession.with(options.store) { session in
            let place = CommandPlace(names: Names(sourceIDs: session.engine), calendar: session.engine.calendar)
            let envelope = CommandEnvelope(
                id: options.commandID ?? .random(), actor: try place.names.actor(options.actor),
                command: .eraseUser(try place.names.user(user), cascade: cascade),
                effectiveAt: try options.effectiveAt.map { try place.instant($0, option: "effective-at") },
                expectedVersion: options.expectedVersion.map(StreamVersion.init(rawValue:)))
            let result = await session.engine.execute(contentsOf: [envelope])[0]
            let printer = ResultPrinter(options.output)
            try printer.write(result, of: envelope.id)
            if case .failure(let error) = result { throw error.exitCode }
            for receipt in try await session.readModel.finishErasures(of: session.engine) {
                try printer.write(.success(receipt), of: receipt.commandID)
            }
        }
    }
}
