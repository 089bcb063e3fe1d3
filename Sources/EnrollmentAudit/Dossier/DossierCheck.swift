// Checks a dossier, line by line in bounded memory, with the public key alone.

public import EnrollmentEngine
internal import Enrollment
internal import EventLog
public import Transparency

/// Reads a dossier, and refuses whatever does not follow from the signature.
///
/// What it knows at the end: every event shown is in the signed log, byte by byte; they are of one term and its
/// refusals, in the order of the log; each stream's versions are 1, 2, … up to what an attestation in the same log
/// states; so none is missing, unless that attestation is false, which every replay of the log tells.
public struct DossierCheck {
    private enum Part {
        case head
        case checkpointText(DossierHead)
        case checkpointSignatures(DossierHead, [String])
        case attestation(DossierHead, Checkpoint)
        case events(Progress)
    }

    private struct Progress {
        let dossier: Dossier
        let checkpoint: Checkpoint
        var events: Int64 = 0
        var refusals: Int64 = 0
        var lastIndex: Int64 = -1
    }

    private static let longestSection = 128
    private let key: VerifierKey
    private let expected: Checkpoint?
    private var part = Part.head
    private var section: [String] = []
    private var lineNumber = 0

    /// The key must come from elsewhere than the dossier.
    ///
    /// With `checkpoint`, one that the caller kept and checked, the dossier must be made against that one.
    public init(key: VerifierKey, checkpoint: Checkpoint? = nil) {
        self.key = key
        expected = checkpoint
    }

    /// Takes the next line, without its line feed; gives an event of the term where one was proven by it.
    ///
    /// - Throws: `TransparencyError` `malformed` or `tampered`, naming the line; `unknownKey` where another key
    ///   signed. `EngineError` where a proven record is of a kind that this program does not know.
    public mutating func read(_ line: [UInt8]) throws -> RecordedEvent? {
        lineNumber += 1
        if line.isEmpty { return try endSection() }
        guard line.allSatisfy({ $0 >= 0x20 }), let text = String(validating: line, as: UTF8.self),
            section.count < Self.longestSection
        else { throw malformed("it is no text, or belongs to a section that is too long") }
        section.append(text)
        return nil
    }

    /// Ends the dossier.
    ///
    /// - Returns: what it shows, and the last event.
    /// - Throws: as ``read(_:)``; `tampered` where an event is missing.
    public mutating func finish() throws -> (dossier: Dossier, last: RecordedEvent?) {
        let last = try endSection()
        guard case .events(let progress) = part else { throw malformed("the dossier ends too early") }
        guard progress.events == progress.dossier.events, progress.refusals == progress.dossier.refusals else {
            throw TransparencyError(
                .tampered,
                "The dossier shows \(progress.events) events and \(progress.refusals) refusals of term "
                    + "\(progress.dossier.term); attested are \(progress.dossier.events) and "
                    + "\(progress.dossier.refusals): some are missing.")
        }
        return (progress.dossier, last)
    }

    private mutating func endSection() throws -> RecordedEvent? {
        guard !section.isEmpty else { throw malformed("an empty line, or the end, where a section should be") }
        defer { section.removeAll(keepingCapacity: true) }
        switch part {
        case .head: part = .checkpointText(try DossierHead(parsing: section))
        case .checkpointText(let head): part = .checkpointSignatures(head, section)
        case .checkpointSignatures(let head, let text): part = .attestation(head, try checkpoint(text))
        case .attestation(let head, let checkpoint):
            part = .events(Progress(dossier: try attested(head, checkpoint), checkpoint: checkpoint))
        case .events(var progress):
            let event = try event(&progress)
            part = .events(progress)
            return event
        }
        return nil
    }

    private func checkpoint(_ text: [String]) throws(TransparencyError) -> Checkpoint {
        let note = (text + [""] + section).map { $0 + "\n" }.joined()
        let checkpoint = try Checkpoint(parsing: Array(note.utf8))
        try checkpoint.verify(with: key)
        if let expected {
            guard checkpoint.size == expected.size, checkpoint.root == expected.root else {
                throw TransparencyError(
                    .tampered,
                    "The dossier is made against a checkpoint of \(checkpoint.size) records, the one given is of "
                        + "\(expected.size), or has another root.")
            }
        }
        return checkpoint
    }

    private func attested(_ head: DossierHead, _ checkpoint: Checkpoint) throws -> Dossier {
        let recorded = try provenRecord(checkpoint).event
        guard case .stateAttested(let attestation) = recorded.event,
            attestation.through < recorded.position.rawValue, let root = TreeHash(attestation.termVersions.bytes)
        else { throw malformed("the record of position \(recorded.position) is no attestation of what was before it") }
        let isAttested = ProofCheck.isIncluded(
            TermVersions.leaf(of: head.term, head.count), at: head.term.rawValue - 1, inTreeOf: attestation.terms,
            root: root, proof: head.hashes)
        guard isAttested else {
            throw TransparencyError(
                .tampered,
                "That term \(head.term) has \(head.count.events) events and \(head.count.refusals) refusals is not "
                    + "what was attested at position \(recorded.position).")
        }
        return Dossier(
            term: head.term, events: head.count.events, refusals: head.count.refusals,
            through: Position(attestation.through), attestedAt: recorded.position, attestedBy: recorded.actor,
            origin: checkpoint.origin, size: checkpoint.size)
    }

    private func event(_ progress: inout Progress) throws -> RecordedEvent {
        let (event, index) = try provenRecord(progress.checkpoint)
        let dossier = progress.dossier
        guard index > progress.lastIndex, event.position <= dossier.through else {
            throw tampered("position \(event.position) is out of order, or not before the attestation")
        }
        progress.lastIndex = index
        let version: Int64
        switch event.stream {
        case .term(dossier.term):
            progress.events += 1
            version = progress.events
        case .refusals(dossier.term):
            progress.refusals += 1
            version = progress.refusals
        default: throw tampered("position \(event.position) is of \(event.stream), not of term \(dossier.term)")
        }
        guard event.version.rawValue == version else {
            throw tampered("\(event.stream) goes on with version \(event.version) where \(version) is next")
        }
        return event
    }

    /// The record that a section proves, after its proof was checked.
    private func provenRecord(_ checkpoint: Checkpoint) throws -> (event: RecordedEvent, index: Int64) {
        let proof: InclusionProof
        do throws(TransparencyError) { proof = try InclusionProof(parsing: section, checkpoint: checkpoint) } catch {
            throw malformed("its section is no proof of inclusion: \(error.message)")
        }
        guard let record = proof.extra else { throw malformed("its section holds no record") }
        do throws(TransparencyError) { try proof.verify(record: record) } catch {
            throw tampered(error.message)
        }
        let event = try RecordedEvent(canonicalEncoding: record)
        guard event.position.rawValue == proof.index + 1 else {
            throw tampered("its record says position \(event.position), its proof index \(proof.index)")
        }
        return (event, proof.index)
    }

    private func malformed(_ what: String) -> TransparencyError {
        TransparencyError(.malformed, "Line \(lineNumber) of the dossier: \(what). Get the dossier again.")
    }

    private func tampered(_ what: String) -> TransparencyError {
        TransparencyError(.tampered, "Up to line \(lineNumber) of the dossier: \(what).")
    }
}
