// Backup, restore and salvage as a person runs them.

import Foundation
import Testing

@Suite struct `A backup` {

    @Test func `is a store to read, and becomes one to write to by a restore`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let directory = try TemporaryDirectory()
        let (backup, copy) = (directory.path + "/backup", directory.path + "/copy")
        let taken = try Program.run(["backup", backup, "--format", "json"], in: store)
        #expect(taken.exitCode == 0 && taken.error == "", "\(taken)")
        #expect(taken.output.contains(#""position":8,"#))
        #expect(try FileManager.default.contentsOfDirectory(atPath: backup).sorted() == ["log", "store.json"])
        #expect(try Program.run(["log", "verify", "--store", backup]).exitCode == 0)
        let refused = try Program.run(["apply", "2", "1", "--store", backup])
        #expect(refused.exitCode == 2)
        #expect(refused.error.contains("estore it"), "\(refused.error)")
        let restored = try Program.run(["restore", backup, copy])
        #expect(restored.exitCode == 0, "\(restored)")
        #expect(restored.output.contains("epoch"))
        #expect(try Program.run(["rebuild", "--store", copy]).exitCode == 0)
        #expect(try Program.run(["apply", "2", "1", "--store", copy]).output.hasPrefix("accepted  at position 9"))
        #expect(try Program.run(["verify", "--store", copy]).exitCode == 0)
    }

    @Test func `is taken while another process writes`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let directory = try TemporaryDirectory()
        let running = try RunningProgram(["submit", "-"], in: store)
        let taken = try Program.run(["backup", directory.path + "/backup"], in: store)
        #expect(try running.finish().exitCode == 0)
        #expect(taken.exitCode == 0, "\(taken)")
    }

    @Test func `keeps tables of later events from being taken for those of a restored store`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let directory = try TemporaryDirectory()
        let (backup, copy) = (directory.path + "/backup", directory.path + "/copy")
        #expect(try Program.run(["backup", backup], in: store).exitCode == 0)
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        #expect(try Program.run(["restore", backup, copy]).exitCode == 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: store.path) where name.hasPrefix("read") {
            try FileManager.default.copyItem(atPath: store.path + "/" + name, toPath: copy + "/" + name)
        }
        let status = try Program.run(["status", "--store", copy, "--format", "json"])
        #expect(status.output.contains(#""tables":"otherEpoch""#), "\(status)")
        #expect(try Program.run(["verify", "--store", copy]).exitCode == 1)
    }

    @Test func `that is damaged is not restored`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let directory = try TemporaryDirectory()
        let (backup, copy) = (directory.path + "/backup", directory.path + "/copy")
        #expect(try Program.run(["backup", backup], in: store).exitCode == 0)
        try damage(backup)
        let outcome = try Program.run(["restore", backup, copy])
        #expect(outcome.exitCode == 2)
        #expect(outcome.errorLines.count == 1 && outcome.output == "", "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: copy + "/store.json"))
    }

    @Test func `does not go where something is`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let other = try TemporaryStore.furnished(personalData: "plain")
        let before = try other.fingerprint()
        for words in [["backup", other.path], ["restore", store.path, other.path], ["log", "salvage", other.path]] {
            let outcome = try Program.run(words, in: store)
            #expect(outcome.exitCode == 2 && outcome.errorLines.count == 1, "\(outcome)")
        }
        #expect(try other.fingerprint() == before)
    }

    @Test func `is not needed to rescue the sound beginning of a damaged log`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let directory = try TemporaryDirectory()
        let path = directory.path + "/rescued"
        #expect(try Program.run(["log", "salvage", path + "0"], in: store).exitCode == 0)
        try damage(store.path)
        let outcome = try Program.run(["log", "salvage", path], in: store)
        #expect(outcome.exitCode == 1 && outcome.error == "", "\(outcome)")
        #expect(outcome.output.hasPrefix("loss  "))
        #expect(try Program.run(["log", "verify", "--store", path]).exitCode == 0)
    }

    /// Turns one bit of the last segment over, in the middle of its blocks.
    private func damage(_ store: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: store + "/log").sorted()
        let name = try #require(names.last { $0.hasSuffix(".log") || $0.hasSuffix(".seg") })
        let path = URL(fileURLWithPath: store + "/log/" + name)
        var bytes = try Data(contentsOf: path)
        bytes[4096 + 80] ^= 4
        let file = try FileHandle(forWritingTo: path)
        try file.write(contentsOf: bytes)
        try file.close()
    }
}
