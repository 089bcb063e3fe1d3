// What is said about a store that is not sound, and how a command ends whose tables could not follow.

import Enrollment
import EnrollmentTesting
import Foundation
import Testing

@Suite struct `A store that is not sound` {
    private typealias Fault = `A store that cannot be used`.Fault

    @Test func `has tables that are missing told as a finding beside the log's own result`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try store.removeTables()
        try expectFinding(in: store, says: "Run `enroll rebuild`")
    }

    @Test func `has tables of another store told as a finding`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try Fault.otherTables.make(in: store)
        try expectFinding(in: store, says: "Run `enroll rebuild`")
        let status = try Program.run(["status"], in: store)
        #expect(status.exitCode == 0)
        #expect(status.output.contains("made from another store, "))
        #expect(status.output.contains("run 'enroll rebuild'"))
        #expect(try Program.run(["rebuild"], in: store).exitCode == 0)
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
    }

    @Test func `is told from one whose settings have no checksum, which is sound and said`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        #expect(try !Program.run(["verify"], in: store).output.contains("checksum"))
        let path = URL(fileURLWithPath: store.path + "/store.json")
        let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        let older = text.replacing(/,?\s*"sha256" : "[0-9a-f]*"/, with: "").replacing(
            "\"format\" : 2", with: "\"format\" : 1")
        try Data(older.utf8).write(to: path)
        for words in [["verify"], ["log", "verify"]] {
            let outcome = try Program.run(words, in: store)
            #expect(outcome.exitCode == 0 && outcome.output.contains("store.json has no checksum"), "\(outcome)")
        }
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
    }

    @Test func `has a table that is gone told as a finding`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try store.loseRefusals()
        try expectFinding(in: store, says: "no such table: refusals")
        let status = try Program.run(["status"], in: store)
        #expect(status.exitCode == 0)
        #expect(status.output.contains("cannot be used: no such table: refusals; run 'enroll rebuild'"))
    }

    private func expectFinding(in store: TemporaryStore, says words: String) throws {
        let text = try Program.run(["verify"], in: store)
        #expect(text.exitCode == 1)
        #expect(text.lines.first?.hasPrefix("finding  tables  ") == true)
        #expect(text.lines.first?.contains(words) == true, "\(text.output)")
        #expect(text.lines.first?.contains("enroll rebuild") == true)
        #expect(text.lines.dropFirst().first?.hasPrefix("log  8 events in ") == true)
        #expect(text.output.hasSuffix("\n1 finding\n"))
        let json = try Program.run(["verify", "--format", "json"], in: store)
        #expect(json.exitCode == 1)
        #expect(json.lines.last == #"{"sound":false,"findings":1}"#)
        #expect(text.error + json.error == "")
    }

    @Test func `says that a damaged log left its tables uncompared`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try store.damageFirstSegment()
        let text = try Program.run(["verify", "--deep"], in: store)
        #expect(text.exitCode == 1)
        #expect(text.output.contains("finding  log  "))
        #expect(text.output.contains("state   not checked, since the log is damaged\n"), "\(text.output)")
        #expect(text.output.contains("tables  not compared, since the log is damaged\n"), "\(text.output)")
        #expect(text.output.hasSuffix("\n1 finding\n"))
        let json = try Program.run(["verify", "--format", "json"], in: store)
        #expect(json.exitCode == 1)
        #expect(json.output.contains(#"{"skipped":"tables","reason":"not compared, since the log is damaged"}"#))
        #expect(json.lines.last == #"{"sound":false,"findings":1}"#)
    }

    @Test func `has a lost manifest told as a finding`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try FileManager.default.removeItem(atPath: store.path + "/log/MANIFEST")
        let outcome = try Program.run(["verify"], in: store)
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.hasPrefix("finding  log  "))
        #expect(outcome.output.hasSuffix("tables  not compared, since the log cannot be read\n1 finding\n"))
        #expect(try Program.run(["log", "verify"], in: store).exitCode == 1)
    }

    @Test(arguments: ["missing", "notAStore", "newerFormat", "unreadableSettings"])
    func `cannot be checked where it is no store that this program reads`(_ name: String) throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try #require(Fault(rawValue: name)).make(in: store)
        let outcome = try Program.run(["verify"], in: store)
        #expect(outcome.exitCode == 2)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.output == "")
    }

    @Test(arguments: [["verify"], ["verify", "--deep"], ["log", "verify"]])
    func `cannot be checked where a newer version wrote an event behind the end of its tables`(_ words: [String]) throws
    {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try Fault.newerEvent.make(in: store)
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 2 && outcome.output == "" && outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.error.contains("position 9 cannot be read"), "\(outcome)")
        #expect(outcome.error.contains(Fault.newerEvent.says), "\(outcome)")
    }

    @Test(arguments: [["verify"], ["verify", "--deep"], ["log", "verify"]])
    func `has an event that never was, behind the end of its tables, told as one finding`(_ words: [String]) throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        var log = try PlantedLog(store: store.path)
        try log.plantRecord(type: 81, payload: [1 << 4, 1], at: Timestamp(microseconds: 1_900_000_000_000_000))
        try log.close()
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 1 && outcome.output.hasSuffix("\n1 finding\n"), "\(outcome)")
        #expect(outcome.output.hasPrefix("finding  log  The event at position 9 cannot be read"), "\(outcome)")
    }

    @Test func `has tables ahead of its log named with the remedy`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let later = try TemporaryStore.furnished(from: store)
        #expect(try Program.run(["apply", "2", "1"], in: later).exitCode == 0)
        try store.removeTables()
        try store.takeTables(of: later)
        let text = try Program.run(["status"], in: store)
        #expect(text.exitCode == 0)
        #expect(text.output.contains("position 9, ahead of the log, which ends at 8"))
        #expect(text.output.contains("'enroll rebuild --force'"))
        // A path may hold a "-1" of its own.
        #expect(!text.output.contains("-1 event"))
        let json = try Program.run(["status", "--format", "json"], in: store)
        #expect(json.output.contains(#""tables":"ahead","tablesPosition":9"#))
        #expect(try Program.run(["verify"], in: store).exitCode == 1)
    }
}

