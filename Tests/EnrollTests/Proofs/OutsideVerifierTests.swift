// What our program signs and proves, read by programs that we did not write: honest evidence is accepted, no other.

import Foundation
import Testing

@Suite struct `A verifier that we did not write` {
    @Test(.enabled(if: OutsideVerifiers.hasGo))
    func `such as Go's accepts our evidence, and none that was changed`() throws {
        let honest = try SignedStore().evidence
        let go = try #require(OutsideVerifiers.go)
        func verdict(_ kind: String, _ evidence: Evidence) throws -> Int32 {
            let paths = try EvidenceFiles(evidence)
            defer { withExtendedLifetime(paths) {} }
            let files =
                switch kind {
                case "inclusion": [paths.inclusion, paths.record]
                case "consistency": [paths.consistency, paths.old]
                default: [paths.checkpoint]
                }
            return OutsideVerifiers.run([go, kind, evidence.key] + files)
        }
        let kinds = [
            ("checkpoint", Tampering.ofCheckpoint), ("inclusion", Tampering.ofInclusion),
            ("consistency", Tampering.ofConsistency),
        ]
        for (kind, tamperings) in kinds {
            #expect(tamperings.count >= 10)
            #expect(try verdict(kind, honest) == 0)
            for tampering in tamperings {
                var changed = honest
                tampering.apply(&changed)
                #expect(try verdict(kind, changed) == 1, "\(kind): \(tampering)")
            }
        }
    }

    @Test(.enabled(if: OutsideVerifiers.hasOpenSSL))
    func `such as openssl accepts our signature, and none under another text or key`() throws {
        let honest = try SignedStore().evidence
        func verdict(_ evidence: Evidence) throws -> Int32 {
            let paths = try EvidenceFiles(evidence)
            defer { withExtendedLifetime(paths) {} }
            return OutsideVerifiers.run([
                OutsideVerifiers.check("verify_signature.sh"), evidence.key, paths.checkpoint,
            ])
        }
        #expect(Tampering.ofCheckpoint.count >= 10)
        #expect(try verdict(honest) == 0)
        for tampering in Tampering.ofCheckpoint {
            var changed = honest
            tampering.apply(&changed)
            #expect(try verdict(changed) == 1, "\(tampering)")
        }
    }

    /// It sees roots and paths, and neither signatures nor keys.
    @Test(.enabled(if: OutsideVerifiers.hasPymerkle))
    func `such as pymerkle finds our roots and paths in the log itself, and no others`() throws {
        let signed = try SignedStore()
        let python = try #require(OutsideVerifiers.pymerkle)
        let honest = signed.evidence
        func verdict(_ evidence: Evidence, log: String? = nil) throws -> Int32 {
            let paths = try EvidenceFiles(evidence)
            defer { withExtendedLifetime(paths) {} }
            return OutsideVerifiers.run([
                python, "-B", OutsideVerifiers.check("verify_roots.py"), log ?? signed.store.path + "/log",
                paths.checkpoint, paths.inclusion,
            ])
        }
        #expect(try verdict(honest) == 0)
        let unseen = ["signature", "key", "origin", "record", "a line more"]
        var seen = 0
        for tampering in Tampering.ofCheckpoint + Tampering.ofInclusion
        where !unseen.contains(where: tampering.description.contains) {
            var changed = honest
            tampering.apply(&changed)
            #expect(try verdict(changed) == 1, "\(tampering)")
            seen += 1
        }
        #expect(seen >= 10)
        let rewritten = try TemporaryStore.furnished()
        #expect(try verdict(honest, log: rewritten.path + "/log") == 1)
        try SignedStore.grow(rewritten)
        #expect(try verdict(honest, log: rewritten.path + "/log") == 1)
    }
}
