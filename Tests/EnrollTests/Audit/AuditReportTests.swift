// The program's report: what it prints, the files that it makes, and what it says where it cannot.

import EnrollmentTesting
import Foundation
import Testing

@Suite struct `The command audit report` {
    /// Term 1 has one seat: user 2 has it, user 3 was refused, user 4 has one above it, and there are two in the end.
    private func store() throws -> TemporaryStore {
        let store = try TemporaryStore.furnished()
        try #require(try Program.run(["apply", "2", "1", "--as", "2"], in: store).exitCode == 0)
        try #require(try Program.run(["apply", "3", "1", "--as", "3"], in: store).exitCode == 1)
        let override = ["enroll-directly", "4", "1", "--override", "--reason", "=cmd, thesis"]
        try #require(
            try Program.run(override + ["--effective-at", "2027-01-04T09:00:00Z"], in: store).exitCode == 0)
        try #require(try Program.run(["term", "capacity", "1", "2", "--reason", "more room"], in: store).exitCode == 0)
        return store
    }

    @Test func `reads as it was committed`() throws {
        let store = try store()
        let before = try store.fingerprint()
        var transcript = ""
        for words in [["audit", "report"], ["audit", "report", "--term", "@LOG-1", "--format", "json"]] {
            let outcome = try Program.run(words, in: store)
            transcript += "$ enroll \(words.joined(separator: " "))\n\(outcome.output)\(outcome.error)"
            transcript += "[exit \(outcome.exitCode)]\n\n"
        }
        #expect(try store.fingerprint() == before)
        try Golden.expect(Golden.masked(transcript, store: store), named: "audit-report")
    }

    @Test func `makes CSV files and a page, never over others`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        let words = ["audit", "report", "--csv", files.path + "/csv", "--html", files.path + "/page.html"]
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 0, "\(outcome)")
        let names = try FileManager.default.contentsOfDirectory(atPath: files.path + "/csv").sorted()
        #expect(
            names == [
                "allocations.csv", "back-dated.csv", "capacity-changes.csv", "over-capacity.csv", "overrides.csv",
                "refusals.csv", "terms.csv",
            ])
        let overrides = try files.text("csv/overrides.csv")
        #expect(overrides.hasSuffix(",2,4,yes,yes,1,2,\"'=cmd, thesis\"\r\n"), "\(overrides)")
        #expect(try files.text("csv/refusals.csv") == "term,code,count\r\n1,TERM_FULL,1\r\n")
        #expect(try files.text("page.html").hasPrefix("<!doctype html>"))
        let again = try Program.run(words, in: store)
        #expect(again.exitCode == 2 && again.output == "" && again.error.contains("is there already"))
        let page = try Program.run(["audit", "report", "--html", files.path + "/page.html"], in: store)
        #expect(page.exitCode == 2 && page.output == "")
        let nowhere = try Program.run(["audit", "report", "--csv", files.path + "/no/csv"], in: store)
        #expect(nowhere.exitCode == 2 && nowhere.errorLines.count == 1, "\(nowhere)")
    }

    @Test func `is refused before the work where its page or folder cannot be made, and leaves nothing`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        for words in [
            ["--csv", files.path + "/csv", "--html", files.path + "/no/page.html"],
            ["--csv", store.path + "/log/csv"], ["--html", store.path + "/page.html"],
        ] {
            let outcome = try Program.run(["audit", "report"] + words, in: store)
            #expect(outcome.exitCode == 2 && outcome.output == "" && outcome.errorLines.count == 1, "\(outcome)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == [])
    }

    @Test func `shows the first rows of a long table, and says where the others are`() throws {
        let store = try TemporaryStore.empty(timeZone: "Asia/Seoul")
        _ = try store.importing(["csv", Fixture.path("university")])
        let text = try Program.run(["audit", "report"], in: store)
        #expect(text.exitCode == 0)
        let rows = text.output.split(separator: "Back-dated entries\n").last?.split(separator: "\n") ?? []
        #expect(rows.count == 202)
        let more = try #require(rows.last?.firstMatch(of: /^… and (\d+) more rows; --csv and --format json have/))
        let all = try Program.run(["audit", "report", "--format", "json"], in: store)
        let count = all.lines.count { $0.hasPrefix(#"{"table":"back-dated","#) }
        #expect(Int(more.output.1) == count - 200)
    }

    @Test func `has one line for a term that is unknown`() throws {
        let store = try store()
        let unknown = try Program.run(["audit", "report", "--term", "9"], in: store)
        #expect(unknown.exitCode == 1)
        #expect(
            unknown.error == "enroll: there is no term 9 in this store; 'enroll show terms' lists those there are\n")
        #expect(try Program.run(["audit", "report", "--term", "@NONE"], in: store).exitCode == 1)
        #expect(try Program.run(["audit", "report", "--to", "99"], in: store).exitCode == 2)
        #expect(try Program.run(["audit", "report", "--terms", "1"], in: store).exitCode == 64)
    }
}
