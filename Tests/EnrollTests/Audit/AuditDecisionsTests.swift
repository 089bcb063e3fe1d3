// Every recorded command decided again, by the program: on honest stores, and on one with a decision nobody made.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct `The audit of decisions` {
    /// A seat in term 1, which user 2 holds, for user 3 too: position 10.
    private func planted() throws -> TemporaryStore {
        let store = try TemporaryStore.furnished()
        try #require(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        var log = try PlantedLog(store: store.path)
        try log.plant(
            .applyEnrollment(user: 3, term: 1), by: .user(3),
            [.enrollmentApplied(2, user: 3, term: 1, direct: false)],
            at: EventTime(recordedAt: .day(3, hour: 9)))
        try log.close()
        return store
    }

    @Test func `finds nothing in what the program decided`() throws {
        let store = try TemporaryStore.furnished()
        try #require(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        try #require(try Program.run(["apply", "3", "1"], in: store).exitCode == 1)
        let before = try store.fingerprint()
        let text = try Program.run(["audit", "decisions"], in: store)
        #expect(text.exitCode == 0)
        #expect(
            text.output == "decisions  10 commands, 1 refusal among them, 10 events, through position 10\nsound\n")
        let json = try Program.run(["audit", "decisions", "--format", "json"], in: store)
        #expect(json.exitCode == 0)
        #expect(json.output == "{\"sound\":true,\"findings\":0}\n")
        #expect(text.error + json.error == "")
        #expect(try store.fingerprint() == before)
    }

    @Test func `names the position, what was recorded and what the rules say`() throws {
        let store = try planted()
        let text = try Program.run(["audit", "decisions"], in: store)
        #expect(text.exitCode == 1)
        #expect(text.lines.first?.hasPrefix("finding  decisions  position 10, command ") == true, "\(text.output)")
        #expect(
            text.lines.first?.hasSuffix("recorded EnrollmentApplied; the rules say TERM_FULL (capacity 1, taken 1)")
                == true, "\(text.output)")
        #expect(text.output.hasSuffix("\n1 finding\n"))
        let json = try Program.run(["audit", "decisions", "--format", "json"], in: store)
        #expect(json.exitCode == 1)
        #expect(json.lines.first?.hasPrefix(#"{"finding":"decisions","position":10,"message":"#) == true)
        #expect(json.lines.last == #"{"sound":false,"findings":1}"#)
        let before = try Program.run(["audit", "decisions", "--to", "9"], in: store)
        #expect(before.exitCode == 0, "\(before.output)")
    }

    @Test func `says what is wrong where it cannot judge`() throws {
        let store = try TemporaryStore.furnished()
        let beyond = try Program.run(["audit", "decisions", "--to", "99"], in: store)
        #expect(beyond.exitCode == 2)
        #expect(beyond.error == "enroll: there is no position 99: the log ends at 8\n")
        let typo = try Program.run(["audit", "decision"], in: store)
        #expect(typo.exitCode == 64)
        let missing = try Program.run(["audit", "decisions", "--store", store.path + "/none"])
        #expect(missing.exitCode == 2)
        #expect(missing.error.hasPrefix("enroll: ") && missing.errorLines.count == 1, "\(missing.error)")
    }
}

@Suite(.serialized) struct `The audit of decisions on real data` {
    @Test(.enabled(if: RealData.oulad != nil, "needs the OULAD dataset in ENROLL_DATA"))
    func `finds nothing in the Open University's registrations`() throws {
        try expectNothing(importing: ["oulad", RealData.oulad ?? ""])
    }

    @Test(.enabled(if: RealData.seats != nil, "needs the UCSD seat counts in ENROLL_DATA"))
    func `finds nothing in polled seat counts`() throws {
        try expectNothing(importing: ["seats", RealData.seats ?? ""])
    }

    private func expectNothing(importing words: [String]) throws {
        let store = try TemporaryStore.empty()
        let counts = try store.importing(words)
        let outcome = try Program.run(["audit", "decisions"], in: store)
        #expect(outcome.exitCode == 0)
        #expect(
            outcome.lines.first?.hasSuffix(" \(counts.events) events, through position \(counts.position)") == true,
            "\(outcome.output)")
        #expect(outcome.lines.last == "sound")
    }
}
