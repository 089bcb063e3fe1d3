// Lines that are no command: the complaint names the column, the field, what was expected and what stood there.

import Enrollment
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct `A line that is no command` {

    @Test(arguments: CommandSample.all)
    func `names the field that is missing and what it should be`(sample: CommandSample) throws {
        for field in sample.leastFields {
            let error = try problem(sample.line(sample.leastFields, with: field.name, nil))
            #expect(error.field == field.name && error.column == nil)
            #expect(error.reason.hasPrefix("is missing; expected "), "\(error)")
            #expect(error.reason.contains(field.kind.expectation), "\(error)")
            #expect(error.description == "\(field.name): \(error.reason)")
        }
    }

    @Test(arguments: CommandSample.all)
    func `names the field that holds something else, its place, and what it should be`(sample: CommandSample) throws {
        for field in sample.fields {
            for (value, kind) in Self.values where !field.accepts(value) {
                let line = sample.line(sample.fields, with: field.name, value)
                let error = try problem(line)
                #expect(error.field == field.name, "\(line)")
                #expect(error.column == column(of: field.name, in: line), "\(line)")
                #expect(error.reason.hasPrefix("expected ") && error.reason.hasSuffix("found \(kind)"), "\(error)")
                #expect(error.reason.contains(field.kind.expectation), "\(error)")
            }
        }
    }

    @Test(arguments: CommandSample.all)
    func `names the first field that the command does not have, and those that it has`(sample: CommandSample) throws {
        for fields in [sample.fields, sample.leastFields] {
            let line = sample.line(fields)
            let error = try problem(line.dropLast() + #","weather":1,"color":2}"#)
            #expect(error.field == "weather")
            #expect(error.column == line.count + 11)
            let names = ["command", "actor"] + sample.fields.map(\.name) + ["effectiveAt", "expectedVersion"]
            #expect(error.reason.hasPrefix("\(sample.kind.name) has no such field; it takes commandID, "))
            for name in names { #expect(error.reason.contains(" \(name)"), "\(name) in \(error)") }
        }
    }

    @Test(arguments: CommandSample.all)
    func `has no id that stands for another sort of thing`(sample: CommandSample) throws {
        for field in sample.fields {
            let known: String
            switch field.kind {
            case .user: known = "kim"
            case .course: known = "physics"
            case .term: known = "2027-1"
            default: continue
            }
            for other in ["kim", "physics", "2027-1", "", "KIM"] where other != known {
                let line = sample.line(sample.fields, with: field.name, #"{"sourceID":"\#(other)"}"#)
                let error = try problem(line)
                #expect(error.field == field.name && error.column == column(of: field.name, in: line))
                #expect(error.reason == "no \(field.kind) has the sourceID \"\(other)\"")
            }
            let number = try problem(sample.line(sample.fields, with: field.name, #"{"sourceID":7}"#))
            #expect(number.field == "sourceID" && number.reason == "expected a text, found 7")
            for value in [#"{"sourceID":"\#(known)","a":1}"#, #"{"id":"\#(known)"}"#] {
                let error = try problem(sample.line(sample.fields, with: field.name, value))
                #expect(error.field == field.name)
                let expected = "expected \(field.kind.expectation): a number, or {\"sourceID\": text}"
                #expect(error.reason == expected + ", found an object")
            }
        }
    }

    @Test(
        arguments: [
            ("", 1, nil, "expected a value, but the line ends"), ("[]", 1, nil, "expected an object, found an array"),
            ("7", 1, nil, "expected an object, found 7"), ("  null", 1, nil, "expected an object, found null"),
            (#"{"강의":1 "a"}"#, 9, nil, "expected a comma or a closing brace, found '\"'"),
            (#"{"actor":"system"}"#, nil, "command", "is missing; expected one of RegisterUser, UpdateUser"),
            (#"{"command":7}"#, 12, "command", "expected one of RegisterUser, UpdateUser"),
            (#"{"command":"applyEnrollment"}"#, 12, "command", "expected one of RegisterUser, UpdateUser"),
            (#"{"command":"StartTerm"}"#, nil, "actor", #"is missing; expected "system" or {"user": id}"#),
            (
                #"{"command":"StartTerm","actor":"root"}"#, 32, "actor",
                #"expected "system" or {"user": id}, found the text "root""#
            ),
            (
                #"{"command":"StartTerm","actor":{}}"#, 32, "actor",
                #"expected "system" or {"user": id}, found an object"#
            ),
            (
                #"{"command":"StartTerm","actor":{"user":1,"a":2}}"#, 32, "actor",
                #"expected "system" or {"user": id}, found an object"#
            ),
            (
                #"{"command":"StartTerm","actor":{"course":1}}"#, 32, "actor",
                #"expected "system" or {"user": id}, found an object"#
            ),
            (#"{"command":"StartTerm","actor":{"user":null}}"#, 40, "user", "expected the id of a user: a number"),
            (#"{"강":"의","command":"StartTerm","actor":"system","term":1}"#, 6, "강", "StartTerm has no such field"),
        ] as [(String, Int?, String?, String)])
    func `tells what is wrong and where`(line: String, column: Int?, field: String?, reason: String) throws {
        let error = try problem(line)
        #expect(error.column == column && error.field == field, "\(error)")
        #expect(error.reason.hasPrefix(reason), "\(error)")
        let place = column.map { "column \($0): " } ?? ""
        #expect(error.description == place + (field.map { "\($0): " } ?? "") + error.reason)
    }

    @Test(arguments: [
        ("opensAt", "closesAt", "closesAt"), ("closesAt", "opensAt", "closesAt"),
    ])
    func `does not set one bound of a window and leave the other`(given: String, null: String, named: String) throws {
        let line = """
            {"command":"SetEnrollmentWindow","actor":"system","term":3,"\(given)":"2027-01-02","\(null)":null}
            """
        let error = try problem(line)
        #expect(error.field == named && error.column == column(of: named, in: line))
        #expect(error.reason == "opensAt and closesAt are given together, or both null")
    }

    @Test(arguments: [
        ("commandID", "7", "a UUID of 36 characters"), ("commandID", #""0192f1c4""#, "a UUID of 36 characters"),
        ("commandID", #""0192f1c4-8a5e-7cc1-b0de-0123456789ag""#, "a UUID of 36 characters"),
        ("effectiveAt", "7", "an instant such as 2027-02-01T09:00:00Z"),
        ("effectiveAt", #""2027-02-30""#, "an instant such as 2027-02-01T09:00:00Z"),
        ("effectiveAt", #""2027-02-01T25:00:00Z""#, "an instant such as 2027-02-01T09:00:00Z"),
        ("expectedVersion", #""5""#, "a whole number"), ("expectedVersion", "5.0", "a whole number"),
        ("expectedVersion", "9223372036854775808", "a whole number"),
        ("startDate", #""2027-2-1""#, "a date such as 2027-03-02"),
        ("endDate", #""2027-02-29""#, "a date such as 2027-03-02"),
        ("admission", #""first_come""#, "one of APPROVAL, "),
        ("capacity", "80.5", "a whole number"), ("capacity", "8e1", "a whole number"),
        ("termNumber", "-9223372036854775809", "a whole number"),
    ])
    func `names a field whose value is of the right sort and cannot be`(
        name: String, value: String, expected: String
    ) throws {
        let sample = try #require(CommandSample.all.first { $0.kind == .scheduleTerm })
        let fields = sample.fields.filter { $0.name != name }
        let line = sample.line(fields + [CommandField(name: name, kind: .text, value: value)])
        let error = try problem(line)
        #expect(error.field == name && error.column == column(of: name, in: line))
        #expect(error.reason.hasPrefix("expected \(expected)"), "\(error)")
    }

    @Test func `keeps its readable id, so that the answer can be matched`() throws {
        let id = "0192f1c4-8a5e-7cc1-b0de-0123456789ab"
        let named = try problem(#"{"commandID":"\#(id)","command":"StartTerm"}"#)
        #expect(named.commandID == CommandID(id) && named.field == "actor")
        let nameless = try problem(#"{"command":"StartTerm"}"#)
        #expect(nameless.commandID == nil && nameless.field == "actor")
        let broken = try problem(#"{"commandID":"\#(id)","command":"#)
        #expect(broken.commandID == nil && broken.column == 63)
    }

    @Test func `may be one that nobody looked at`() {
        let error = CommandJSONError(reason: "longer than 1 MiB")
        #expect(error.column == nil && error.field == nil && error.commandID == nil)
        #expect(error.description == "longer than 1 MiB")
    }

    @Test func `shows no more than the beginning of what stands there`() throws {
        let long = String(repeating: "x", count: 1000)
        for line in [
            #"{"command":"StartTerm","actor":"system","term":1,"\#(long)":1}"#, #"{"command":"\#(long)"}"#,
            #"{"command":"StartTerm","actor":"\#(long)"}"#,
            #"{"command":"StartTerm","actor":"system","term":{"sourceID":"\#(long)"}}"#,
        ] {
            let error = try problem(line)
            #expect(!error.description.contains(String(repeating: "x", count: 41)))
            #expect(error.description.contains(String(repeating: "x", count: 40) + "…"))
        }
    }

    /// One value of every kind, and what a complaint calls it.
    private static let values = [
        ("null", "null"), ("true", "true"), ("7", "7"), ("7.5", "the number 7.5"),
        ("99999999999999999999", "99999999999999999999, which does not fit into 64 bits"),
        ("\"x\"", "the text \"x\""), ("[]", "an array"), ("{}", "an object"),
    ]

    private func problem(_ line: some StringProtocol) throws -> CommandJSONError {
        let commands = try CommandJSON.ofTests
        return try #require(throws: CommandJSONError.self) { try commands.decode(String(line)) }
    }

    /// Where the value of a field begins, in characters from 1.
    private func column(of field: String, in line: String) -> Int? {
        line.firstRange(of: "\"\(field)\":").map { line.distance(from: line.startIndex, to: $0.upperBound) + 1 }
    }
}

extension CommandField {
    /// Whether a value of some kind is one for this field.
    fileprivate func accepts(_ value: String) -> Bool {
        switch value {
        case "null": !isRequired || mayBeNull
        case "true": kind == .flag
        case "7": [.number, .user, .course, .term, .enrollment].contains(kind)
        case "\"x\"": kind == .text
        default: false
        }
    }
}

extension CommandField.Kind {
    /// How a complaint puts what is expected.
    fileprivate var expectation: String {
        switch self {
        case .text: "a text"
        case .number: "a whole number"
        case .flag: "true or false"
        case .role: "one of ADMIN, OPERATOR, INSTRUCTOR, STUDENT, USER"
        case .admission: "one of APPROVAL, FIRST_COME, SELECTION"
        case .date: "a date such as 2027-03-02"
        case .instant: "an instant"
        case .user: "the id of a user"
        case .course: "the id of a course"
        case .term: "the id of a term"
        case .enrollment: "an enrollment"
        case .digest: "64 hexadecimal digits"
        }
    }
}
