// A dossier: everything about one term, with proofs, and the attestation that says that it is everything.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EventLog

struct ProveTerm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "term", abstract: "Write all events of a term, proven to be all of them: a dossier.",
        discussion: """
            The dossier has every event of the term and every refusal for it, up to the last attestation that the \
            last checkpoint covers, each with its proof of inclusion, and the attestation that states how many they \
            are. Nothing of other terms is in it. 'enroll verify-proof' checks it with the public key alone.

            EXAMPLES
              enroll attest && enroll checkpoint --key ~/keys/spring.key > today.checkpoint
              enroll prove term 3 --into term-3.dossier
              enroll verify-proof term-3.dossier --key spring.pub
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Option(help: ArgumentHelp("The file to make.", valueName: "file")) var into: String

    func run() throws {
        try NewFile.check(into)
        let history = try EventHistory.open(at: try store.directory)
        let id = try Names(sourceIDs: try history.state()).term(term)
        let bar = ProgressBar(label: "prove term", total: 0)
        defer { bar.finish() }
        var dossier: Dossier?
        try NewFile.write(to: into) { file in
            var text: [UInt8] = []
            dossier = try history.proofTree().proveTerm(
                id, of: history,
                progress: { done in
                    bar.update(Int(clamping: done))
                    return !Interruption.isRequested
                },
                write: { piece in
                    text += Array(piece.utf8)
                    guard text.count >= 1 << 16 else { return }
                    try file.write(text)
                    text.removeAll(keepingCapacity: true)
                })
            try file.write(text)
        }
        bar.finish()
        guard let dossier else { return }
        guard output.isJSON else {
            return try writeList(dossier.facts.map { ("\($0.name)", $0.value) } + [("file", into)])
        }
        var writer = JSONWriter()
        writer.openObject()
        for (name, value) in dossier.facts { writer.field(name, value) }
        writer.field("file", into)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

extension Dossier {
    /// What it shows, for people and programs.
    var facts: [(name: StaticString, value: String)] {
        [
            ("origin", origin), ("size", "\(size)"), ("term", "\(term)"), ("events", "\(events)"),
            ("refusals", "\(refusals)"), ("completeThrough", "\(through)"), ("attestedAt", "\(attestedAt)"),
            ("attestedBy", "\(attestedBy)"),
        ]
    }
}
