// Proofs against the last checkpoint: that an event is in the log, that the log only grew.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that an event is in the log, that the log only grew, or what all events of a term are.",
        discussion: """
            Proofs are made against the last checkpoint, and hold it. 'enroll verify-proof' checks them, and so do \
            other programs for transparency logs.
            """,
        subcommands: [ProveInclusion.self, ProveConsistency.self, ProveTerm.self])
}

struct ProveInclusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inclusion", abstract: "Prove that the event at a position is in the log.",
        discussion: """
            The proof has the form c2sp.org/tlog-proof@v1. It is about the event's record, byte by byte: --with-record \
            puts the record into the proof, so that it is a receipt on its own; --record writes the record to a file, \
            as other programs want it.

            EXAMPLES
              enroll prove inclusion 4812 --with-record > receipt.tlog-proof
              enroll prove inclusion 4812 --record 4812.record > 4812.tlog-proof
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The event's position.") var position: Position
    @Flag(help: "Put the record into the proof.") var withRecord = false
    @Option(help: ArgumentHelp("A file to make for the record's bytes.", valueName: "file")) var record: String?

    func run() throws {
        let tree = try EventHistory.open(at: try store.directory).proofTree()
        let proof = try tree.proveInclusion(of: position, carryingRecord: withRecord)
        guard let record else { return try write(proof) }
        // A record whose proof nobody got is taken away again, so that a second try is not refused.
        let bytes = try tree.record(at: position)
        try NewFile.write(to: record) { file in
            try file.write(bytes)
            try write(proof)
            try StandardOutput.shared.flush()
        }
    }

    private func write(_ proof: InclusionProof) throws {
        guard output.isJSON else { return try StandardOutput.shared.writeText(proof.encoded) }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("position", position.rawValue)
        writer.field("index", proof.index)
        writer.field("size", proof.checkpoint.size)
        writer.field("proof", proof.encoded)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

struct ProveConsistency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency", abstract: "Prove that the log begins with what an older checkpoint commits to.",
        discussion: """
            Exit codes: 0 proven; 1 the log does not begin so; 2 it could not be proven.

            EXAMPLES
              enroll prove consistency spring-2027-03-01.checkpoint > since-march.proof
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The file with the older checkpoint; - is standard input.") var oldCheckpoint: String

    func run() throws {
        let old: Checkpoint
        do { old = try Checkpoint(parsing: try SmallFile.read(oldCheckpoint)) } catch let error as TransparencyError {
            throw Failure.couldNotRun("\(oldCheckpoint): \(Failure.sentence(error.message))")
        }
        let proof = try EventHistory.open(at: try store.directory).proofTree().proveConsistency(from: old)
        guard output.isJSON else { return try StandardOutput.shared.writeText(proof.encoded) }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("oldSize", proof.oldSize)
        writer.field("size", proof.checkpoint.size)
        writer.field("proof", proof.encoded)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
