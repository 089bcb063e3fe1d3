// Signs what the log holds now.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the log as it is now, and print the checkpoint.",
        discussion: """
            A checkpoint commits to every event so far. Whoever keeps one can find out later whether history was \
            changed, so give it away: one that only lies in the store protects nobody. Works while another process \
            writes, and signs only what is durable.

            A log that is shorter than what was signed before, or contradicts it, is not signed. Without --deep the \
            events since the last checkpoint are read, and what is signed always goes on from that checkpoint; with \
            it all of them are, so that an event that was rewritten since is found and its place named.

            Exit codes: 0 signed; 1 the log is not what was signed before; 2 it could not be signed.

            EXAMPLES
              enroll checkpoint --key ~/keys/spring.key > spring-2027-03-01.checkpoint
              enroll checkpoint --key ~/keys/spring.key --deep --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("The file with the secret key.", valueName: "file")) var key: String
    @Flag(help: "Read the whole log again, and compare it with what was signed.") var deep = false

    func run() throws {
        let history = try EventHistory.open(at: try store.directory)
        let signer = try SignerKey.load(key)
        guard signer.name == history.settings.origin else {
            throw Failure.couldNotRun(
                "the key is of \(signer.name), the log is \(history.settings.origin): make its key with 'enroll keygen "
                    + "\(history.settings.origin) --into FILE'")
        }
        let bar = ProgressBar(label: "checkpoint", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        let checkpoint = try history.proofTree().sign(with: signer, deep: deep) { done in
            bar.update(Int(clamping: done))
            return !Interruption.isRequested
        }
        bar.finish()
        guard output.isJSON else { return try StandardOutput.shared.writeText(checkpoint.note.encoded) }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("origin", checkpoint.origin)
        writer.field("size", checkpoint.size)
        writer.field("root", "\(checkpoint.root)")
        writer.field("checkpoint", checkpoint.note.encoded)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

extension EventHistory {
    /// The proof tree beside the log.
    func proofTree() throws -> ProofTree {
        ProofTree(at: layout.transparencyPath, of: try LogReader.open(at: layout.logPath))
    }
}

extension StandardOutput {
    /// Adds text that ends with a line feed of its own.
    func writeText(_ text: String) throws { try write { $0.append(contentsOf: text.utf8) } }
}
