// Keys, checkpoints and proofs by the program, and what it says of evidence that does not hold.

import Foundation
import Testing

@Suite struct `Evidence of the log` {
    @Test func `is verified with the key alone`() throws {
        let signed = try SignedStore()
        let evidence = signed.evidence
        let paths = try EvidenceFiles(evidence)
        defer { withExtendedLifetime(paths) {} }
        let receipt = try SignedStore.write(
            Array(try SignedStore.output(["prove", "inclusion", "328", "--with-record"], in: signed.store).utf8),
            "receipt", in: paths.files)
        let copy = ["--store", signed.store.path]
        let runs: [(words: [String], says: String)] = [
            ([paths.inclusion, "--record", paths.record], "position    5"), ([paths.inclusion] + copy, "position    5"),
            ([receipt], "position    328"), ([paths.consistency, "--old", paths.old], "oldSize  8"),
            ([paths.checkpoint], "compared  the signature alone"), ([paths.checkpoint] + copy, "compared  328 events"),
            ([paths.old] + copy, "compared  8 events"),
        ]
        for (words, says) in runs {
            let text = try Program.run(["verify-proof", "--key", evidence.key] + words)
            #expect(text.exitCode == 0, "\(text.error)")
            #expect(text.output.contains(says) && text.output.hasSuffix("verified\n"), "\(text.output)")
            let json = try Program.run(["verify-proof", "--format", "json", "--key", evidence.key] + words)
            #expect(json.output.hasPrefix(#"{"verified":true,"kind":""#), "\(json.output)")
        }
    }

    @Test func `is not verified with anything changed`() throws {
        let honest = try SignedStore().evidence
        let kinds = [
            ("checkpoint", Tampering.ofCheckpoint), ("inclusion", Tampering.ofInclusion),
            ("consistency", Tampering.ofConsistency),
        ]
        for (kind, tamperings) in kinds {
            for tampering in tamperings {
                var changed = honest
                tampering.apply(&changed)
                let paths = try EvidenceFiles(changed)
                defer { withExtendedLifetime(paths) {} }
                let words =
                    switch kind {
                    case "inclusion": [paths.inclusion, "--record", paths.record]
                    case "consistency": [paths.consistency, "--old", paths.old]
                    default: [paths.checkpoint]
                    }
                let outcome = try Program.run(["verify-proof", "--key", changed.key] + words)
                // What is no evidence any more, however it came to that, is not checked.
                let isUnchecked = tampering.isOfKey || outcome.error.hasPrefix("enroll: malformed: ")
                #expect(outcome.exitCode == (isUnchecked ? 2 : 1), "\(kind): \(tampering): \(outcome)")
                #expect(outcome.output == "" && outcome.errorLines.count == 1, "\(outcome)")
            }
        }
    }

    @Test func `is verified against a copy of the log, and finds one that was rewritten or cut`() throws {
        let signed = try SignedStore()
        let paths = try EvidenceFiles(signed.evidence)
        defer { withExtendedLifetime(paths) {} }
        let rival = try TemporaryStore.furnished()
        for (words, says) in [
            ([paths.checkpoint], "the log ends at position 8"), ([paths.old], "the log is not what was signed"),
            ([paths.inclusion], "is not at index 4"),
        ] {
            let outcome = try Program.run(
                ["verify-proof", "--key", signed.evidence.key, "--store", rival.path] + words)
            #expect(outcome.exitCode == 1)
            #expect(outcome.error.hasPrefix("enroll: tampered: ") && outcome.error.contains(says), "\(outcome)")
        }
    }

