// Commands as JSON lines: strict reading, results in order, nothing done twice.

import EnrollmentTesting
import Foundation
import Testing

@Suite struct `Submitting JSON lines` {
    private static let applies = (0..<3).map {
        #"{"actor":"system","command":"ApplyEnrollment","user":\#($0 + 2),"term":2}"#
    }

    @Test func `answers malformed lines with place and reason`() throws {
        let store = try TemporaryStore.furnished()
        let input = """
            {"actor":"system","command":"RegisterUser","email":"a@x","name":"A","role":"STUDENT"}
            {"actor":"system","command":"RegisterUser","email":"b@x","name":"B","rol":"STUDENT"}
            {"actor":"system","command":"RegisterUser","email":"b@x","name":"B","role":"student"}
            {"actor":"system","command":"ApplyEnrollment","user":{"sourceID":"nobody"},"term":1}
            {"actor":{"user":3},"command":"ApplyEnrollment","user":3,"user":4,"term":1}
            {"actor":{"user":3},"command":"ApplyEnrollment","user":3.5,"term":1}
            {"actor":{"user":3},"command":"ApplyEnrollment","user":99999999999999999999,"term":1}
            {"actor":{"user":3},"command":"ApplyEnrolment","user":3,"term":1}
            {"actor":{"user":3,"x":1},"command":"ApplyEnrollment","user":3,"term":1}
            {"actor":"root","command":"ApplyEnrollment","user":3,"term":1}
            {"command":"ApplyEnrollment","user":3,"term":1}
            {"actor":"system","command":"CancelEnrollment","enrollment":{"sourceID":"x"}}
            {"actor":"system","command":"CancelEnrollment","enrollment":true}
            {"actor":"system","command":"DeactivateUser","user":2,"cascade":1}
            {"actor":"system","command":"AssignInstructor","course":1}
            {"actor":"system","command":"SetEnrollmentWindow","term":1,"opensAt":"2027-02-01","closesAt":null}
            {"actor":"system","command":"UpdateTerm","term":1,"endDate":"2027-07-01"}
            {"actor":"system","command":"UpdateTerm","term":1,"startDate":"2027-02-30","endDate":"2027-07-01"}
            {"actor":"system","command":"StartTerm","term":1,"effectiveAt":"yesterday"}
            {"commandID":"7","actor":"system","command":"StartTerm","term":1}
            {"commandID":"0192f1c4-0000-4000-8000-000000000002","actor":"system",\
            "command":"StartTerm","term":1,"x":null}
            nonsense
            {"actor":"system"
            {"actor":"system","command":"StartTerm","term":01}
            {"actor":"system","command":"StartTerm","term":1}}
            {"actor":"system","command":"StartTerm","ter\\qm":1}
            {"actor":"\\ud800","command":"StartTerm","term":1}
            ["actor"]

            {"actor":"system","command":"RegisterUser","email":"가나@x","name":"나","role":"STUDENT","x":1}
            """
        let outcome = try Program.run(["submit", "-", "--format", "json"], in: store, input: input)
        #expect(outcome.exitCode == 1)
        try Golden.expect(Golden.masked(outcome.output, store: store), named: "submit-malformed")
    }

