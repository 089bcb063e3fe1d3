// CloudEvents and CSV against the history that they were made from, and which fields every export leaves out.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation
import Testing

@testable import EnrollmentAudit
@testable import EnrollmentExport

@Suite struct `An export of CloudEvents` {
    @Test func `has a line for each event, as committed here`() async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        let folder = try scratch.export(history, .cloudEvents) { $0.first = 10 }
        let lines = try scratch.text(folder + "/events.jsonl").split(separator: "\n")
        #expect(lines.count == 8)
        let id = try history.events()[9].commandID
        let attributes =
            #"{"specversion":"1.0","id":"test/10","source":"test","type":"EnrollmentApproved","subject":"term/1","#
            + #""time":"\#(Timestamp.day(3))","sequence":"0000000000000000010","datacontenttype":"application/json","#
        let data =
            #""data":{"enrollment":1,"term":1,"effectiveAt":"\#(Timestamp.day(2, hour: 6))","version":3,"#
            + #""actor":"system","commandID":"\#(id)"}}"#
        #expect(try #require(lines.first) == attributes + data)
    }

    @Test(arguments: [UInt64(1), 7])
    func `says of each event what the program's JSON says`(_ seed: UInt64) async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.random(seed: seed, commands: 1500).history()
        let folder = try scratch.export(history, .cloudEvents) { $0.includesPersonalData = true }
        let lines = try scratch.text(folder + "/events.jsonl").split(separator: "\n")
        let events = try history.events()
        try #require(lines.count == events.count)
        for (line, event) in zip(lines, events) {
            var json = ResultJSON()
            json.append(event)
            var wanted = try #require(try object(Data(json.bytes)))
            let found = try #require(try object(Data(line.utf8)))
            #expect(found["id"] as? String == "test/\(event.position)")
            #expect(wanted.removeValue(forKey: "position") as? Int64 == event.position.rawValue)
            for (ours, theirs) in [("type", "type"), ("stream", "subject"), ("recordedAt", "time")] {
                #expect(found[theirs] as? String == wanted.removeValue(forKey: ours) as? String)
            }
            #expect(found["data"] as? NSDictionary == wanted as NSDictionary)
        }
        let sequence = lines.compactMap { try? object(Data($0.utf8))?["sequence"] as? String }
        #expect(sequence == sequence.sorted() && Set(sequence).count == events.count)
    }

    private func object(_ data: Data) throws -> [String: Any]? {
        try JSONSerialization.jsonObject(with: data) as? [String: Any]
    }

    @Test(arguments: [
        ("enrollment", "enrollment"), ("enroll.example/2027", "enroll.example/2027"),
        ("https://r.example/a:b?c", "https://r.example/a:b?c"), ("2027:spring", "2027%3Aspring"),
        ("a/b:c", "a/b:c"), ("50%<x>{y}", "50%25%3Cx%3E%7By%7D"), ("a#b[c]", "a%23b%5Bc%5D"),
    ])
    func `has a source that is a URI reference`(_ origin: String, _ source: String) {
        #expect(CloudEventText.reference(origin) == source)
    }
}

