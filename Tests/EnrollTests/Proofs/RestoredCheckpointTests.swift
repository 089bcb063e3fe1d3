// Backups and restores of a store that was signed: what was signed comes along, and the log has to agree with it.

import Foundation
import Testing

@Suite struct `A backup of a signed log` {
    @Test func `knows what was signed, and so does the store that it becomes`() throws {
        let signed = try SignedStore()
        let (backup, copy) = (signed.files.path + "/backup", signed.files.path + "/copy")
        let taken = try SignedStore.output(["backup", backup, "--format", "json"], in: signed.store)
        #expect(taken.contains(#","signedPosition":328}"#), "\(taken)")
        let restored = try SignedStore.output(["restore", backup, copy])
        #expect(restored.contains("checkpoint  signed up to position 328"), "\(restored)")
        for path in [backup, copy] {
            let checkpoint = try SignedStore.bytes(path + "/transparency/checkpoint")
            #expect(String(decoding: checkpoint, as: UTF8.self) == signed.evidence.checkpoint)
        }
        // It is written on, and signed on: the log of the old checkpoint is the beginning of the new one's.
        #expect(try Program.run(["apply", "2", "2", "--store", copy]).exitCode == 0)
        _ = try SignedStore.output(["checkpoint", "--key", signed.keyPath, "--store", copy])
        let old = try SignedStore.write(Array(signed.evidence.checkpoint.utf8), "before", in: signed.files)
        let proof = try SignedStore.output(["prove", "consistency", old, "--store", copy])
        let file = try SignedStore.write(Array(proof.utf8), "proof", in: signed.files)
        #expect(
            try SignedStore.output(["verify-proof", file, "--old", old, "--key", signed.evidence.key])
                .contains("oldSize  328"))
    }

    @Test func `is not restored where the log is another than was signed, unless that is meant`() throws {
        let signed = try SignedStore()
        let files = FileManager.default
        let rewritten = try TemporaryStore.furnished(personalData: "plain")
        try SignedStore.grow(rewritten)
        for (log, says) in [
            (
                try TemporaryStore.furnished(personalData: "plain"),
                "the log ends at position 8, but 328 records of it were signed"
            ),
            (rewritten, "the log is not what was signed: its first 328 records give another root"),
        ] {
            let backup = signed.files.path + "/backup-" + UUID().uuidString
            _ = try SignedStore.output(["backup", backup], in: log)
            try files.copyItem(atPath: signed.store.path + "/transparency", toPath: backup + "/transparency")
            let copy = backup + "-copy"
            let refused = try Program.run(["restore", backup, copy])
            #expect(refused.exitCode == 1 && refused.output == "" && refused.errorLines.count == 1, "\(refused)")
            for words in [says, "Nothing was restored", "--without-checkpoint", backup + "/transparency/checkpoint"] {
                #expect(refused.error.contains(words), "\(refused.error)")
            }
            #expect(!files.fileExists(atPath: copy))
            let meant = try Program.run(["restore", backup, copy, "--without-checkpoint"])
            #expect(meant.exitCode == 0 && !meant.output.contains("signed"), "\(meant)")
            #expect(!files.fileExists(atPath: copy + "/transparency"))
            #expect(try Program.run(["apply", "3", "2", "--store", copy]).exitCode == 0)
        }
    }

    @Test func `is not restored with the checkpoint of another log, or one that is none`() throws {
        let signed = try SignedStore()
        let backup = signed.files.path + "/backup"
        _ = try SignedStore.output(["backup", backup], in: signed.store)
        let path = backup + "/transparency/checkpoint"
        let other = signed.evidence.checkpoint.replacing("enrollment", with: "elsewhere")
        for (text, code, says) in [
            (other, 1, "is of the log elsewhere, this log is enrollment"), ("no note", 2, "is no checkpoint"),
        ] as [(String, Int32, String)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let outcome = try Program.run(["restore", backup, signed.files.path + "/copy"])
            #expect(outcome.exitCode == code && outcome.error.contains(says), "\(outcome)")
        }
    }
}
