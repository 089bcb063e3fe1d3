// The program's answer to "why was I refused, and who was before me".

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct `The command explain` {
    /// User 2 has the only seat of term 1; user 3 was refused at position 10, and is refused again at 11.
    private func store() throws -> TemporaryStore {
        let store = try TemporaryStore.furnished()
        try #require(try Program.run(["apply", "2", "1", "--as", "2"], in: store).exitCode == 0)
        for _ in 1...2 { try #require(try Program.run(["apply", "3", "1", "--as", "3"], in: store).exitCode == 1) }
        return store
    }

    @Test func `reads as it was committed`() throws {
        let store = try store()
        let before = try store.fingerprint()
        var transcript = ""
        for words in [
            ["explain", "10"], ["explain", "--user", "3", "--term", "@LOG-1"], ["explain", "--enrollment", "1"],
            ["explain", "6"], ["explain", "10", "--format", "json"],
        ] {
            let outcome = try Program.run(words, in: store)
            transcript += "$ enroll \(words.joined(separator: " "))\n\(outcome.output)\(outcome.error)"
            transcript += "[exit \(outcome.exitCode)]\n\n"
        }
        #expect(try store.fingerprint() == before)
        try Golden.expect(Golden.masked(transcript, store: store), named: "explain")
    }

    @Test func `has one line for what it cannot explain`() throws {
        let store = try store()
        func line(_ words: [String], exitCode: Int32) throws -> String {
            let outcome = try Program.run(["explain"] + words, in: store)
            #expect(outcome.exitCode == exitCode, "\(words)")
            #expect(outcome.output == "" && outcome.errorLines.count == 1, "\(outcome)")
            return outcome.error
        }
        #expect(try line(["99"], exitCode: 2) == "enroll: there is no position 99: the log ends at 11\n")
        #expect(try line(["--enrollment", "7"], exitCode: 1).contains("there is no enrollment 7"))
        #expect(try line(["--user", "4", "--term", "1"], exitCode: 1).contains("no decision about user 4 in term 1"))
        #expect(try line(["--user", "4", "--term", "@NONE"], exitCode: 1).contains("\"NONE\""))
        #expect(try line([], exitCode: 64).contains("give a POSITION"))
        #expect(try line(["10", "--enrollment", "1"], exitCode: 64).contains("POSITION"))
        #expect(try line(["--user", "3"], exitCode: 64).contains("--term"))
        #expect(try line(["ten"], exitCode: 64).contains("ten"))
    }

    @Test func `ends with 1 where the log has another decision than the rules`() throws {
        let store = try store()
        var log = try PlantedLog(store: store.path)
        try log.plant(
            .applyEnrollment(user: 4, term: 1), by: .user(4),
            [.enrollmentApplied(2, user: 4, term: 1, direct: false)], at: EventTime(recordedAt: .day(3, hour: 9)))
        try log.close()
        let text = try Program.run(["explain", "12"], in: store)
        #expect(text.exitCode == 1)
        #expect(text.output.contains("OTHERWISE: the rules say TERM_FULL (capacity 1, taken 1)"), "\(text.output)")
        let json = try Program.run(["explain", "12", "--format", "json"], in: store)
        #expect(json.output.contains(#""byTheRules":false,"rulesSay":"TERM_FULL (capacity 1, taken 1)""#))
    }
}
