// Dossiers of a term: complete ones are accepted, by the key alone, and no other, by us and by Go's tlog.

import Foundation
import Testing
import Transparency

@Suite struct `A dossier of a term` {
    @Test func `is verified with the key alone, and shows what happened`() throws {
        let signed = try SignedDossier()
        let dossier = try SignedStore.write(Array(signed.evidence.dossier.utf8), "a", in: signed.files)
        let kept = try SignedStore.write(Array(signed.checkpoint.utf8), "kept", in: signed.files)
        let key = signed.evidence.key
        let plain = try SignedStore.output(["verify-proof", dossier, "--key", key])
        for line in ["kind             dossier", "term             1", "events           7", "refusals         2"] {
            #expect(plain.contains(line + "\n"), "\(plain)")
        }
        #expect(plain.hasSuffix("verified\n"))
        let json = try SignedStore.output([
            "verify-proof", dossier, "--key", key, "--checkpoint", kept, "--events", "--format", "json",
        ])
        let lines = json.split(separator: "\n")
        #expect(lines.count == 10 && lines[9].hasPrefix(#"{"verified":true,"kind":"dossier""#), "\(json)")
        #expect(lines[3].contains(#""type":"CommandRefused""#) && lines[3].contains("TERM_FULL"), "\(json)")
        // The same events as the history, which reads the log.
        let history = try SignedStore.output(["history", "term", "1", "--format", "json"], in: signed.store)
        #expect(history.split(separator: "\n").prefix(9) == lines.prefix(9))
        let piped = try Program.run(["verify-proof", "-", "--key", key], input: signed.evidence.dossier)
        #expect(piped.exitCode == 0 && piped.output == plain)
    }

    @Test func `is not verified with anything changed, left out, added or forged`() throws {
        let signed = try SignedDossier()
        for tampering in DossierTampering.all {
            var changed = signed.evidence
            tampering.apply(&changed)
            #expect(changed.dossier != signed.evidence.dossier || changed.key != signed.evidence.key, "\(tampering)")
            let path = try SignedStore.write(Array(changed.dossier.utf8), "changed", in: signed.files)
            let outcome = try Program.run(["verify-proof", path, "--key", changed.key])
            let isUnchecked = tampering.isOfKey || outcome.error.hasPrefix("enroll: malformed: ")
            #expect(outcome.exitCode == (isUnchecked ? 2 : 1), "\(tampering): \(outcome)")
            #expect(outcome.output == "" && outcome.errorLines.count == 1, "\(tampering): \(outcome)")
        }
    }

    @Test(.enabled(if: OutsideVerifiers.hasGo))
    func `is accepted by Go's tlog, and no changed one is`() throws {
        let signed = try SignedDossier()
        let go = try #require(OutsideVerifiers.go)
        func verdict(_ evidence: DossierEvidence) throws -> Int32 {
            let path = try SignedStore.write(Array(evidence.dossier.utf8), "for-go", in: signed.files)
            return OutsideVerifiers.run([go, "dossier", evidence.key, path])
        }
        #expect(DossierTampering.all.count >= 10)
        #expect(try verdict(signed.evidence) == 0)
        for tampering in DossierTampering.all {
            var changed = signed.evidence
            tampering.apply(&changed)
            #expect(try verdict(changed) == 1, "\(tampering)")
        }
    }

    /// Term 1 has five events, the last at position 12; the operator attests what they like, and signs that.
    private struct Liar {
        let store: TemporaryStore
        let files: TemporaryDirectory
        let key: String
        private let head, checkpoint, attestation: String
        let events: [String]

        init(events count: Int, through: Int) throws {
            store = try TemporaryStore.furnished()
            files = try TemporaryDirectory()
            key = try SignedStore.output(["keygen", "enrollment", "--into", files.path + "/" + SignedStore.key])
                .trimmingCharacters(in: .newlines)
            for words in [["apply", "2", "1"], ["approve", "1"], ["cancel", "1"], ["apply", "3", "1"]] {
                _ = try SignedStore.output(words, in: store)
            }
            let other = TreeHash.leaf("term/2 1 0".utf8)
            let root = TreeHash.node(.leaf("term/1 \(count) 0".utf8), other).bytes
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let lie =
                #"{"actor":"system","command":"AttestState","through":\#(through),"tablesVersion":1,"terms":2,"#
                + #""tables":"\#(root)","termVersions":"\#(root)"}"#
            try #require(try Program.run(["submit", "-"], in: store, input: lie).exitCode == 0)
            head = "enroll-dossier@v1\nterm 1\nevents \(count)\nrefusals 0\n\(other)"
            checkpoint = try SignedStore.sign(store, files).trimmingCharacters(in: .newlines)
            attestation = try SignedDossier.section("13", store)
            events = try ["7", "9", "10", "11", "12"].map { [store] in try SignedDossier.section($0, store) }
        }

