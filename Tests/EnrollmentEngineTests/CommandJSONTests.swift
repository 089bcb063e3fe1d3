// Commands as JSON lines: what they mean, and what the complaint says where they mean nothing.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct CommandJSONTests {
    private static let id = "0192f1c4-8a5e-7cc1-b0de-0123456789ab"

    @Test func `the samples hold every kind of command once`() {
        #expect(CommandSample.all.map(\.kind.rawValue).sorted() == CommandKind.allCases.map(\.rawValue).sorted())
        for sample in CommandSample.all {
            #expect(sample.full.kind == sample.kind && sample.least.kind == sample.kind)
        }
    }

    @Test(arguments: CommandSample.all)
    func `a command is read with all of its fields and with as few as it may have`(sample: CommandSample) throws {
        let commands = try CommandJSON.ofTests
        #expect(try commands.decode(sample.line(sample.fields)).command == sample.full)
        #expect(try commands.decode(sample.line(sample.leastFields)).command == sample.least)
    }

    @Test(arguments: CommandSample.all)
    func `the order of the fields means nothing, nor does a slice's place`(sample: CommandSample) throws {
        let commands = try CommandJSON.ofTests
        var random = SplitMix64(seed: UInt64(sample.kind.rawValue))
        for _ in 0..<5 {
            let line = Array("[1]\(sample.line(sample.fields.shuffled(using: &random)))[2]".utf8)
            #expect(try commands.decode(line[3..<(line.count - 3)]).command == sample.full)
        }
    }

    @Test(arguments: CommandSample.all)
    func `a field that may be left out may be null, and means the same`(sample: CommandSample) throws {
        let commands = try CommandJSON.ofTests
        let fields = sample.fields.map { field in
            field.isRequired ? field : CommandField(name: field.name, kind: field.kind, value: "null")
        }
        #expect(try commands.decode(sample.line(fields)).command == sample.least)
    }

    @Test func `null is a value of its own where it takes something away`() throws {
        let commands = try CommandJSON.ofTests
        let nobody = #"{"actor":"system","command":"AssignInstructor","course":2,"instructor":null}"#
        #expect(try commands.decode(nobody).command == .assignInstructor(2, instructor: nil))
        let window = #"{"actor":"system","command":"SetEnrollmentWindow","term":3,"closesAt":null,"opensAt":null}"#
        #expect(try commands.decode(window).command == .setEnrollmentWindow(3, window: nil))
        let term = #"{"actor":"system","command":"UpdateTerm","term":3,"startDate":null,"admission":"FIRST_COME"}"#
        #expect(try commands.decode(term).command == .updateTerm(3, dates: nil, admission: .firstCome))
    }

    @Test func `who, when and in which version stand beside the command's own fields`() throws {
        let commands = try CommandJSON.ofTests
        let line = """
            {"expectedVersion":5,"effectiveAt":"2027-02-01T09:00:00.25+09:00","enrollment":41,\
            "command":"ApproveEnrollment","commandID":"\(Self.id.uppercased())","actor":{"user":12}}
            """
        let id = try #require(CommandID(Self.id))
        #expect(
            try commands.decode(line)
                == CommandEnvelope(
                    id: id, actor: .user(12), command: .approveEnrollment(41),
                    effectiveAt: .day(31).advanced(microseconds: 250_000), expectedVersion: 5))
        let nulls = """
            {"expectedVersion":null,"effectiveAt":null,"enrollment":41,"command":"ApproveEnrollment",\
            "commandID":null,"actor":"system"}
            """
        let first = try commands.decode(nulls)
        #expect(first.actor == .system && first.effectiveAt == nil && first.expectedVersion == nil)
        #expect(try commands.decode(nulls).id != first.id)
    }

    @Test func `days and local times are those of the store's zone`() throws {
        let seoul = CommandJSON(calendar: try StoreCalendar(timeZone: "Asia/Seoul"), sourceIDs: NoSourceIDs())
        let line = """
            {"command":"ScheduleTerm","actor":"system","course":2,"termNumber":1,"startDate":"2027-03-02",\
            "endDate":"2027-06-20","capacity":80,"effectiveAt":"2027-02-01T09:00:00"}
            """
        let envelope = try seoul.decode(line)
        guard case .scheduleTerm(_, _, let dates, _, _, _) = envelope.command else {
            Issue.record("\(envelope)")
            return
        }
        #expect(dates.startDate.description == "2027-03-02" && dates.endDate.description == "2027-06-20")
        #expect(dates.startsAt.description == "2027-03-01T15:00:00Z")
        #expect(dates.endsAt.description == "2027-06-20T15:00:00Z")
        #expect(envelope.effectiveAt?.description == "2027-02-01T00:00:00Z")
    }

    @Test(arguments: [Int64.min, -1, 0, .max])
    func `numbers are taken as far as 64 bits go`(number: Int64) throws {
        let commands = try CommandJSON.ofTests
        let term = """
            {"command":"ScheduleTerm","actor":{"user":\(number)},"course":\(number),"termNumber":\(number),\
            "startDate":"0001-01-01","endDate":"9999-12-31","capacity":\(number),"expectedVersion":\(number)}
            """
        let envelope = try commands.decode(term)
        guard case .scheduleTerm(let course, let termNumber, let dates, let capacity, _, _) = envelope.command else {
            Issue.record("\(envelope)")
            return
        }
        #expect(envelope.actor == .user(UserID(number)) && envelope.expectedVersion == StreamVersion(number))
        #expect(course.rawValue == number && termNumber == number && capacity == number)
        #expect(dates.endsAt == Timestamp(microseconds: Timestamp.latest.rawValue + 1))
    }

    @Test func `texts are taken as they are, whatever they hold`() throws {
        let commands = try CommandJSON.ofTests
        let texts = #""email":"a\u0000b","name":"\uD834\uDD1E 강 \"""#
        let line = #"{"command":"RegisterUser","actor":"system","role":"USER",\#(texts)}"#
        #expect(
            try commands.decode(line).command
                == .registerUser(email: "a\0b", name: "\u{1D11E} 강 \"", role: .user, sourceID: nil))
    }

    @Test func `a source id stands for the id of a user, a course or a term`() throws {
        #expect(
            try Self.command(#""ApplyEnrollment","user":{"sourceID":"kim"},"term":{"sourceID":"2027-1"}"#)
                == .applyEnrollment(user: 107, term: 103))
        #expect(
            try Self.command(#""AssignInstructor","course":{"sourceID":"physics"},"instructor":{"sourceID":"kim"}"#)
                == .assignInstructor(102, instructor: 107))
        #expect(
            try CommandJSON.ofTests.decode(#"{"actor":{"user":{"sourceID":"kim"}},"command":"StartTerm","term":3}"#)
                .actor
                == .user(107))
        #expect(
            try Self.command(#""CreateCourse","title":"T","instructor":{"sourceID":"kim"}"#)
                == .createCourse(title: "T", instructor: 107))
    }

    private static func command(_ fields: String) throws -> Command {
        try CommandJSON.ofTests.decode(#"{"actor":"system","command":\#(fields)}"#).command
    }

    @Test func `a running engine and its state know the source ids of what was made`() async throws {
        try await withStore { engine, _ in
            let zone = "UTC"
            let commands = CommandJSON(calendar: try StoreCalendar(timeZone: zone), sourceIDs: engine)
            let lines = [
                #"{"actor":"system","command":"RegisterUser","email":"a@b.c","name":"A","role":"USER","sourceID":"7"}"#,
                #"{"actor":"system","command":"CreateCourse","title":"T","sourceID":"7"}"#,
                #"""
                {"actor":"system","command":"ScheduleTerm","course":{"sourceID":"7"},"termNumber":1,"capacity":1,\#
                "startDate":"2027-03-02","endDate":"2027-06-20","sourceID":"7"}
                """#,
                #"{"actor":"system","command":"EnrollDirectly","user":{"sourceID":"7"},"term":{"sourceID":"7"}}"#,
            ]
            for line in lines.prefix(3) {
                let envelope = try commands.decode(line)
                _ = try await engine.execute(envelope.command, id: envelope.id, by: envelope.actor)
            }
            let expected = Command.enrollDirectly(user: 1, term: 1, override: false, reason: nil)
            #expect(try commands.decode(lines[3]).command == expected)
            let state = engine.read { copy $0 }
            let offline = CommandJSON(calendar: try StoreCalendar(timeZone: zone), sourceIDs: state)
            #expect(try offline.decode(lines[3]).command == expected)
            #expect(engine.user(sourceID: "8") == nil && engine.course(sourceID: "8") == nil)
            #expect(engine.term(sourceID: "8") == nil && engine.course(sourceID: "7") == 1)
        }
    }
}

/// Knows one of each.
struct OneOfEach: SourceIDs {
    func user(sourceID: String) -> UserID? { sourceID == "kim" ? 107 : nil }
    func course(sourceID: String) -> CourseID? { sourceID == "physics" ? 102 : nil }
    func term(sourceID: String) -> TermID? { sourceID == "2027-1" ? 103 : nil }
}

private struct NoSourceIDs: SourceIDs {
    func user(sourceID: String) -> UserID? { nil }
    func course(sourceID: String) -> CourseID? { nil }
    func term(sourceID: String) -> TermID? { nil }
}

extension CommandJSON {
    /// A reader in UTC that knows one source id of each sort.
    static var ofTests: CommandJSON {
        get throws(EngineError) { CommandJSON(calendar: try StoreCalendar(timeZone: "UTC"), sourceIDs: OneOfEach()) }
    }
}
