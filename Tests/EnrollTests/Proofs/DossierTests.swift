// Dossiers of a term: complete ones are accepted, by the key alone, and no other, by us and by Go's tlog.

import Foundation
import Testing

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
            #expect(outcome.exitCode == (tampering.isOfKey ? 2 : 1), "\(tampering): \(outcome)")
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
            (["--key", signed.evidence.key, "--old", older], 64, "a dossier needs neither"),
        ] as [([String], Int32, String)] {
            let outcome = try Program.run(["verify-proof", dossier] + words)
            #expect(outcome.exitCode == code && outcome.error.contains(says), "\(outcome)")
        }
        let notOne = try Program.run(["verify-proof", older, "--events", "--key", signed.evidence.key])
        #expect(notOne.exitCode == 2 && notOne.error.contains("are for dossiers"), "\(notOne)")
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
