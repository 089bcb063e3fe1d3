// A term that was attested twice and signed, its dossier, and what else whoever changes one may have in hand.

import Foundation
import Testing

/// What somebody is given, as text to change.
struct DossierEvidence {
    var key: String
    var dossier: String
    /// A honest dossier of another term of the same log, and of the same term of another log with the same key.
    var ofOtherTerm: String
    var ofRival: String
    var olderCheckpoint: String
    var rivalCheckpoint: String
    /// Sections that prove, against the same checkpoint, an older attestation, an event that is no attestation, and
    /// an event of the term that came after the attestation.
    var olderAttestation: String
    var otherEvent: String
    var laterEvent: String
    var otherKey: String
}

/// A store whose term 1 has seven attested events and two refusals, and one more event since; term 2 has two.
final class SignedDossier {
    let store: TemporaryStore
    let files: TemporaryDirectory
    let checkpoint: String
    let evidence: DossierEvidence

    init() throws {
        let files = try TemporaryDirectory()
        self.files = files
        let key = try SignedStore.output(["keygen", "enrollment", "--into", files.path + "/" + SignedStore.key])
        let otherKey = try SignedStore.output(["keygen", "enrollment", "--into", files.path + "/other.key"])
        store = try TemporaryStore.furnished()
        let older = try Self.begin(store, files)
        checkpoint = try Self.goOn(store, files)
        let attestations = try Self.positions("StateAttested", in: store)
        let applied = try Self.positions("EnrollmentApplied", in: store)
        try #require(attestations.count == 2 && applied.count == 4)
        let rival = try TemporaryStore.furnished()
        _ = try Self.begin(rival, files)
        let rivalCheckpoint = try Self.goOn(rival, files)
        evidence = DossierEvidence(
            key: key.trimmingCharacters(in: .newlines), dossier: try Self.dossier(1, store, files),
            ofOtherTerm: try Self.dossier(2, store, files), ofRival: try Self.dossier(1, rival, files),
            olderCheckpoint: older, rivalCheckpoint: rivalCheckpoint,
            olderAttestation: try Self.section(attestations[0], store),
            otherEvent: try Self.section(applied[0], store), laterEvent: try Self.section(applied[3], store),
            otherKey: otherKey.trimmingCharacters(in: .newlines))
    }

    private static func begin(_ store: TemporaryStore, _ files: TemporaryDirectory) throws -> String {
        for words in [["apply", "2", "1"], ["apply", "2", "2"]] { _ = try SignedStore.output(words, in: store) }
        _ = try SignedStore.output(["attest"], in: store)
        return try SignedStore.sign(store, files)
    }

    private static func goOn(_ store: TemporaryStore, _ files: TemporaryDirectory) throws -> String {
        for words in [["apply", "3", "1"], ["apply", "4", "1"]] {
            try #require(try Program.run(words, in: store).exitCode == 1)
        }
        for words in [
            ["approve", "1"], ["cancel", "1"], ["apply", "3", "1"], ["term", "capacity", "1", "4"], ["approve", "3"],
            ["attest"], ["apply", "4", "1"],
        ] { _ = try SignedStore.output(words, in: store) }
        try SignedStore.grow(store)
        return try SignedStore.sign(store, files)
    }

    private static func dossier(_ term: Int, _ store: TemporaryStore, _ files: TemporaryDirectory) throws -> String {
        let name = UUID().uuidString
        _ = try SignedStore.output(["prove", "term", "\(term)", "--into", files.path + "/" + name], in: store)
        return try files.text(name)
    }

    /// The proof of one event as a dossier has it: what stands above the checkpoint.
    static func section(_ position: String, _ store: TemporaryStore) throws -> String {
        let proof = try SignedStore.output(["prove", "inclusion", position, "--with-record"], in: store)
        return try #require(proof.components(separatedBy: "\n\n").first)
    }

    private static func positions(_ type: String, in store: TemporaryStore) throws -> [String] {
        try SignedStore.output(["tail", "--from", "1", "--format", "json"], in: store).split(separator: "\n")
            .filter { $0.contains("\"type\":\"\(type)\"") }
            .compactMap { $0.split(separator: ",").first?.split(separator: ":").last.map(String.init) }
    }
}

/// A change of a dossier; no verifier may accept any.
struct DossierTampering: Sendable, CustomStringConvertible {
    let description: String
    let isOfKey: Bool
    let apply: @Sendable (inout DossierEvidence) -> Void

    init(
        _ description: String, isOfKey: Bool = false, _ apply: @escaping @Sendable (inout DossierEvidence) -> Void
    ) {
        self.description = description
        self.isOfKey = isOfKey
        self.apply = apply
    }

