// A whole small session, as a person would type it.

import Testing

@Suite struct `A session at the command line` {
    private static let steps: [[String]] = [
        ["init", "--time-zone", "Asia/Seoul", "--origin", "enroll.example/2027"],
        [
            "user", "register", "--email", "lee@example.org", "--name", "이 교수", "--role", "INSTRUCTOR",
            "--source-id", "t-1",
        ],
        ["user", "register", "--email", "kim@example.org", "--name", "김하늘"],
        ["user", "register", "--email", "park@example.org", "--name", "Park", "--source-id", "s-2"],
        ["user", "register", "--email", "KIM@example.org", "--name", "Another"],
        ["course", "create", "--title", "자료구조", "--instructor", "@t-1", "--source-id", "CS2"],
        ["course", "publish", "@CS2"],
        [
            "term", "schedule", "@CS2", "--number", "1", "--start", "2027-03-02", "--end", "2027-06-20", "--capacity",
            "1",
        ],
        ["apply", "2", "1", "--as", "2"],
        ["apply", "@s-2", "1", "--as", "@s-2"],
        ["apply", "@s-2", "1", "--as", "2"],
        ["approve", "1"],
        ["approve", "1"],
        ["show", "users"],
        ["show", "courses"],
        ["show", "terms"],
        ["show", "enrollments"],
        ["show", "refusals"],
        ["show", "users", "--role", "ADMIN"],
        ["show", "terms", "--format", "json"],
        ["history", "term", "1"],
        ["history", "user", "@s-2"],
        ["history", "enrollment", "1", "--format", "json"],
        ["history", "enrollment", "2"],
        ["cancel", "1", "--reason", "moved away", "--as", "2"],
        ["term", "capacity", "1", "20"],
        ["status"],
        ["log", "stat"],
        ["log", "dump", "--from", "9"],
        ["rebuild"],
        ["verify", "--deep"],
    ]

    @Test func `reads as it was committed`() throws {
        let store = try TemporaryStore()
        var transcript = ""
        for words in Self.steps {
            let outcome = try Program.run(words, in: store)
            let command = words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ")
            transcript += "$ enroll \(command)\n\(outcome.output)\(outcome.error)[exit \(outcome.exitCode)]\n\n"
        }
        try Golden.expect(Golden.masked(transcript, store: store), named: "session")
    }

    @Test func `gives the tables of any position`() throws {
        let store = try TemporaryStore.furnished()
        let files = try TemporaryDirectory()
        let early = try Program.run(["replay", "--to", "4", "--into", files.path + "/a.sqlite"], in: store)
        #expect(early.exitCode == 0)
        let again = try Program.run(["replay", "--to", "4", "--into", files.path + "/b.sqlite"], in: store)
        #expect(again.exitCode == 0)
        #expect(try files.text("a.sqlite") == files.text("b.sqlite"))
        let late = try Program.run(["replay", "--to", "9999", "--into", files.path + "/c.sqlite"], in: store)
        #expect(late.exitCode == 2)
        let before = try Program.run(
            ["replay", "--at", "2027-01-04T08:59:59Z", "--into", files.path + "/d.sqlite"], in: store)
        #expect(before.output.contains("0 rows from 0 events"))
    }
}