    @Test func `cannot be checked without what it is about, or with a key out of a store`() throws {
        let signed = try SignedStore()
        let paths = try EvidenceFiles(signed.evidence)
        defer { withExtendedLifetime(paths) {} }
        let key = signed.evidence.key
        let inStore = signed.store.path + "/published"
        try Data(key.utf8).write(to: URL(fileURLWithPath: inStore))
        let link = signed.files.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: inStore)
        for (words, says) in [
            ([paths.inclusion, "--key", key], "give --record FILE, or --store DIR"),
            ([paths.consistency, "--key", key], "give it with --old FILE"),
            (["/nonexistent", "--key", key], "could not open /nonexistent"),
            ([paths.checkpoint, "--key", "/nonexistent"], "could not open /nonexistent"),
            ([paths.checkpoint, "--key", paths.checkpoint], "no verifier key"),
            ([paths.checkpoint, "--key", inStore], "lies in the store"),
            ([paths.checkpoint, "--key", link], "lies in the store"),
            ([paths.checkpoint, "--key", key, "--store", "/nonexistent"], "no store"),
        ] {
            let outcome = try Program.run(["verify-proof"] + words)
            #expect(outcome.exitCode == 2 && outcome.error.contains(says), "\(outcome)")
            #expect(outcome.errorLines.count == 1)
        }
    }

    @Test func `is for programs too`() throws {
        let signed = try SignedStore()
        for (words, says) in [
            (["checkpoint", "--key", signed.keyPath], #"{"origin":"enrollment","size":328,"root":""#),
            (["prove", "inclusion", "5"], #"{"position":5,"index":4,"size":328,"proof":"c2sp.org/tlog-proof@v1\n"#),
        ] {
            let outcome = try Program.run(words + ["--format", "json"], in: signed.store)
            #expect(outcome.exitCode == 0 && outcome.output.hasPrefix(says), "\(outcome)")
        }
    }

    @Test func `is made without a change of the store, but for the tree`() throws {
        let signed = try SignedStore()
        let before = try signed.store.fingerprint()
        _ = try SignedStore.output(["prove", "inclusion", "300"], in: signed.store)
        let paths = try EvidenceFiles(signed.evidence)
        defer { withExtendedLifetime(paths) {} }
        _ = try SignedStore.output(["prove", "consistency", paths.old], in: signed.store)
        #expect(try signed.store.fingerprint() == before)
        _ = try SignedStore.sign(signed.store, signed.files)
        let changed = Set(try signed.store.fingerprint()).subtracting(before)
        #expect(changed.allSatisfy { $0.hasPrefix("transparency") }, "\(changed)")
    }
}

@Suite struct `A key of the log` {
    @Test func `is kept in a file of its owner's, out of the store, and never written over`() throws {
        let files = try TemporaryDirectory()
        let store = try TemporaryStore.furnished()
        let path = files.path + "/log.key"
        #expect(try SignedStore.output(["keygen", "enrollment", "--into", path]).hasPrefix("enrollment+"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let secret = try files.text("log.key")
        for (words, code) in [
            (["enrollment", "--into", path], 2), (["enrollment", "--into", store.path + "/log.key"], 2),
            (["two words", "--into", files.path + "/b"], 64),
        ] as [([String], Int32)] {
            #expect(try Program.run(["keygen"] + words).exitCode == code)
        }
        #expect(try files.text("log.key") == secret)
    }

    @Test func `that others may read, or of another log, signs nothing`() throws {
        let files = try TemporaryDirectory()
        let store = try TemporaryStore.furnished()
        _ = try SignedStore.output(["keygen", "another", "--into", files.path + "/another.key"])
        _ = try SignedStore.output(["keygen", "enrollment", "--into", files.path + "/open.key"])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: files.path + "/open.key")
        for (name, says) in [("another.key", "the key is of another"), ("open.key", "chmod 600")] {
            let outcome = try Program.run(["checkpoint", "--key", files.path + "/" + name], in: store)
            #expect(outcome.exitCode == 2 && outcome.error.contains(says), "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: store.path + "/transparency"))
    }
}

@Suite struct `A log that was cut below what was signed` {
    @Test func `is neither signed nor written to`() throws {
        let signed = try SignedStore()
        let cut = try TemporaryStore.furnished()
        try FileManager.default.copyItem(
            atPath: signed.store.path + "/transparency", toPath: cut.path + "/transparency")
        let again = try Program.run(["checkpoint", "--key", signed.keyPath], in: cut)
        #expect(again.exitCode == 1)
        #expect(again.error.contains("the log ends at position 8, but 328 records of it were signed"), "\(again.error)")
        let before = try records(of: cut)
        let apply = try Program.run(["apply", "2", "1"], in: cut)
        #expect(apply.exitCode == 2)
        for words in [
            "the log ends at position 8, but the last signed checkpoint in \(cut.path)/transparency/checkpoint proves "
                + "that position 328 was acknowledged", "the positions 9 to 328 are missing",
            "If an older copy is meant, make a new store of it with `enroll restore --without-checkpoint`",
        ] { #expect(apply.error.contains(words), "\(apply.error)") }
        #expect(try records(of: cut) == before)
    }

    /// The segments and what names them; the files for lock and end are anybody's who opens the log.
    private func records(of store: TemporaryStore) throws -> [String] {
        try store.fingerprint().filter { $0.hasPrefix("log/0") || $0.hasPrefix("log/MANIFEST") }
    }
}
