// An older copy of the log in the place of a newer one: refused with the evidence named, and each way out leads out.

import Foundation
import Testing

@Suite struct `An older log that was put back` {
    /// A store whose tables hold 9 events, with a log of 8; the newer log lies beside.
    private struct PutBack {
        let store: TemporaryStore
        let directory: TemporaryDirectory
        var log: String { store.path + "/log" }
        var newer: String { directory.path + "/newer" }
        let refusal: Program.Outcome

        init() throws {
            store = try TemporaryStore.furnished(personalData: "plain")
            directory = try TemporaryDirectory()
            let files = FileManager.default
            try files.copyItem(atPath: store.path + "/log", toPath: directory.path + "/older")
            try #require(try Program.run(["apply", "2", "2"], in: store).exitCode == 0)
            try files.moveItem(atPath: store.path + "/log", toPath: directory.path + "/newer")
            try files.moveItem(atPath: directory.path + "/older", toPath: store.path + "/log")
            refusal = try Program.run(["apply", "3", "2"], in: store)
        }
    }

    @Test func `is refused with the evidence, what is missing and what to do`() throws {
        let found = try PutBack()
        let tables = found.store.path + "/read.sqlite"
        #expect(found.refusal.exitCode == 2 && found.refusal.errorLines.count == 1)
        for words in [
            "the log ends at position 8, but the checkpoint of the read tables in \(tables) proves that position 10 "
                + "was acknowledged", "the positions 9 to 10 are missing", "Bring the newer files of the log back",
            "If an older copy is meant, make a new store of it with `enroll restore`, which raises the epoch, or "
                + "delete \(tables), which `enroll rebuild` makes again", "[\(found.log)",
        ] { #expect(found.refusal.error.contains(words), "\(found.refusal.error)") }
    }

    @Test func `goes on once the newer files are back`() throws {
        let found = try PutBack()
        try FileManager.default.removeItem(atPath: found.log)
        try FileManager.default.moveItem(atPath: found.newer, toPath: found.log)
        #expect(try Program.run(["apply", "3", "2"], in: found.store).exitCode == 0)
        #expect(try Program.run(["verify"], in: found.store).exitCode == 0)
    }

    @Test func `goes on as a new store after a restore`() throws {
        let found = try PutBack()
        let copy = found.directory.path + "/copy"
        #expect(try Program.run(["restore", found.store.path, copy]).exitCode == 0)
        #expect(try Program.run(["apply", "3", "2", "--store", copy]).exitCode == 0)
        #expect(try Program.run(["rebuild", "--store", copy]).exitCode == 0)
        #expect(try Program.run(["verify", "--store", copy]).exitCode == 0)
    }

    @Test func `goes on once the tables that knew more are deleted`() throws {
        let found = try PutBack()
        try FileManager.default.removeItem(atPath: found.store.path + "/read.sqlite")
        #expect(try Program.run(["apply", "3", "2"], in: found.store).exitCode == 0)
        #expect(try Program.run(["rebuild"], in: found.store).exitCode == 0)
        #expect(try Program.run(["verify"], in: found.store).exitCode == 0)
    }
}
