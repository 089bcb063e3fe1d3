// Logs that contradict the checkpoint beside them: every command that vouches for a log says so.

import Foundation
import Testing

@Suite struct `A log that is not what its own checkpoint says` {
    /// A store with 328 events signed, whose log is another: cut, or as long and rewritten.
    private func store(_ signed: SignedStore, isCut: Bool) throws -> TemporaryStore {
        let store = try TemporaryStore.furnished(personalData: "plain")
        if !isCut { try SignedStore.grow(store) }
        try FileManager.default.copyItem(
            atPath: signed.store.path + "/transparency", toPath: store.path + "/transparency")
        return store
    }

    @Test func `and is sound is said so, with how much was signed`() throws {
        let signed = try SignedStore()
        for (words, says) in [
            (["verify"], "--deep compares its root"), (["log", "verify"], "--deep compares its root"),
            (["verify", "--deep"], "the log gives its root"),
        ] {
            let outcome = try Program.run(words, in: signed.store)
            #expect(outcome.exitCode == 0 && outcome.output.hasSuffix("sound\n"), "\(outcome)")
            #expect(outcome.output.contains("signed up to position 328; ") && outcome.output.contains(says))
        }
    }

    @Test func `is a finding where it is shorter, and is neither copied nor exported`() throws {
        let signed = try SignedStore()
        let cut = try store(signed, isCut: true)
        let says = "the log ends at position 8, but 328 records of it were signed"
        for words in [["verify"], ["verify", "--deep"], ["log", "verify"]] {
            let outcome = try Program.run(words, in: cut)
            #expect(outcome.exitCode == 1 && outcome.output.hasSuffix("\n1 finding\n"), "\(outcome)")
            #expect(outcome.output.lowercased().contains("finding  checkpoint  " + says), "\(outcome)")
        }
        let json = try Program.run(["log", "verify", "--format", "json"], in: cut)
        #expect(json.output.hasPrefix(#"{"finding":"checkpoint","message":"The log ends at position 8"#), "\(json)")
        let seal = try Program.run(["log", "seal"], in: cut)
        #expect(seal.exitCode == 2 && seal.error.contains("position 328 was acknowledged"), "\(seal)")
        let copy = signed.files.path + "/copy"
        let backup = try Program.run(["backup", copy], in: cut)
        #expect(backup.exitCode == 2 && backup.error.contains("328 records of it were signed"), "\(backup)")
        for format in ["ocel", "cloudevents", "csv"] {
            let export = try Program.run(["export", format, "--into", copy], in: cut)
            #expect(export.exitCode == 1 && export.error.contains("328 records of it were signed"), "\(export)")
        }
        #expect(!FileManager.default.fileExists(atPath: copy))
        // Less than all of it may be exported of a log that is whole.
        let part = ["export", "cloudevents", "--to", "8", "--into", copy]
        #expect(try Program.run(part, in: signed.store).exitCode == 0)
    }

    @Test func `is a finding of the deep check where it is rewritten`() throws {
        let signed = try SignedStore()
        let rewritten = try store(signed, isCut: false)
        #expect(try Program.run(["verify"], in: rewritten).exitCode == 0)
        let deep = try Program.run(["verify", "--deep"], in: rewritten)
        #expect(deep.exitCode == 1 && deep.output.contains("its first 328 records give another root"), "\(deep)")
    }

    @Test func `is a finding where the checkpoint is of another log, or none, and is not written to`() throws {
        let signed = try SignedStore()
        let path = URL(fileURLWithPath: signed.store.path + "/transparency/checkpoint")
        let other = signed.evidence.checkpoint.replacing("enrollment", with: "elsewhere")
        for (text, says) in [(other, "is of the log elsewhere"), ("no note", "is no checkpoint")] {
            try Data(text.utf8).write(to: path)
            let verify = try Program.run(["verify"], in: signed.store)
            #expect(verify.exitCode == 1 && verify.output.contains(says), "\(verify)")
            let apply = try Program.run(["apply", "2", "1"], in: signed.store)
            #expect(apply.exitCode == 2 && apply.error.contains(says) && apply.errorLines.count == 1, "\(apply)")
        }
    }

    @Test func `has no proofs, and a remedy in the error`() throws {
        let signed = try SignedStore()
        let cut = try store(signed, isCut: true)
        let old = try SignedStore.write(Array(signed.evidence.old.utf8), "old", in: signed.files)
        for words in [["inclusion", "5"], ["inclusion", "300"], ["consistency", old]] {
            let outcome = try Program.run(["prove"] + words, in: cut)
            #expect(outcome.exitCode == 1 && outcome.output == "", "\(outcome)")
            #expect(outcome.error.contains("the log ends at position 8, but 328 records of it were signed"))
            #expect(outcome.error.contains("whole copy"), "\(outcome)")
        }
    }
}

@Suite struct `A damaged log that was signed` {
    @Test func `is told of in one clean sentence, whatever is asked of it`() throws {
        let signed = try SignedStore()
        let names = try FileManager.default.contentsOfDirectory(atPath: signed.store.path + "/log")
        let checkpoint = try SignedStore.write(Array(signed.evidence.checkpoint.utf8), "last", in: signed.files)
        try signed.store.damageFirstSegment()
        let segment = try #require(names.filter { $0.hasSuffix(".log") }.min())
        for isMissing in [false, true] {
            if isMissing { try FileManager.default.removeItem(atPath: signed.store.path + "/log/" + segment) }
            for words in [
                ["checkpoint", "--deep", "--key", signed.keyPath], ["prove", "inclusion", "5"],
                ["verify-proof", checkpoint, "--key", signed.evidence.key, "--store", signed.store.path],
            ] {
                let outcome = try Program.run(words, in: signed.store)
                #expect(outcome.exitCode == 2 && outcome.errorLines.count == 1, "\(words): \(outcome)")
                for word in ["caused by", "corrupted:", "errno", "enroll: The "] {
                    #expect(!outcome.error.contains(word), "\(words): \(outcome.error)")
                }
                #expect(outcome.error.contains("/log/"), "\(outcome.error)")
            }
        }
    }
}
