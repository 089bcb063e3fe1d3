// Input that is not as it should be: every fault is named by file, line and column, and the rest goes on.

import Foundation
import Testing

@Suite struct `Bad input` {
    @Test func `is reported by file, line and column, and the rest goes on`() throws {
        let store = try TemporaryStore.empty()
        let report = try TemporaryDirectory()
        let words = ["csv", Fixture.path("university-bad"), "--report", report.path + "/report"]
        let counts = try store.importing(words, exitCode: 1)
        let expected = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("university-bad/report.csv")))
        let lines = try report.text("report").split(separator: "\n")
        let expectedLines = String(decoding: expected, as: UTF8.self).split(separator: "\n")
        #expect(lines == expectedLines)
        #expect(counts.invalid == 16)
        #expect(counts.end == "complete")
        #expect(try store.rowCount(["users"]) == 3)
        #expect(try store.rowCount(["enrollments"]) == 1)
    }

    @Test(arguments: [
        ("seats .", "is a directory; give the CSV file"), ("seats nowhere.csv", "does not exist"),
        ("csv nowhere", "does not exist"), ("csv a-file", "is a file"), ("csv .", "has none of users.csv"),
        ("oulad .", "has no courses.csv"), ("oulad nowhere", "does not exist"),
    ])
    func `in the wrong place is named in one line`(_ words: String, _ says: String) throws {
        let files = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: files.path + "/a-file"))
        let parts = words.split(separator: " ")
        let path = files.path + "/" + parts[1]
        let outcome = try Program.run(["import", String(parts[0]), path], in: try TemporaryStore.empty())
        #expect(outcome.exitCode == 2)
        #expect(outcome.error.hasPrefix("enroll: " + path), "\(outcome.error)")
        #expect(outcome.error.contains(says), "\(outcome.error)")
        #expect(outcome.errorLines.count == 1)
    }

    @Test func `of too many cancellations does nothing`() throws {
        let store = try TemporaryStore.empty(timeZone: "Asia/Seoul")
        let before = try store.fingerprint()
        let words = ["import", "csv", Fixture.path("university"), "--max-cancel-ratio", "0.01"]
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 1)
        #expect(outcome.error.contains("CANCEL_RATIO_EXCEEDED"))
        #expect(outcome.errorLines.count == 1)
        #expect(try store.fingerprint().first { $0.contains(".log") } == before.first { $0.contains(".log") })
        #expect(try store.rowCount(["users"]) == 0)
    }

    @Test(arguments: ["", "source_id,email,name,role\n"])
    func `that is empty changes nothing and says so`(_ text: String) throws {
        let files = try TemporaryDirectory()
        try Data(text.utf8).write(to: URL(fileURLWithPath: files.path + "/users.csv"))
        let outcome = try Program.run(["import", "csv", files.path], in: try TemporaryStore.empty())
        #expect(outcome.exitCode == 0)
        #expect(outcome.error == "The input has no rows: nothing changes.\n")
    }

    static let wholeFiles: [(text: String, says: String)] = [
        ("source_id,email,name\nu,u@x.example,U\n", "column 'role' is missing"),
        ("source_id,email,name,role,age\nu,u@x.example,U,USER,9\n", "column 'age' is not known"),
        ("source_id,email,name,role,role\nu,u@x.example,U,USER,USER\n", "a column occurs twice"),
    ]

    @Test(arguments: wholeFiles.map(\.text))
    func `of another table is not begun`(_ text: String) throws {
        let files = try TemporaryDirectory()
        try Data(text.utf8).write(to: URL(fileURLWithPath: files.path + "/users.csv"))
        let outcome = try Program.run(["import", "csv", files.path], in: try TemporaryStore.empty())
        #expect(outcome.exitCode == 2)
        #expect(outcome.error.contains("users.csv, line 1: "))
        #expect(outcome.error.contains(try #require(Self.wholeFiles.first { $0.text == text }).says))
        #expect(outcome.errorLines.count == 1)
    }

    @Test func `cannot make a formula of a cell of the report`() throws {
        let files = try TemporaryDirectory()
        let seats = "section,time,enrolled,available,waitlisted,total\n+A_1,2022-05-18T04:39:26,0,0,0,0\n"
        try Data(seats.utf8).write(to: URL(fileURLWithPath: files.path + "/=changes.csv"))
        let report = files.path + "/report"
        let words = ["import", "seats", files.path + "/=changes.csv", "--report", report]
        #expect(try Program.run(words, in: try TemporaryStore.empty()).exitCode == 0)
        #expect(
            try files.text("report").contains("'=changes.csv,2,'+A_1,NO_SEATS,\"total 0, taken as capacity 1\"\n"))
    }

    @Test func `of a quote that is never closed loses one line of a long file`() throws {
        let files = try TemporaryDirectory()
        let rows = (1...60_000).map { "u-\($0),u\($0)@x.example,\($0 == 2 ? "\"" : "")User \($0),USER" }
        let text = "source_id,email,name,role\r\n" + rows.joined(separator: "\r\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: files.path + "/users.csv"))
        let counts = try TemporaryStore.empty().importing(["csv", files.path], exitCode: 1)
        #expect(counts.invalid == 1)
        #expect(counts.accepted == 59_999)
    }
}