@Suite struct `An export of CSV` {
    @Test func `has a row for each event, and the tables after the last`() async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        let folder = try scratch.export(history, .csv) { $0.last = 11 }
        let names = ["events", "users", "courses", "course_terms", "enrollments", "refusals"].map { $0 + ".csv" }
        #expect(try scratch.names.filter { $0.hasSuffix(".csv") } == names.map { folder + "/" + $0 }.sorted())
        let events = try scratch.text(folder + "/events.csv").components(separatedBy: "\r\n")
        #expect(events.count == 13 && events.last == "")
        let columns = try #require(events.first).components(separatedBy: ",")
        let capacity = Dictionary(uniqueKeysWithValues: zip(columns, events[11].components(separatedBy: ",")))
        #expect(capacity["type"] == "TermCapacityChanged" && capacity["term"] == "1" && capacity["user"] == "")
        #expect(capacity["from"] == "1" && capacity["to"] == "2" && capacity["taken"] == "1")
        #expect(capacity["recorded_at"] == Timestamp.day(4).fullText && capacity["actor"] == "system")
        let refused = Dictionary(uniqueKeysWithValues: zip(columns, events[9].components(separatedBy: ",")))
        #expect(refused["code"] == "TERM_FULL" && refused["observed"] == "capacity=1 taken=1")
        #expect(
            try scratch.text(folder + "/enrollments.csv")
                == "id,user_id,course_term_id,status,overbooked,applied_at,processed_at,created_at,updated_at\r\n"
                + "1,2,1,APPROVED,0,\(Timestamp.day(1).fullText),\(Timestamp.day(2, hour: 6).fullText),"
                + "\(Timestamp.day(1).fullText),\(Timestamp.day(3).fullText)\r\n")
        #expect(
            try scratch.text(folder + "/refusals.csv").hasSuffix(
                "\r\n9,ApplyEnrollment,3,1,,TERM_FULL,"
                    + Timestamp.day(2).fullText + "\r\n"))
    }

    @Test func `has no cell that a spreadsheet would compute`() async throws {
        let scratch = try ExportScratch()
        let store = try await AuditStore.eventful()
        try await store.give(
            .createCourse(title: "Logic", description: "one,\n\"two\"", category: "+cat", sourceID: "@id"))
        let folder = try scratch.export(try await store.history(), .csv) { $0.includesPersonalData = true }
        let events = try scratch.text(folder + "/events.csv")
        for cell in [
            "\"'=HYPERLINK(\"\"x\"\")\"", ",'@later\r\n", ",'+new@x.org,", ",'-Ana,", ",'@id,",
            ",Logic,\"one,\n\"\"two\"\"\",'+cat,",
        ] {
            let isThere = events.contains(cell)
            #expect(isThere, "\(cell)")
        }
        #expect(try scratch.text(folder + "/users.csv").contains(",'+new@x.org,'-Ana,"))
        #expect(try scratch.text(folder + "/courses.csv").contains(",'@id,Logic,\"one,\n\"\"two\"\"\",'+cat,"))
    }

    @Test func `begins with a byte order mark where that is asked for`() async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        let plain = try scratch.export(history, .csv)
        let marked = try scratch.export(history, .csv) { $0.writesByteOrderMark = true }
        for name in ["events", "users", "courses", "course_terms", "enrollments", "refusals"] {
            let bytes = try scratch.bytes("\(plain)/\(name).csv")
            #expect(try scratch.bytes("\(marked)/\(name).csv") == Data([0xEF, 0xBB, 0xBF]) + bytes)
        }
    }
}

@Suite struct `Every export` {
    @Test(arguments: ExportFormat.allCases)
    func `leaves out what tells about persons, unless asked`(_ format: ExportFormat) async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        let texts = ["s0@x.org", "+new@x.org", "S 1", "-Ana", "HYPERLINK", "más sitio", "@later", "moved away"]
        let without = try scratch.export(history, format)
        let with = try scratch.export(history, format) { $0.includesPersonalData = true }
        for text in texts {
            #expect(try !all(scratch, without).contains(text), "\(text)")
            #expect(try all(scratch, with).contains(text), "\(text)")
        }
        #expect(try all(scratch, without).contains("Logic"))
        #expect(try scratch.text(without + "/manifest.json").contains("\"personalData\" : false"))
        #expect(try scratch.text(with + "/manifest.json").contains("\"personalData\" : true"))
    }

    /// The bytes of all files as text: an OCEL file has its texts in UTF-8 too.
    private func all(_ scratch: ExportScratch, _ folder: String) throws -> String {
        try scratch.names.filter { $0.hasPrefix(folder + "/") }.map { try scratch.text($0) }.joined()
    }

    @Test func `has a column for each field of each event`() async throws {
        var types: Set<EventType> = []
        for seed in [UInt64(1), 7] {
            for event in try await AuditStore.random(seed: seed, commands: 1500).history().events() {
                types.insert(event.event.type)
                let fields = EventColumn.fields(of: event.event.type)
                var values = [EventField.Value?](repeating: nil, count: EventColumn.all.count)
                EventLayout(event.event.type, in: EventColumn.all).place(event.event, into: &values)
                #expect(values.count { $0 != nil } == event.event.fields.count)
                for (place, value) in values.enumerated() where value != nil {
                    #expect(fields.contains(EventColumn.all[place].field))
                }
            }
        }
        // Nobody is erased from a store that keeps texts as they are.
        let possible = Set(EventType.allCases).subtracting([.erasureRequested, .userErased])
        #expect(types == possible, "the random histories lack some types")
        #expect(Set(EventColumn.all.map(\.name)).count == EventColumn.all.count)
        #expect(
            EventColumn.all.contains { $0.name == "source_id" } && EventColumn.all.contains { $0.name == "opens_at" })
    }
}