        /// What our program says of a dossier of these events, and what Go's does.
        func verdicts(showing shown: [String]) throws -> (ours: Program.Outcome, go: Int32) {
            let text = ([head, checkpoint, attestation] + shown).joined(separator: "\n\n") + "\n"
            let path = try SignedStore.write(Array(text.utf8), "false", in: files)
            let go = try #require(OutsideVerifiers.go)
            let ours = try Program.run(["verify-proof", path, "--key", key])
            return (ours, OutsideVerifiers.run([go, "dossier", key, path]))
        }
    }

    @Test(.enabled(if: OutsideVerifiers.hasGo))
    func `of who attests too little can lack the last events alone, and any copy of the log tells`() throws {
        let liar = try Liar(events: 4, through: 12)
        for missing in liar.events.indices {
            var shown = liar.events
            shown.remove(at: missing)
            let (ours, go) = try liar.verdicts(showing: shown)
            let isHidden = missing == liar.events.count - 1
            #expect(ours.exitCode == (isHidden ? 0 : 1) && go == ours.exitCode, "\(missing): \(ours)")
            #expect(isHidden || ours.error.contains("where \(missing + 1) is next"), "\(ours)")
        }
        let audit = try Program.run(["audit", "attestations"], in: liar.store)
        #expect(audit.exitCode == 1 && audit.output.contains("it states the terms' versions"), "\(audit)")
    }

    @Test(.enabled(if: OutsideVerifiers.hasGo))
    func `shows nothing from behind the position that was attested`() throws {
        let liar = try Liar(events: 5, through: 11)
        let (ours, go) = try liar.verdicts(showing: liar.events)
        #expect(ours.exitCode == 1 && ours.error.contains("position 12 is out of order") && go == 1, "\(ours)")
        let whole = try Liar(events: 5, through: 12)
        let honest = try whole.verdicts(showing: whole.events)
        #expect(honest.ours.exitCode == 0 && honest.go == 0, "\(honest)")
    }

    @Test func `is held to the checkpoint that somebody kept, and cannot be checked with what is none`() throws {
        let signed = try SignedDossier()
        let dossier = try SignedStore.write(Array(signed.evidence.dossier.utf8), "a", in: signed.files)
        let older = try SignedStore.write(Array(signed.evidence.olderCheckpoint.utf8), "older", in: signed.files)
        let inStore = signed.store.path + "/published"
        try Data(signed.evidence.key.utf8).write(to: URL(fileURLWithPath: inStore))
        for (words, code, says) in [
            (["--checkpoint", older, "--key", signed.evidence.key], 1, "made against a checkpoint of"),
            (["--checkpoint", dossier, "--key", signed.evidence.key], 2, "of the note is no signature"),
            (["--checkpoint", "/nonexistent", "--key", signed.evidence.key], 2, "could not open"),
            (["--key", inStore], 2, "lies in the store"),
            (["--key", signed.evidence.key, "--old", older], 64, "is a dossier, which is not checked with --old"),
        ] as [([String], Int32, String)] {
            let outcome = try Program.run(["verify-proof", dossier] + words)
            #expect(outcome.exitCode == code && outcome.error.contains(says), "\(outcome)")
        }
        let notOne = try Program.run(["verify-proof", older, "--events", "--key", signed.evidence.key])
        #expect(notOne.exitCode == 64 && notOne.error.contains("is not checked with --events"), "\(notOne)")
    }

    @Test func `is made of nothing that was not attested and signed`() throws {
        let signed = try SignedStore()
        let file = signed.files.path + "/dossier"
        func refusal(_ term: String) throws -> Program.Outcome {
            try Program.run(["prove", "term", term, "--into", file], in: signed.store)
        }
        let unattested = try refusal("1")
        #expect(unattested.exitCode == 2 && unattested.error.contains("Run `enroll attest`"), "\(unattested)")
        _ = try SignedStore.output(["attest"], in: signed.store)
        #expect(try refusal("1").exitCode == 2)
        _ = try SignedStore.sign(signed.store, signed.files)
        let unknown = try refusal("3")
        #expect(unknown.exitCode == 2 && unknown.error.contains("there was no term 3"), "\(unknown)")
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try refusal("@LOG-1").exitCode == 0)
        let again = try refusal("1")
        #expect(again.exitCode == 2 && again.error.contains("is there already"))
    }
}
