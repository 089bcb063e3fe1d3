// Options and files that verify-proof and its makers are not for: refused, and never taken for a check that was made.

import ChildProcesses
import Foundation
import Testing

@Suite struct `Checking evidence` {
    @Test func `refuses every option that a file of its kind does not use`() throws {
        let signed = try SignedStore()
        let paths = try EvidenceFiles(signed.evidence)
        defer { withExtendedLifetime(paths) {} }
        for (words, surplus) in [
            ([paths.checkpoint, "--old", paths.old], "--old"),
            ([paths.checkpoint, "--record", paths.record], "--record"),
            ([paths.consistency, "--old", paths.old, "--store", "/nonexistent"], "--store"),
            ([paths.consistency, "--old", paths.old, "--record", paths.record], "--record"),
            ([paths.inclusion, "--record", paths.record, "--old", paths.old], "--old"),
            ([paths.inclusion, "--record", paths.record, "--checkpoint", paths.checkpoint], "--checkpoint"),
            ([paths.checkpoint, "--checkpoint", paths.checkpoint, "--events"], "--checkpoint or --events"),
        ] {
            let outcome = try Program.run(["verify-proof", "--key", signed.evidence.key] + words)
            #expect(outcome.exitCode == 64 && outcome.output == "", "\(words): \(outcome)")
            #expect(outcome.error.contains("is not checked with \(surplus): leave that out"), "\(outcome)")
        }
    }

    @Test func `holds the record in a receipt to the one in the log, or in a file`() throws {
        let signed = try SignedStore()
        let paths = try EvidenceFiles(signed.evidence)
        defer { withExtendedLifetime(paths) {} }
        let receipt = try SignedStore.output(["prove", "inclusion", "5", "--with-record"], in: signed.store)
        let line = try #require(receipt.split(separator: "\n").first { $0.hasPrefix("extra ") })
        // A character in the middle of the base64, so that it stays base64 of as many bytes.
        let place = line.index(line.startIndex, offsetBy: 30)
        let changed = line[..<place] + (line[place] == "A" ? "B" : "A") + line[line.index(after: place)...]
        let bad = try SignedStore.write(Array(receipt.replacing(line, with: changed).utf8), "bad", in: paths.files)
        let good = try SignedStore.write(Array(receipt.utf8), "good", in: paths.files)
        let other = try SignedStore.write(signed.evidence.otherRecord, "other", in: paths.files)
        let copies = [["--store", signed.store.path], ["--record", paths.record], []]
        for words in copies {
            let key = ["--key", signed.evidence.key]
            #expect(try Program.run(["verify-proof", good] + key + words).exitCode == 0)
            let outcome = try Program.run(["verify-proof", bad] + key + words)
            #expect(outcome.exitCode == 1 && outcome.error.hasPrefix("enroll: tampered: "), "\(words): \(outcome)")
            #expect(words.isEmpty || outcome.error.contains("the record in the proof"), "\(outcome)")
        }
        let mixed = try Program.run(["verify-proof", good, "--key", signed.evidence.key, "--record", other])
        #expect(mixed.exitCode == 1 && mixed.error.contains("the record in \(other)"), "\(mixed)")
    }

    @Test func `calls a file that is no evidence malformed, and not tampered with`() throws {
        let signed = try SignedStore()
        let files = signed.files
        let evidence = signed.evidence
        for (bytes, name) in [
            (Array("a letter\n".utf8), "letter"), ([0, 1, 2, 255], "binary"), ([], "empty"),
            (Array("enroll-dossier@v1\nnothing\n".utf8), "no dossier"),
            (Array(evidence.inclusion.utf8.prefix(60)), "half a proof"), (Array(evidence.key.utf8), "a key"),
        ] {
            let path = try SignedStore.write(bytes, name, in: files)
            let outcome = try Program.run(["verify-proof", path, "--key", evidence.key])
            #expect(outcome.exitCode == 2 && outcome.output == "", "\(name): \(outcome)")
            #expect(
                outcome.error.hasPrefix("enroll: malformed: ") && outcome.errorLines.count == 1, "\(name): \(outcome)")
        }
    }
}

@Suite struct `Making evidence` {
    @Test func `leaves no record behind whose proof nobody got`() throws {
        let signed = try SignedStore()
        let record = signed.files.path + "/a.record"
        let words = ["prove", "inclusion", "5", "--record", record]
        let full = try Program.start(words, in: signed.store, output: .file("/dev/full"), error: .file("/dev/null"))
        #expect(full.exitCode() == 2)
        #expect(!FileManager.default.fileExists(atPath: record))
        #expect(try SignedStore.output(words, in: signed.store) == signed.evidence.inclusion)
        #expect(try SignedStore.bytes(record) == signed.evidence.record)
        let again = try Program.run(words, in: signed.store)
        #expect(again.exitCode == 2 && again.output == "" && again.error.contains("is there already"), "\(again)")
    }

    @Test func `with the public key says that it is that`() throws {
        let signed = try SignedStore()
        let path = try SignedStore.write(Array((signed.evidence.key + "\n").utf8), "log.pub", in: signed.files)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let outcome = try Program.run(["checkpoint", "--key", path], in: signed.store)
        #expect(outcome.exitCode == 2 && outcome.error.contains("holds the public key, which signs nothing"))
        #expect(!outcome.error.contains("secret") && !outcome.error.contains("chmod"), "\(outcome)")
    }
}