@Suite struct `A command whose tables could not follow` {
    @Test func `is answered as accepted, with one warning`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try store.loseRefusals()
        let accepted = try Program.run(["apply", "2", "1"], in: store)
        #expect(accepted.exitCode == 0)
        #expect(accepted.output.hasPrefix("accepted  at position 9"))
        #expect(accepted.error.hasPrefix("the tables are behind: "))
        #expect(accepted.error.hasSuffix("no such table: refusals; run enroll rebuild\n"), "\(accepted.error)")
        #expect(accepted.errorLines.count == 1)
        let refused = try Program.run(["apply", "3", "1"], in: store)
        #expect(refused.exitCode == 1)
        #expect(refused.errorLines.count == 1)
        #expect(try Program.run(["rebuild"], in: store).exitCode == 0)
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
    }
}

@Suite struct `An answer that the log does not keep` {
    @Test func `has no position of its own`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let forbidden = ["apply", "2", "1", "--as", "3"]
        let text = try Program.run(forbidden, in: store)
        #expect(text.output.hasPrefix("refused, not recorded (decided after position 8), command "))
        let json = try Program.run(forbidden + ["--format", "json"], in: store)
        #expect(json.output.contains(#""outcome":"refused","decidedAfter":8,"code":"FORBIDDEN""#))
        #expect(!json.output.contains(#""position""#))
        let conflict = try Program.run(
            ["term", "start", "1", "--expected-version", "99", "--format", "json"], in: store)
        #expect(conflict.output.contains(#""outcome":"refused","decidedAfter":8,"code":"VERSION_CONFLICT""#))
        let nothing = try Program.run(["user", "update", "2", "--name", "S2"], in: store)
        #expect(nothing.exitCode == 0)
        #expect(nothing.output.hasPrefix("accepted, nothing changed (decided after position 8), command "))
    }

    @Test func `differs from a refusal that it keeps`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        let words = ["apply", "3", "1", "--command-id", "0192f1c4-0000-4000-8000-000000000001", "--format", "json"]
        let first = try Program.run(words, in: store)
        #expect(first.output.contains(#""outcome":"refused","position":10,"code":"TERM_FULL""#))
        let again = try Program.run(words, in: store)
        #expect(again.output.contains(#""outcome":"replayed","position":10,"code":"TERM_FULL""#))
    }
}

extension TemporaryStore {
    /// A copy of another store.
    fileprivate static func furnished(from store: TemporaryStore) throws -> TemporaryStore {
        let copy = try TemporaryStore()
        try FileManager.default.copyItem(atPath: store.path, toPath: copy.path)
        return copy
    }

    private var tableFiles: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("read") } }
    }

    fileprivate func removeTables() throws {
        for name in try tableFiles { try FileManager.default.removeItem(atPath: path + "/" + name) }
    }

    fileprivate func takeTables(of other: TemporaryStore) throws {
        for name in try other.tableFiles {
            try FileManager.default.copyItem(atPath: other.path + "/" + name, toPath: path + "/" + name)
        }
    }

    /// Gives the table of refusals another name of the same length, in every place of the file that names it.
    fileprivate func loseRefusals() throws {
        let link = URL(fileURLWithPath: path + "/read.sqlite")
        let file = link.resolvingSymlinksInPath()
        var bytes = try Data(contentsOf: file)
        while let place = bytes.range(of: Data("refusals".utf8)) {
            bytes.replaceSubrange(place, with: Data("refusalz".utf8))
        }
        try bytes.write(to: file)
    }
}