    @Test func `passes over a byte order mark`() throws {
        let store = try TemporaryStore.furnished()
        let outcome = try Program.run(["submit", "-"], in: store, input: "\u{FEFF}" + Self.applies[0])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.hasPrefix("accepted  "))
        #expect(outcome.error == "1 line: 1 accepted, 0 refused, 0 replayed, 0 invalid\n")
    }

    @Test func `accepts every command in its JSON form`() throws {
        let digest = String(repeating: "0a", count: 32)
        let store = try TemporaryStore()
        #expect(try Program.run(["init"], in: store).exitCode == 0)
        let input = """
            {"actor":"system","command":"RegisterUser","email":"t@x","name":"T","role":"INSTRUCTOR","sourceID":"t"}
            {"actor":"system","command":"RegisterUser","email":"a@x",\
            "name":"A\\u0020\\ud83d\\ude00\\t","role":"STUDENT","sourceID":null}
            {"actor":"system","command":"RegisterUser","email":"b@x","name":"B","role":"USER"}
            {"actor":"system","command":"ChangeUserRole","user":3,"role":"ADMIN"}
            {"actor":{"user":3},"command":"UpdateUser","user":2,"name":"가나다"}
            {"actor":"system","command":"DeactivateUser","user":2,"cascade":true}
            {"actor":"system","command":"ActivateUser","user":2}
            {"actor":"system","command":"SuspendUser","user":2,"reason":"line\\nfeed"}
            {"actor":"system","command":"ReinstateUser","user":2}
            {"actor":"system","command":"CreateCourse","title":"C","instructor":{"sourceID":"t"},"sourceID":"c"}
            {"actor":"system","command":"UpdateCourse","course":{"sourceID":"c"},"description":"\\u001b[31m"}
            {"actor":"system","command":"UpdateCourse","course":{"sourceID":"c"},"description":"d","category":"k"}
            {"actor":"system","command":"AssignInstructor","course":1,"instructor":null}
            {"actor":"system","command":"AssignInstructor","course":1,"instructor":1}
            {"actor":"system","command":"PublishCourse","course":1}
            {"actor":"system","command":"CloseCourse","course":1}
            {"actor":"system","command":"ReopenCourse","course":1}
            {"actor":"system","command":"ScheduleTerm","course":1,"termNumber":1,\
            "startDate":"2027-03-02","endDate":"2027-06-20","capacity":2,"sourceID":"x"}
            {"actor":"system","command":"UpdateTerm","term":{"sourceID":"x"},\
            "startDate":"2027-03-03","endDate":"2027-06-21","admission":"SELECTION"}
            {"actor":"system","command":"UpdateTerm","term":1,"admission":"APPROVAL"}
            {"actor":"system","command":"SetEnrollmentWindow","term":1,\
            "opensAt":"2027-01-01T09:00+09:00","closesAt":"2027-02-01"}
            {"actor":"system","command":"SetEnrollmentWindow","term":1,"opensAt":null,"closesAt":null}
            {"actor":"system","command":"ChangeTermCapacity","term":1,"to":1,"allowOverbooked":true,"reason":"r"}
            {"actor":{"user":2},"command":"ApplyEnrollment","user":2,"term":1}
            {"actor":"system","command":"ApproveEnrollment","enrollment":1,"override":false}
            {"actor":"system","command":"CancelEnrollment","enrollment":1}
            {"actor":"system","command":"ApplyEnrollment","user":2,"term":1,"effectiveAt":"2027-01-04T09:00:00Z"}
            {"actor":"system","command":"RejectEnrollment","enrollment":2,"reason":"no"}
            {"actor":"system","command":"EnrollDirectly","user":2,"term":1,"override":true,"reason":"because"}
            {"actor":"system","command":"StartTerm","term":1,"expectedVersion":13}
            {"actor":"system","command":"CompleteTerm","term":1}
            {"actor":"system","command":"ScheduleTerm","course":1,"termNumber":2,\
            "startDate":"2027-03-02","endDate":"2027-06-20","capacity":2}
            {"actor":"system","command":"CancelTerm","term":2,"reason":null}
            {"actor":"system","command":"ArchiveCourse","course":1}
            {"actor":"system","command":"EraseUser","user":2,"cascade":true}
            {"actor":"system","command":"AttestState","through":30,"tablesVersion":1,"tables":"\(digest)","terms":2,\
            "termVersions":"\(digest)"}
            """
        let outcome = try Program.run(["submit", "-", "--format", "json"], in: store, input: input)
        try Golden.expect(Golden.masked(outcome.output, store: store), named: "submit-every-command")
        #expect(try Program.run(["verify", "--deep"], in: store).exitCode == 0)
    }

    @Test func `writes the results in the order of the lines and leaves the tables complete`() throws {
        let store = try TemporaryStore.furnished()
        let count = 5000
        let input = (0..<count).map {
            #"{"actor":"system","command":"RegisterUser","email":"u\#($0)@y.org","name":"U","role":"STUDENT"}"#
        }
        let outcome = try Program.run(
            ["submit", "-", "--format", "json"], in: store, input: input.joined(separator: "\n") + "\n")
        #expect(outcome.exitCode == 0)
        #expect(outcome.lines.count == count)
        let misplaced = outcome.lines.enumerated().first { !$0.element.contains(#""email":"u\#($0.offset)@y.org""#) }
        #expect(misplaced == nil)
        let users = try Program.run(["show", "users", "--format", "json"], in: store)
        #expect(users.lines.count == count + 4)
    }

    @Test func `does nothing twice when the same lines come again`() throws {
        let store = try TemporaryStore.furnished()
        let input = Self.applies.enumerated().map { number, line in
            line.replacingOccurrences(
                of: "{\"actor\"", with: "{\"commandID\":\"0192f1c4-0000-4000-8000-00000000000\(number)\",\"actor\"")
        }.joined(separator: "\n")
        let first = try Program.run(["submit", "-", "--format", "json"], in: store, input: input)
        #expect(first.lines.allSatisfy { $0.contains(#""outcome":"accepted""#) })
        let second = try Program.run(["submit", "-", "--format", "json"], in: store, input: input)
        #expect(second.exitCode == 0)
        let expected = first.output.replacingOccurrences(of: "accepted", with: "replayed")
        #expect(second.output == expected)
    }

    @Test func `stops behind the first refusal when told to`() throws {
        let store = try TemporaryStore.furnished()
        let input = [Self.applies[0], Self.applies[0], Self.applies[1]].joined(separator: "\n")
        let outcome = try Program.run(
            ["submit", "-", "--format", "json", "--stop-on-refusal"], in: store, input: input)
        #expect(outcome.exitCode == 1)
        #expect(outcome.lines.count == 2)
        #expect(outcome.output.contains("ALREADY_ENROLLED"))
        let enrollments = try Program.run(["show", "enrollments", "--format", "json"], in: store)
        #expect(enrollments.lines.count == 1)
    }

    @Test func `answers each line before the next one is there`() throws {
        let store = try TemporaryStore.furnished()
        let running = try RunningProgram(in: store)
        for line in Self.applies {
            running.write(line + "\n")
            #expect(running.readLine()?.contains(#""outcome":"accepted""#) == true)
        }
        #expect(try running.finish().exitCode == 0)
    }

    @Test func `refuses a name of ten megabytes and goes on`() throws {
        let store = try TemporaryStore.furnished()
        let name = String(repeating: "가", count: 3_500_000)
        let line = #"{"actor":"system","command":"RegisterUser","email":"big@x","name":"\#(name)","role":"STUDENT"}"#
        let outcome = try Program.run(
            ["submit", "-", "--format", "json"], in: store, input: line + "\n" + Self.applies[0])
        #expect(outcome.exitCode == 0)
        #expect(outcome.lines.first?.contains(#""observed":{"field":"name","problem":"tooLong"}"#) == true)
        #expect(outcome.lines.last?.contains(#""outcome":"accepted""#) == true)
    }

    @Test func `passes over a line that is longer than any command`() throws {
        let store = try TemporaryStore.furnished()
        let long = #"{"actor":""# + String(repeating: "x", count: 20 << 20) + #""}"#
        let outcome = try Program.run(
            ["submit", "-", "--format", "json"], in: store, input: long + "\n" + Self.applies[0])
        #expect(outcome.exitCode == 1)
        #expect(outcome.lines.first?.contains(#""line":1,"reason":"the line is longer"#) == true)
        #expect(outcome.lines.last?.contains(#""outcome":"accepted""#) == true)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `answers every line of a mutilated file and never falls over`(_ seed: UInt64) throws {
        let store = try TemporaryStore.furnished()
        var generator = SplitMix64(seed: seed)
        let bytes: [UInt8] = [0x00, 0x22, 0x5C, 0x7B, 0x7D, 0x2C, 0x2D, 0x30, 0x39, 0x2E, 0x65, 0x75, 0xC3, 0xED, 0xFF]
        var input = Data()
        let count = 4000
        for number in 0..<count {
            var line = Array(Self.applies[number % Self.applies.count].utf8)
            for _ in 0...generator.below(3) {
                let place = generator.below(line.count)
                if generator.chance(1, in: 3) {
                    line.remove(at: place)
                } else if generator.chance(1, in: 2) {
                    line[place] = generator.pick(bytes)
                } else {
                    line.insert(generator.pick(bytes), at: place)
                }
            }
            input.append(contentsOf: line + [UInt8(ascii: "\n")])
        }
        let files = try TemporaryDirectory()
        try input.write(to: URL(fileURLWithPath: files.path + "/lines"))
        let outcome = try Program.run(["submit", files.path + "/lines", "--format", "json"], in: store)
        #expect(outcome.exitCode == 1, "seed \(seed)")
        #expect(outcome.lines.count == count, "seed \(seed)")
        #expect(try Program.run(["verify"], in: store).exitCode == 0, "seed \(seed)")
    }
}
