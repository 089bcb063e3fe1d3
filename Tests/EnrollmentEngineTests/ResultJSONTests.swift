// What became of commands, as JSON: the fields, their order, and that nothing in them breaks out of its line.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct ResultJSONTests {
    private static let id = CommandID(high: 0x0192_f1c4_8a5e_7cc1, low: 0xb0de_0123_4567_89ab)
    private static let idText = "0192f1c4-8a5e-7cc1-b0de-0123456789ab"

    private static func recorded(_ event: Event, at position: Position = 1204, effectiveAt: Timestamp? = nil)
        -> RecordedEvent
    {
        RecordedEvent(
            position: position, stream: event.stream, version: 4,
            time: EventTime(recordedAt: .day(1), effectiveAt: effectiveAt), actor: .user(7), commandID: id,
            isBatchStart: true, event: event)
    }

    private static let applied = recorded(.enrollmentApplied(41, user: 7, term: 3, direct: false))
    private static let approved = recorded(
        .enrollmentApproved(41, term: 3, overbooked: false, reason: nil), at: 1205, effectiveAt: .day(0, hour: 9))

    @Test func `an accepted command carries its position and its events`() {
        let receipt = Receipt(
            commandID: Self.id, position: 1205, events: [Self.applied, Self.approved], isReplay: false)
        #expect(
            json { $0.append(receipt) } == """
                {"commandID":"\(Self.idText)","outcome":"accepted","position":1205,"events":[\
                {"position":1204,"type":"EnrollmentApplied","enrollment":41,"user":7,"term":3,\
                "recordedAt":"2027-01-02T00:00:00Z"},\
                {"position":1205,"type":"EnrollmentApproved","enrollment":41,"term":3,\
                "effectiveAt":"2027-01-01T09:00:00Z","recordedAt":"2027-01-02T00:00:00Z"}]}
                """)
    }

    @Test func `a command that changed nothing was decided after a position and has none`() {
        let receipt = Receipt(commandID: Self.id, position: 1205, events: [], isReplay: false)
        #expect(
            json { $0.append(receipt) }
                == #"{"commandID":"\#(Self.idText)","outcome":"accepted","decidedAfter":1205,"events":[]}"#)
    }

    @Test(arguments: [[applied], []])
    func `a command that came again carries the first answer`(events: [RecordedEvent]) {
        let receipt = Receipt(commandID: Self.id, position: 1204, events: events, isReplay: true)
        let prefix = #"{"commandID":"\#(Self.idText)","outcome":"replayed","position":1204,"events":["#
        #expect(json { $0.append(receipt) }.hasPrefix(prefix + (events.isEmpty ? "]}" : "{")))
    }

    private static let full = Rejection.termFull(3, capacity: 80, taken: 80)
    private static let refusal = recorded(
        .commandRefused(
            Refusal(
                command: .applyEnrollment, user: 7, term: 3, enrollment: nil, rejection: full, capacity: 80,
                taken: 80)),
        at: 1205)

    @Test(
        arguments: [
            (refusal, false, #""outcome":"refused","position":1205"#),
            (nil, true, #""outcome":"replayed","position":1205"#),
            (refusal, true, #""outcome":"replayed","position":1205"#),
            (nil, false, #""outcome":"refused","decidedAfter":1205"#),
        ] as [(RecordedEvent?, Bool, String)])
    func `a refused command carries the code and what was seen`(
        refusal: RecordedEvent?, isReplay: Bool, outcome: String
    ) {
        let error = ExecutionError.refused(Self.full, at: 1205, refusal: refusal, isReplay: isReplay)
        let expected =
            #"{"commandID":"\#(Self.idText)",\#(outcome),"code":"TERM_FULL","observed":{"capacity":80,"taken":80}}"#
        #expect(json { $0.append(error, of: Self.id) } == expected)
    }

    @Test func `a version conflict carries what the caller has not seen`() {
        let error = ExecutionError.versionConflict(
            .versionConflict(.term(3), expected: 3, actual: 4), at: 1205, since: [Self.applied])
        #expect(
            json { $0.append(error, of: Self.id) } == """
                {"commandID":"\(Self.idText)","outcome":"refused","decidedAfter":1205,"code":"VERSION_CONFLICT",\
                "observed":{"stream":"term/3","expected":3,"actual":4},"since":[\
                {"position":1204,"type":"EnrollmentApplied","enrollment":41,"user":7,"term":3,\
                "recordedAt":"2027-01-02T00:00:00Z"}]}
                """)
    }

    @Test(arguments: [
        (
            ExecutionError.commandIDReused(id, at: 12), #""position":12,"code":"COMMAND_ID_REUSED""#,
            "COMMAND_ID_REUSED: \(idText) names another command, recorded at position 12"
        ),
        (
            .overloaded,
            #""code":"STORE_UNAVAILABLE","reason":"overloaded: too many commands wait for the disk; "#
                + #"nothing was executed""#, "overloaded: too many commands wait for the disk; nothing was executed"
        ),
        (
            .cancelled,
            #""code":"STORE_UNAVAILABLE","reason":"cancelled before it was decided; nothing was executed""#,
            "cancelled before it was decided; nothing was executed"
        ),
        (
            .unavailable(EngineError(.diskFull, "No \"room\".")),
            #""code":"STORE_UNAVAILABLE","reason":"No \"room\".""#, "STORE_UNAVAILABLE: diskFull: No \"room\"."
        ),
    ])
    func `where the store gave no answer there is a reason instead`(
        error: ExecutionError, fields: String, description: String
    ) {
        let expected = #"{"commandID":"\#(Self.idText)","outcome":"refused",\#(fields)}"#
        #expect(json { $0.append(error, of: Self.id) } == expected)
        #expect("\(error)" == description)
    }

    @Test func `an error says in words what was refused, why, and when`() {
        let refused = ExecutionError.refused(Self.full, at: 1205, refusal: nil, isReplay: false)
        #expect("\(refused)" == "TERM_FULL (capacity 80, taken 80), decided at position 1205")
        #expect(refused.code == .termFull)
        let conflict = ExecutionError.versionConflict(
            .versionConflict(.term(3), expected: 3, actual: 4), at: 9, since: [])
        #expect("\(conflict)" == "VERSION_CONFLICT (stream term/3, expected 3, actual 4), decided at position 9")
        #expect(conflict.code == .versionConflict)
        #expect(ExecutionError.commandIDReused(Self.id, at: 1).code == .commandIDReused)
        for error in [ExecutionError.overloaded, .cancelled, .unavailable(EngineError(.io, ""))] {
            #expect(error.code == .storeUnavailable)
        }
    }

    @Test func `a text that was no command carries the place in it`() throws {
        #expect(
            try outcome(#"{"commandID":"\#(Self.idText)","command":"StartTerm","actor":"system","term":"x"}"#, line: 7)
                == #"{"commandID":"\#(Self.idText)","outcome":"invalid","line":7,"column":99,"field":"term","#
                + #""reason":"expected the id of a term: a number, or {\"sourceID\": text}, found the text \"x\""}"#)
        #expect(
            try outcome(#"{"command":"StartTerm"}"#, line: nil)
                == #"{"outcome":"invalid","field":"actor","#
                + #""reason":"is missing; expected \"system\" or {\"user\": id}"}"#)
        #expect(
            try outcome("[\u{1B}]", line: nil)
                == #"{"outcome":"invalid","column":2,"reason":"expected a value, found byte 0x1B"}"#)
        #expect(
            json { $0.append(CommandJSONError(reason: "too long"), line: 3) }
                == #"{"outcome":"invalid","line":3,"reason":"too long"}"#)
    }

    private func outcome(_ text: String, line: Int?) throws -> String {
        let commands = try CommandJSON.ofTests
        let error = try #require(throws: CommandJSONError.self) { try commands.decode(text) }
        return json { $0.append(error, line: line) }
    }

    @Test(arguments: Samples.events)
    func `an event of the log carries all that the log knows, in one order`(event: Event) throws {
        for effectiveAt in [nil, Timestamp.day(0)] {
            let recorded = Self.recorded(event, effectiveAt: effectiveAt)
            let value = try JSONValue.parsing(json { $0.append(recorded) })
            let own = event.fields.map { "\($0.name)" }
            let time = effectiveAt == nil ? ["recordedAt"] : ["effectiveAt", "recordedAt"]
            #expect(value.names == ["position", "type", "stream", "version"] + own + time + ["actor", "commandID"])
            #expect(value["position"]?.text == "1204" && value["version"]?.text == "4")
            #expect(value["type"]?.text == "\"\(event.type.name)\"")
            #expect(value["stream"]?.text == "\"\(event.stream)\"")
            #expect(value["recordedAt"]?.text == "\"2027-01-02T00:00:00Z\"")
            #expect(value["actor"]?.text == "\"user/7\"" && value["commandID"]?.text == "\"\(Self.idText)\"")
        }
    }

    @Test(arguments: Rejection.samples)
    func `every refusal carries its code and exactly what was observed`(rejection: Rejection) throws {
        let error = ExecutionError.refused(rejection, at: 5, refusal: nil, isReplay: false)
        let value = try JSONValue.parsing(json { $0.append(error, of: Self.id) })
        #expect(value.names == ["commandID", "outcome", "decidedAfter", "code", "observed"])
        #expect(value["code"]?.text == "\"\(rejection.code.name)\"")
        let observed = try #require(value["observed"])
        #expect(observed.names == rejection.observed.map(\.name))
        for (name, expected) in rejection.observed {
            switch expected {
            case .number(let number): #expect(observed[name]?.text == "\(number)")
            case .text(let text): #expect(observed[name]?.text == JSONValue.string(text).text)
            }
        }
    }

    @Test func `the samples hold every code that a decision gives`() {
        let others: Set<RejectionCode> = [.commandIDReused, .cancelRatioExceeded, .storeUnavailable]
        #expect(Set(Rejection.samples.map(\.code)) == Set(RejectionCode.allCases).subtracting(others))
    }

    @Test func `lines follow each other, and begin anew`() {
        let error = CommandJSONError(reason: "no")
        var results = ResultJSON()
        for line in 1...2 {
            results.append(error, line: line)
            results.endLine()
        }
        let line = #"{"outcome":"invalid","line":1,"reason":"no"}"# + "\n"
        #expect(String(decoding: results.bytes, as: UTF8.self) == line + line.replacing("1", with: "2"))
        results.removeAll()
        #expect(results.bytes.isEmpty)
        results.append(error, line: 1)
        results.endLine()
        #expect(String(decoding: results.bytes, as: UTF8.self) == line)
    }

    private func json(_ write: (inout ResultJSON) -> Void) -> String {
        var results = ResultJSON()
        write(&results)
        return String(decoding: results.bytes, as: UTF8.self)
    }
}

extension Rejection {
    /// One of every kind, with the values that differ.
    fileprivate static let samples: [Rejection] =
        Samples.rejections + [
            .invalidInput(field: .email, problem: .malformed), .invalidTermDateRange(starts: .day(4), ends: .day(1)),
            .invalidCapacity(-1), .unauthorized(.user(9)), .forbidden(.system), .userNotFound(UserID(Int64.min)),
            .courseNotFound(2), .termNotFound(3), .enrollmentNotFound(4),
            .versionConflict(.refusals(3), expected: -1, actual: 7), .duplicateEmail(existing: 4),
            .duplicateSourceID(existing: .max), .duplicateTermNumber(existing: 8),
            .capacityBelowEnrolled(3, requested: 4, taken: 5), .instructorInvalid(6),
            .invalidUserTransition(1, from: .active, to: .suspended),
            .invalidCourseTransition(1, from: .archived, to: .draft),
            .invalidTermTransition(1, from: .scheduled, to: .completed), .courseHasActiveTerms(2, 3),
            .userHasActiveEnrollments(2, count: 9), .instructorHasActiveCourses(2, 4), .admissionLocked(3, .firstCome),
            .personalDataPlain(2), .legalHold(2),
        ]
}
