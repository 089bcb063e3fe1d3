// Makes a store.

import ArgumentParser
import EnrollmentEngine
import EnrollmentVault
import Foundation

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a store.",
        discussion: """
            A store is a directory with an event log and the tables derived from it. Its time zone, in which its days \
            begin and end, the name of its log, and what it does with personal data are fixed from then on.

            Names, addresses and reasons are sealed, each under a key of its user, so that 'enroll erase' can make the \
            log forget a person. The keys lie in the store's vault, wrapped by a key in a file beside the store \
            (DIR.key, or ENROLL_VAULT_KEY_FILE) or in ENROLL_VAULT_KEY. Keep backups of both, apart from the log's: \
            without them nobody opens what was sealed. With --personal-data plain all stands in the log as it is, for \
            ever.

            EXAMPLES
              enroll init --store ./spring --time-zone Asia/Seoul
              ENROLL_STORE=./spring enroll init --origin enroll.example/2027
              enroll init --store ./trial --personal-data plain
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("An IANA time zone such as Asia/Seoul.", valueName: "zone"))
    var timeZone = "UTC"

    @Option(help: ArgumentHelp("The name of the log in proofs and exports.", valueName: "name"))
    var origin = "enrollment"

    @Option(help: ArgumentHelp("What the log has of names, addresses and reasons: sealed or plain.", valueName: "form"))
    var personalData = Form.sealed

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case sealed, plain
    }

    func run() async throws {
        let directory = try store.directory
        let clock = try StoreClock.chosen()
        let source = VaultKeySource.chosen(for: directory)
        let makeVault = {
            @Sendable (layout: StoreLayout, storeID: String) throws(EngineError) -> any PersonalDataVault in
            try Vault.create(
                at: layout.vaultPath, storeID: storeID, wrapping: try source.keyForNewStore(), clock: clock)
        }
        let engine: EnrollmentEngine
        do {
            engine = try await EnrollmentEngine.create(
                at: directory, timeZone: timeZone, origin: origin,
                personalData: personalData == .plain ? .plain : .sealed(makeVault), clock: clock)
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
                writer.field("personalData", settings.personalData.rawValue)
                if settings.personalData == .sealed { writer.field("vaultKey", source.name) }
                writer.closeObject()
                try StandardOutput.shared.write(writer)
            } else {
                try StandardOutput.shared.writeLine("made the store \(directory.neutralised)")
                try writeList([
                    ("id", settings.storeID), ("time zone", settings.timeZone), ("origin", settings.origin),
                    (
                        "personal data",
                        settings.personalData == .plain
                            ? "plain" : "sealed; its key: \(source.name.neutralised) (keep a copy apart)"
                    ),
                ])
            }
        }
    }
}
