// Puts on record what the log makes: the digests of the tables, and of how many events each term has.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog

struct AttestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Put on record what the log makes: the digest of the tables, and each term's number of events.",
        discussion: """
            Folds the log to its end and stores what it makes as an event, StateAttested, which changes no table. \
            Signed with the next checkpoint, it binds whoever runs the store to these tables and to these events of \
            each term: 'enroll prove term' makes dossiers of it that are complete, and 'enroll audit attestations' \
            finds a false one on any copy of the log. Where nothing came since the last attestation, and it is true, \
            none is added.

            EXAMPLES
              enroll attest && enroll checkpoint --key ~/keys/spring.key > spring-2027-03-01.checkpoint
              enroll attest --as @20260001 --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("Who attests: system, a user's number, or @SOURCE-ID; an ADMIN.", valueName: "actor"))
    var actor: ActorReference = .system

    func run() async throws {
        try await StoreSession.with(store) { session in
            let history = try EventHistory.open(at: try store.directory)
            let last = try history.lastPosition()
            let present = try history.attestation(at: last)
            let bar = ProgressBar(label: "attest", total: Int(clamping: last.rawValue))
            defer { bar.finish() }
            func compute(_ through: Position) throws -> StateAttestation {
                defer { bar.finish() }
                return try history.attestation(through: through) { position in
                    bar.update(Int(clamping: position.rawValue))
                    try Interruption.check()
                }
            }
            if let present {
                // Repeated only where it is true: whoever asks for an attestation shall not be handed a lie.
                if try compute(Position(present.through)) == present {
                    return try write(present, at: last, isNew: false)
                }
                writeRemark("the attestation at position \(last) is not what the log makes; attesting anew")
            }
            let attestation = try compute(last)
            let names = Names(sourceIDs: session.engine)
            let envelope = CommandEnvelope(
                id: .random(), actor: try names.actor(actor), command: .attestState(attestation))
            let result = await session.engine.execute(contentsOf: [envelope])[0]
            switch result {
            case .success(let receipt): try write(attestation, at: receipt.position, isNew: true)
            case .failure(let error):
                try ResultPrinter(output).write(result, of: envelope.id)
                throw error.exitCode
            }
        }
    }

    private func write(_ attestation: StateAttestation, at position: Position, isNew: Bool) throws {
        guard output.isJSON else {
            return try writeList([
                ("attested", isNew ? "at position \(position)" : "before, at position \(position); nothing came since"),
                ("through", "\(attestation.through)"),
                ("tables", "\(attestation.tables), version \(attestation.tablesVersion)"),
                ("versions", "\(attestation.termVersions), of \(counted(Int(attestation.terms), "term"))"),
            ])
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("position", position.rawValue)
        writer.field("isNew", isNew)
        writer.field("through", attestation.through)
        writer.field("tablesVersion", attestation.tablesVersion)
        writer.field("tables", attestation.tables.description)
        writer.field("terms", attestation.terms)
        writer.field("termVersions", attestation.termVersions.description)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

extension EventHistory {
    /// The attestation that stands at a position; nil where something else does, or nothing.
    fileprivate func attestation(at position: Position) throws -> StateAttestation? {
        guard position > .zero else { throw Failure.couldNotRun("the log is empty: there is nothing to attest yet") }
        var cursor = try cursor(from: position, through: position)
        guard let event = try cursor.next(), case .stateAttested(let attestation) = event.event,
            attestation.through == position.rawValue - 1
        else { return nil }
        return attestation
    }
}