    /// Sections: 0 the head, 1 and 2 the checkpoint, 3 the attestation, from 4 on the events.
    ///
    /// Of term 1 these are: scheduled, applied, two refusals, approved, cancelled, applied, capacity, approved.
    static let all = [
        DossierTampering("an event left out") { $0.dossier.sections.remove(at: 6) },
        DossierTampering("the first event left out") { $0.dossier.sections.remove(at: 4) },
        DossierTampering("the last event left out") { $0.dossier.withoutLast() },
        DossierTampering("the last refusal left out") { $0.dossier.sections.remove(at: 7) },
        DossierTampering("all events left out") {
            $0.dossier.sections.removeSubrange(4...); $0.dossier += "\n"
        },
        DossierTampering("the last event left out, and counted out") {
            $0.dossier.withoutLast()
            $0.dossier.sections[0].change(line: 2) { _ in "events 6" }
        },
        DossierTampering("a refusal left out, and counted out") {
            $0.dossier.sections.remove(at: 6)
            $0.dossier.sections[0].change(line: 3) { _ in "refusals 1" }
        },
        DossierTampering("an event twice") { $0.dossier.sections.insert($0.dossier.sections[8], at: 8) },
        DossierTampering("two events swapped") { $0.dossier.sections.swapAt(8, 9) },
        DossierTampering("an event and a refusal swapped") { $0.dossier.sections.swapAt(7, 8) },
        DossierTampering("a byte of a record changed") {
            $0.dossier.sections[8].change(line: 1) { $0.withOtherCharacter(60) }
        },
        DossierTampering("a byte of the version changed") {
            $0.dossier.sections[8].change(line: 1) { $0.withOtherCharacter(23) }
        },
        DossierTampering("an index changed") { $0.dossier.sections[8].change(line: 2) { $0 + "0" } },
        DossierTampering("a hash changed") { $0.dossier.sections[8].change(line: 4) { $0.withOtherCharacter(7) } },
        DossierTampering("a hash left out") { $0.dossier.sections[8].remove(line: 4) },
        DossierTampering("an event of another term more") { evidence in
            let stranger = evidence.ofOtherTerm.sections[5].trimmingCharacters(in: .newlines)
            evidence.dossier.sections.insert(stranger, at: 6)
        },
        DossierTampering("an event of another term instead") { evidence in
            evidence.dossier.sections[5] = evidence.ofOtherTerm.sections[5].trimmingCharacters(in: .newlines)
        },
        DossierTampering("an event from after the attestation") { evidence in
            evidence.dossier += "\n" + evidence.laterEvent + "\n"
        },
        DossierTampering("an event of another log") { $0.dossier.sections[8] = $0.ofRival.sections[8] },
        DossierTampering("the head of another term") { $0.dossier.sections[0] = $0.ofOtherTerm.sections[0] },
        DossierTampering("another term in the head") { $0.dossier.sections[0].change(line: 1) { _ in "term 2" } },
        DossierTampering("a hash of the head changed") {
            $0.dossier.sections[0].change(line: 4) { $0.withOtherCharacter(3) }
        },
        DossierTampering("an older attestation") { $0.dossier.sections[3] = $0.olderAttestation },
        DossierTampering("an attestation that is none") { $0.dossier.sections[3] = $0.otherEvent },
        DossierTampering("a forged attestation") {
            $0.dossier.sections[3].change(line: 1) { $0.withOtherCharacter(100) }
        },
        DossierTampering("the attestation of another log") { $0.dossier.sections[3] = $0.ofRival.sections[3] },
        DossierTampering("no attestation") { $0.dossier.sections.remove(at: 3) },
        DossierTampering("an older checkpoint") { $0.dossier.replaceCheckpoint(with: $0.olderCheckpoint) },
        DossierTampering("the checkpoint of another log") {
            $0.dossier.replaceCheckpoint(with: $0.rivalCheckpoint)
        },
        DossierTampering("another origin") { $0.dossier.sections[1].change(line: 0) { $0 + "2" } },
        DossierTampering("another root") { $0.dossier.sections[1].change(line: 2) { $0.withOtherCharacter(9) } },
        DossierTampering("another signature") {
            $0.dossier.sections[2] = $0.dossier.sections[2].withOtherCharacter(40)
        },
        DossierTampering("the signature of another log") { $0.dossier.sections[2] = $0.ofRival.sections[2] },
        DossierTampering("a line feed more at the end") { $0.dossier += "\n" },
        DossierTampering("the last line feed left out") { $0.dossier.removeLast() },
        DossierTampering("another key of the same name", isOfKey: true) { $0.key = $0.otherKey },
    ]
}

extension String {
    /// What stands between empty lines; the last one has the line feed at the end.
    fileprivate var sections: [String] {
        get { components(separatedBy: "\n\n") }
        set { self = newValue.joined(separator: "\n\n") }
    }

    fileprivate mutating func withoutLast() {
        sections.removeLast()
        self += "\n"
    }

    fileprivate mutating func replaceCheckpoint(with note: String) {
        sections.replaceSubrange(1...2, with: note.trimmingCharacters(in: .newlines).sections)
    }
}
