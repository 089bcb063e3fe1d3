// The OCEL file against the history that it was made from: tables, rows, order, relations, changes, ranges.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentAudit
@testable import EnrollmentExport

@Suite struct `An OCEL export` {
    private static let seeds: [UInt64] = [1, 7]

    /// Random commands; events of every type with both seeds together, as another test proves.
    private func random(_ seed: UInt64) async throws -> EventHistory {
        try await AuditStore.random(seed: seed, commands: 1500).history()
    }

    @Test func `has a table for each type, and no row that leads nowhere`() async throws {
        let scratch = try ExportScratch()
        let folder = try scratch.export(try await random(1), .ocel)
        let tables = try scratch.rows(folder, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
        let expected =
            ["event", "event_map_type", "event_object", "object", "object_map_type", "object_object"]
            + EventType.allCases.map { "event_" + $0.name }
            + ["object_course", "object_enrollment", "object_term", "object_user"]
        #expect(tables == expected.sorted())
        #expect(try scratch.rows(folder, "PRAGMA foreign_key_check") == [])
        #expect(try scratch.rows(folder, "PRAGMA integrity_check") == ["ok"])
        #expect(try scratch.rows(folder, "SELECT count(*) FROM event_map_type") == ["\(EventType.allCases.count)"])
        // Every event and object stands in a relation, but for attestations by the system, which are about no object.
        for (table, owner) in [("event", "event_object"), ("object", "event_object")] {
            let lonely =
                "SELECT ocel_id FROM \(table) WHERE ocel_id NOT IN (SELECT ocel_\(table)_id FROM \(owner)) "
                + "AND ocel_type <> 'StateAttested'"
            #expect(try scratch.rows(folder, lonely) == [])
        }
    }

    @Test(arguments: seeds)
    func `has every event once, in the order of the log`(_ seed: UInt64) async throws {
        let scratch = try ExportScratch()
        let history = try await random(seed)
        let folder = try scratch.export(history, .ocel)
        let union = EventType.allCases.map {
            "SELECT ocel_id, ocel_time, seq, recorded_at, effective_at, actor, '\($0.name)' AS type "
                + "FROM event_\($0.name)"
        }.joined(separator: " UNION ALL ")
        let rows = try scratch.rows(
            folder,
            "SELECT e.ocel_id, t.seq, t.recorded_at, t.effective_at, t.actor, e.ocel_type FROM (\(union)) t "
                + "JOIN event e ON e.ocel_id = t.ocel_id AND e.ocel_type = t.type ORDER BY t.ocel_time")
        let expected = try history.events().map { event in
            let effectiveAt = event.time.effectiveAt?.fullText ?? ""
            return "event/\(event.position)|\(event.position)|\(event.time.recordedAt.fullText)|\(effectiveAt)"
                + "|\(event.actor)|\(event.event.type.name)"
        }
        #expect(rows == expected)
        let times = try scratch.rows(folder, "SELECT count(DISTINCT ocel_time) FROM (\(union))")
        #expect(times == ["\(expected.count)"])
    }

    @Test func `keeps events of one instant a microsecond apart, and says the true time`() async throws {
        let scratch = try ExportScratch()
        let folder = try scratch.export(try await AuditStore.furnished(capacity: 1, students: 1).history(), .ocel)
        let rows = try scratch.rows(
            folder,
            """
            SELECT ocel_time, recorded_at FROM event_UserRegistered UNION
            SELECT ocel_time, recorded_at FROM event_CourseCreated ORDER BY 1
            """)
        let day = Timestamp.day(0)
        let expected = (0..<3).map { count in
            "\(Timestamp(microseconds: day.rawValue + Int64(count)).fullText)|\(day.fullText)"
        }
        #expect(rows == expected)
    }

    @Test func `relates each event to what it is about`() async throws {
        let scratch = try ExportScratch()
        let folder = try scratch.export(try await AuditStore.eventful().history(), .ocel)
        let rows = try scratch.rows(
            folder,
            """
            SELECT substr(ocel_event_id, 7) AS event, group_concat(ocel_qualifier || '=' || ocel_object_id, ' ')
            FROM (SELECT rowid, * FROM event_object ORDER BY rowid) GROUP BY event ORDER BY CAST(event AS INTEGER)
            """)
        #expect(
            rows == [
                "1|user=user/1", "2|user=user/2", "3|user=user/3", "4|user=user/4",
                "5|course=course/1 instructor=user/1", "6|course=course/1", "7|term=term/1 course=course/1",
                "8|enrollment=enrollment/1 applicant=user/2 term=term/1", "9|applicant=user/3 term=term/1",
                "10|enrollment=enrollment/1 applicant=user/2 term=term/1", "11|term=term/1 course=course/1",
                "12|enrollment=enrollment/2 applicant=user/3 term=term/1",
                "13|enrollment=enrollment/2 applicant=user/3 term=term/1", "14|user=user/4",
                "15|course=course/1 instructor=user/4", "16|enrollment=enrollment/1 applicant=user/2 term=term/1",
                "17|user=user/2",
            ])
        let objects = try scratch.rows(folder, "SELECT * FROM object_object ORDER BY rowid")
        #expect(
            objects == [
                "course/1|user/1|instructor", "term/1|course/1|course", "enrollment/1|user/2|applicant",
                "enrollment/1|term/1|term", "enrollment/2|user/3|applicant", "enrollment/2|term/1|term",
                "course/1|user/4|instructor",
            ])
    }

    @Test func `names who acted for somebody else`() async throws {
        let store = try await AuditStore.eventful()
        try await store.give(.registerUser(email: "o@x.org", name: "O", role: .operator), at: .day(10))  // 18: user 5
        try await store.give(.cancelEnrollment(2), by: .user(5), at: .day(11))  // 19
        let scratch = try ExportScratch()
        let folder = try scratch.export(try await store.history(), .ocel)
        let sql = "SELECT ocel_object_id, ocel_qualifier FROM event_object WHERE ocel_event_id = 'event/19'"
        #expect(try scratch.rows(folder, sql).contains("user/5|actor"))
    }

    @Test func `tells how attributes changed, and when`() async throws {
        let scratch = try ExportScratch()
        let folder = try scratch.export(try await AuditStore.eventful().history(), .ocel)
        let enrollment = try scratch.rows(
            folder, "SELECT ocel_time, ocel_changed_field, status FROM object_enrollment WHERE ocel_id = 'enrollment/1'"
        )
        #expect(
            enrollment == [
                "\(Timestamp.day(1).fullText)||PENDING", "\(Timestamp.day(3).fullText)|status|APPROVED",
                "\(Timestamp.day(8).fullText)|status|CANCELLED",
            ])
        let term = try scratch.rows(
            folder, "SELECT ocel_time, ocel_changed_field, capacity, status FROM object_term")
        #expect(term.count == 2 && term.last == "\(Timestamp.day(4).fullText)|capacity|2|")
        let user = try scratch.rows(
            folder, "SELECT ocel_changed_field, role, status FROM object_user WHERE ocel_id = 'user/4'")
        #expect(user == ["|STUDENT|ACTIVE", "role|INSTRUCTOR|"])
    }

    /// The attributes of all objects, as the rows of an export make them.
    private func attributes(_ scratch: ExportScratch, _ folder: String, onlyFirst: Bool) throws -> [String: [String]] {
        var objects: [String: [String]] = [:]
        for kind in OCELObjectKind.allCases {
            let columns = kind.columns(ExportOptions()).map(\.name)
            let condition = onlyFirst ? "WHERE ocel_time = '\(OCELWriter.beginning)'" : ""
            for row in try scratch.rows(folder, "SELECT * FROM object_\(kind) \(condition) ORDER BY rowid") {
                let cells = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                guard let place = columns.firstIndex(of: cells[2]) else {
                    #expect(objects[cells[0]] == nil, "\(cells[0]) appears twice")
                    objects[cells[0]] = Array(cells[3...])
                    continue
                }
                objects[cells[0]]?[place] = cells[3 + place]
            }
        }
        return objects
    }

    private func attributes(_ state: EnrollmentState) -> [String: [String]] {
        let objects =
            state.users.map { OCELObject($0.id) } + state.courses.map { OCELObject($0.id) }
            + state.terms.map { OCELObject($0.id) }
            + (1..<state.enrollments.count + 1).map { OCELObject(EnrollmentID(Int64($0))) }
        return Dictionary(
            uniqueKeysWithValues: objects.map { object in
                let values = object.attributes(in: state, ExportOptions()) ?? []
                return (object.name, values.map(\.cell))
            })
    }

    @Test(arguments: seeds)
    func `tells changes from which the state follows`(_ seed: UInt64) async throws {
        let scratch = try ExportScratch()
        let history = try await random(seed)
        let made = try attributes(scratch, try scratch.export(history, .ocel), onlyFirst: false)
        #expect(made == attributes(try history.state()))
    }

    @Test(arguments: seeds)
    func `of a later range begins with what was before it`(_ seed: UInt64) async throws {
        let scratch = try ExportScratch()
        let history = try await random(seed)
        let last = try history.lastPosition()
        for part in 1...4 {
            let cut = Position(last.rawValue * Int64(part) / 5)
            let folder = try scratch.export(history, .ocel) { $0.first = Position(cut.rawValue + 1) }
            let before = attributes(try history.state(through: cut))
            let first = try attributes(scratch, folder, onlyFirst: true)
            #expect(!first.isEmpty)
            for (name, values) in first { #expect(before[name] == values, "\(name) before \(cut)") }
            #expect(try scratch.rows(folder, "PRAGMA foreign_key_check") == [])
            // All else was made within the range, and the rest follows as in the whole.
            let after = attributes(try history.state())
            for (name, values) in try attributes(scratch, folder, onlyFirst: false) {
                #expect(after[name] == values && (first[name] != nil || before[name] == nil), "\(name)")
            }
        }
    }
}

extension OCELValue {
    fileprivate var cell: String {
        switch self {
        case .integer(let number): String(number)
        case .text(let text): text
        case .null: ""
        }
    }
}
