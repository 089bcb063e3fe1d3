// Makes dossiers: the events of one term with their proofs, and the attestation that says how many there are.

public import Enrollment
public import EnrollmentEngine
internal import EventLog
internal import Transparency

extension ProofTree {
    /// Writes everything about one term that was attested and signed, as text.
    ///
    /// It is made against the last checkpoint, and the last attestation that the checkpoint covers. Whatever it says is
    /// compared with the log first, so that no dossier is made of a false attestation.
    ///
    /// - Parameters:
    ///   - term: whose events are wanted.
    ///   - history: the store of the log that this tree is of.
    ///   - progress: called with the number of events written; false gives the work up.
    ///   - write: takes the text piece by piece.
    /// - Throws: ``AuditError`` `notFound` where nothing was signed, no attestation is covered, or the term came after
    ///   it; `contradicted` where the attestation, or what was signed, is not what the log says; `damaged`, `log`,
    ///   `io`, `cancelled`; what `write` throws.
    /// - Complexity: O(*m* log² *n*) for *m* events of a log of *n*, and what the state takes; memory for the state.
    public func proveTerm(
        _ term: TermID, of history: EventHistory, progress: Progress = { _ in true }, write: (String) throws -> Void
    ) throws -> Dossier {
        let (checkpoint, tree) = try signedTree()
        let (event, attestation) = try lastAttestation(history, before: checkpoint)
        let through = Position(attestation.through)
        let versions = TermVersions(try history.state(through: through))
        guard versions.root.bytes == attestation.termVersions.bytes else {
            throw AuditError(
                .contradicted,
                "The attestation at position \(event.position) does not fit the log through \(through). Run `enroll "
                    + "audit attestations`, and keep a copy.")
        }
        guard term.rawValue >= 1, term.rawValue <= Int64(versions.counts.count) else {
            throw AuditError(
                .notFound,
                "There was no term \(term) through position \(through), which was attested last. Run `enroll attest` "
                    + "and `enroll checkpoint` where it came later.")
        }
        let count = versions.counts[Int(term.rawValue) - 1]
        let dossier = Dossier(
            term: term, events: count.events, refusals: count.refusals, through: through, attestedAt: event.position,
            attestedBy: event.actor, origin: checkpoint.origin, size: checkpoint.size)
        var prover = RecordProver(self, checkpoint, tree)
        try write(DossierHead(term: term, count: count, hashes: versions.proof(of: term)).encoded + "\n")
        try write(checkpoint.note.encoded + "\n")
        try write(try prover.prove(try record(at: event.position), event.position).encodedPath)
        try writeEvents(dossier, &prover, progress, write)
        return dossier
    }

    private func lastAttestation(
        _ history: EventHistory, before checkpoint: Checkpoint
    ) throws -> (RecordedEvent, StateAttestation) {
        let recorded = try history.recordedAttestations().last { $0.position.rawValue <= checkpoint.size }
        guard let recorded, case .stateAttested(let attestation) = recorded.event else {
            throw AuditError(
                .notFound,
                "No attestation of the state lies in what was signed last. Run `enroll attest`, then `enroll "
                    + "checkpoint`.")
        }
        guard attestation.through < recorded.position.rawValue else {
            throw AuditError(
                .contradicted,
                "The attestation at position \(recorded.position) is about position \(attestation.through), which was "
                    + "not there yet. Run `enroll attest`, then `enroll checkpoint`.")
        }
        return (recorded, attestation)
    }

    private func writeEvents(
        _ dossier: Dossier, _ prover: inout RecordProver, _ progress: Progress, _ write: (String) throws -> Void
    ) throws {
        let streams = [EventStream.term(dossier.term).key, EventStream.refusals(dossier.term).key]
        var records = try translating { () throws(LogError) in
            try log.records(from: 1, through: dossier.through, matching: RecordFilter(streams: Set(streams)))
        }
        var done: Int64 = 0
        while let record = try translating({ () throws(LogError) in try records.next() }) {
            try write("\n" + prover.prove(record.canonicalEncoding(), record.position).encodedPath)
            done += 1
            guard progress(done) else { throw AuditError(.cancelled, "The work was given up.") }
        }
        guard done == dossier.events + dossier.refusals else {
            throw AuditError(
                .log,
                "The log has \(done) events of term \(dossier.term), the state counts "
                    + "\(dossier.events + dossier.refusals). Run `enroll verify --deep`.")
        }
    }
}

/// Proves one record after the other against one checkpoint, remembering the tiles.
private struct RecordProver {
    private let proofs: ProofTree
    private let checkpoint: Checkpoint
    private var tree: KeptTree

    init(_ proofs: ProofTree, _ checkpoint: Checkpoint, _ tree: KeptTree) {
        self.proofs = proofs
        self.checkpoint = checkpoint
        self.tree = tree
    }

    mutating func prove(_ record: [UInt8], _ position: Position) throws(AuditError) -> InclusionProof {
        let index = position.rawValue - 1
        let hashes = try tree.inclusionProof(of: index, inTreeOf: checkpoint.size)
        guard
            ProofCheck.isIncluded(
                .leaf(record), at: index, inTreeOf: checkpoint.size, root: checkpoint.root, proof: hashes)
        else { throw try proofs.explanation(of: checkpoint) }
        return InclusionProof(index: index, hashes: hashes, extra: record, checkpoint: checkpoint)
    }
}
