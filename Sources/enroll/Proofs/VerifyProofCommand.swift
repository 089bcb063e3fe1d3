// Whether a checkpoint or proof holds, by a key from elsewhere.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

struct VerifyProofCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof",
        abstract: "Check a checkpoint, a proof or a dossier with the log's public key.",
        discussion: """
            What is checked follows from the file. An inclusion proof needs the record: the one in the proof, \
            --record, or the one in a copy of the log, --store; where there are several, each must be it. A \
            consistency proof needs the older checkpoint, --old, which the same key must have signed. A checkpoint is \
            checked against every event of a copy of the log where --store names one; else its signature alone is. A \
            dossier needs nothing else; with --checkpoint, one that you kept, it must be made against that one. \
            --events writes its events. An option that a file of its kind does not use is refused.

            The key comes from whoever published it, never from the directory of a store.

            Exit codes: 0 verified; 1 tampered: something was changed; 2 it could not be checked, or is no \
            such text; 64 options of another kind.

            EXAMPLES
              enroll verify-proof receipt.tlog-proof --key spring.pub
              enroll verify-proof since-march.proof --old spring-2027-03-01.checkpoint --key spring.pub
              enroll verify-proof spring-2027-03-01.checkpoint --store ./copy --key spring.pub
              enroll verify-proof term-3.dossier --checkpoint today.checkpoint --key spring.pub --events
            """)

    @OptionGroup var output: OutputOptions
    @Argument(help: "The checkpoint, proof or dossier; - is standard input.") var file: String
    @Option(help: ArgumentHelp("The log's public key, or the file that it is in.", valueName: "key")) var key: String
    @Option(help: ArgumentHelp("The record that an inclusion proof is about.", valueName: "file")) var record: String?
    @Option(help: ArgumentHelp("The older checkpoint of a consistency proof.", valueName: "file")) var old: String?
    @Option(help: ArgumentHelp("The checkpoint that a dossier must be made against.", valueName: "file"))
    var checkpoint: String?
    @Flag(help: "Write the events of a dossier, each once it is proven.") var events = false
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp("A copy of the store whose log is compared.", valueName: "dir"))
    var storePath: String?

    func run() throws {
        let verifier = try VerifierKey.load(key)
        do {
            let input = try InputFile(file)
            let start = try input.read(atLeast: Dossier.firstLine.utf8.count + 1)
            if start.starts(with: (Dossier.firstLine + "\n").utf8) {
                return try write(try verifyDossier(start, input, verifier))
            }
            try write(try verify(try SmallFile.rest(of: input, after: start), verifier))
        } catch let error as TransparencyError {
            // What is no such text at all was hardly made by anybody who wants to deceive.
            if error.code == .malformed { throw Failure.couldNotRun("malformed: \(Failure.sentence(error.message))") }
            guard error.code == .tampered else { throw Failure.couldNotRun(Failure.sentence(error.message)) }
            try refuse(error.message)
        } catch let error as EngineError where error.code == .damaged {
            // Its proof holds, so it is as it was signed: it is this program that cannot read it.
            throw Failure.couldNotRun(Failure.sentence(error.message))
        } catch let error as AuditError where error.code == .contradicted {
            try refuse(error.message)
        }
    }

    private func verify(_ bytes: [UInt8], _ verifier: VerifierKey) throws -> [(name: StaticString, value: String)] {
        if InclusionProof.isAnnounced(by: bytes) {
            try refuseSurplus(beside: "an inclusion proof", using: ["--record", "--store"])
            return try verifyInclusion(try InclusionProof(parsing: bytes), verifier)
        }
        if ConsistencyProof.isAnnounced(by: bytes) {
            try refuseSurplus(beside: "a consistency proof", using: ["--old"])
            let proof = try ConsistencyProof(parsing: bytes)
            guard let old else {
                throw Failure.couldNotRun("a consistency proof begins at an older checkpoint: give it with --old FILE")
            }
            try proof.verify(old: try Checkpoint(parsing: try SmallFile.read(old)), with: verifier)
            return facts("consistency", proof.checkpoint) + [("oldSize", "\(proof.oldSize)")]
        }
        let checkpoint = try Checkpoint(parsing: bytes)
        try refuseSurplus(beside: "a checkpoint", using: ["--store"])
        try checkpoint.verify(with: verifier)
        guard let history = try history() else {
            return facts("checkpoint", checkpoint) + [("compared", "the signature alone; --store compares a log")]
        }
        let bar = ProgressBar(label: "verify", total: Int(clamping: checkpoint.size))
        defer { bar.finish() }
        try history.proofTree().check(checkpoint) { done in
            bar.update(Int(clamping: done))
            return !Interruption.isRequested
        }
        return facts("checkpoint", checkpoint) + [("compared", counted(checkpoint.size, "event"))]
    }

    private func verifyInclusion(
        _ proof: InclusionProof, _ verifier: VerifierKey
    ) throws -> [(name: StaticString, value: String)] {
        let records = try records(of: proof)
        guard let bytes = records.first?.bytes else {
            throw Failure.couldNotRun("the proof does not hold its record: give --record FILE, or --store DIR")
        }
        // Of several, each must be the one: whoever reads the proof's own shall not be told of another.
        for (place, bytes) in records {
            do throws(TransparencyError) { try proof.verify(record: bytes, with: verifier) } catch {
                throw records.count == 1 ? error : TransparencyError(error.code, "Of \(place): \(error.message)")
            }
        }
        let row = try RecordRow(bytes)
        guard row.position.rawValue == proof.index + 1 else {
            throw TransparencyError(
                .tampered, "The record says that it is at position \(row.position), the proof is of \(proof.index + 1)."
            )
        }
        return facts("inclusion", proof.checkpoint)
            + [("position", "\(row.position)"), ("recordedAt", "\(row.recordedAt)")]
    }

    /// The records that there are of an inclusion proof, each with the place where it was found.
    private func records(of proof: InclusionProof) throws -> [(place: String, bytes: [UInt8])] {
        var records: [(place: String, bytes: [UInt8])] = []
        if let extra = proof.extra { records.append(("the record in the proof", extra)) }
        if let record { records.append(("the record in \(record)", try SmallFile.read(record))) }
        if let history = try history() {
            let end = try history.lastPosition()
            guard proof.index < end.rawValue else {
                throw TransparencyError(.tampered, "The log ends at position \(end), before the record of the proof.")
            }
            records.append(
                ("the record in the log", try history.proofTree().record(at: Position(proof.index + 1))))
        }
        return records
    }

    /// Refuses an option that would change nothing: whoever gave it would take more for checked than was.
    func refuseSurplus(beside kind: String, using used: Set<String>) throws {
        let given = [
            ("--record", record != nil), ("--old", old != nil), ("--checkpoint", checkpoint != nil),
            ("--events", events), ("--store", storePath != nil),
        ]
        let surplus = given.filter { $0.1 && !used.contains($0.0) }.map(\.0)
        guard surplus.isEmpty else {
            throw Failure.usage(
                "\(file.shortened(to: 200)) is \(kind), which is not checked with "
                    + "\(surplus.joined(separator: " or ")): leave that out")
        }
    }

    private func history() throws -> EventHistory? { try storePath.map { try EventHistory.open(at: $0) } }

    private func facts(_ kind: String, _ checkpoint: Checkpoint) -> [(name: StaticString, value: String)] {
        [("kind", kind), ("origin", checkpoint.origin), ("size", "\(checkpoint.size)"), ("root", "\(checkpoint.root)")]
    }

    func write(_ facts: [(name: StaticString, value: String)]) throws {
        guard output.isJSON else {
            try writeList(facts.map { ("\($0.name)", $0.value) })
            return try StandardOutput.shared.writeLine(Terminal.output.styled("verified", .green))
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("verified", true)
        for (name, value) in facts { writer.field(name, value) }
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

    private func refuse(_ message: String) throws -> Never {
        if output.isJSON {
            var writer = JSONWriter()
            writer.openObject()
            writer.field("verified", false)
            writer.field("reason", message)
            writer.closeObject()
            try StandardOutput.shared.write(writer)
            throw ExitStatus.refused
        }
        throw Failure(message: "tampered: \(Failure.sentence(message))", exitCode: ExitStatus.refused)
    }
}

/// What the canonical encoding of a record says in its fixed places.
private struct RecordRow {
    let position: Position
    let recordedAt: Timestamp

    init(_ bytes: [UInt8]) throws {
        // Position, type, stream, version, time, actor, command id, length of the payload.
        guard bytes.count >= 59 else {
            throw TransparencyError(.malformed, "The record has \(bytes.count) bytes; no record of a log is so short.")
        }
        func number(_ offset: Int) -> Int64 {
            Int64(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) })
        }
        position = Position(number(0))
        recordedAt = Timestamp(microseconds: number(25))
    }
}
