// Makes a store.

import ArgumentParser
import EnrollmentEngine
import Foundation

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a store.",
        discussion: """
            A store is a directory with an event log and the tables derived from it. Its time zone, in which its days \
            begin and end, and the name of its log are fixed from then on.

            EXAMPLES
              enroll init --store ./spring --time-zone Asia/Seoul
              ENROLL_STORE=./spring enroll init --origin enroll.example/2027
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("An IANA time zone such as Asia/Seoul.", valueName: "zone"))
    var timeZone = "UTC"

    @Option(help: ArgumentHelp("The name of the log in proofs and exports.", valueName: "name"))
    var origin = "enrollment"

    func run() async throws {
        let directory = try store.directory
        let clock = try StoreClock.chosen()
        let engine: EnrollmentEngine
        do {
            engine = try await EnrollmentEngine.create(
                at: directory, timeZone: timeZone, origin: origin, clock: clock)
        } catch {
            throw error.code == .invalidArgument ? Failure.usage(error.message) : Failure(error)
        }
        try await StoreSession.with(engine) { session in
            let settings = session.engine.settings
            if output.isJSON {
                var writer = JSONWriter()
                writer.openObject()
                writer.field("store", directory)
                writer.field("storeID", settings.storeID)
                writer.field("timeZone", settings.timeZone)
                writer.field("origin", settings.origin)
                writer.closeObject()
                try StandardOutput.shared.write(writer)
            } else {
                try StandardOutput.shared.writeLine("made the store \(directory.neutralised)")
                try writeList([
                    ("id", settings.storeID), ("time zone", settings.timeZone), ("origin", settings.origin),
                ])
            }
        }
    }
}
