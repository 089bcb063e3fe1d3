// What the program says about changes between two moments.

import Testing

@Suite struct `The command diff` {
    @Test func `reads as it was committed`() throws {
        let store = try TemporaryStore.furnished()
        try #require(try Program.run(["apply", "2", "1", "--as", "2"], in: store).exitCode == 0)
        try #require(try Program.run(["apply", "3", "1", "--as", "3"], in: store).exitCode == 1)
        let later = ["ENROLL_CLOCK": "2027-01-05T09:00:00Z"]
        try #require(try Program.run(["approve", "1"], in: store, environment: later).exitCode == 0)
        let before = try store.fingerprint()
        var transcript = ""
        for words in [
            ["diff", "7", "11"], ["diff", "2027-01-05", "2027-01-06"], ["diff", "11", "9"], ["diff", "4", "4"],
            ["diff", "9", "11", "--format", "json"],
        ] {
            let outcome = try Program.run(words, in: store)
            transcript += "$ enroll \(words.joined(separator: " "))\n\(outcome.output)\(outcome.error)"
            transcript += "[exit \(outcome.exitCode)]\n\n"
        }
        #expect(try store.fingerprint() == before)
        try Golden.expect(Golden.masked(transcript, store: store), named: "diff")
    }

    @Test func `has one line for a moment that is none`() throws {
        let store = try TemporaryStore.furnished()
        let beyond = try Program.run(["diff", "1", "99"], in: store)
        #expect(beyond.exitCode == 2 && beyond.output == "")
        #expect(beyond.error == "enroll: there is no position 99: the log ends at 8\n")
        let typo = try Program.run(["diff", "1", "yesterday"], in: store)
        #expect(typo.exitCode == 64 && typo.error.contains("\"yesterday\" is neither a position nor an instant"))
        #expect(try Program.run(["diff", "1"], in: store).exitCode == 64)
    }
}
