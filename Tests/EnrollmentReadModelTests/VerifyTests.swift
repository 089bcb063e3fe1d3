// What a check finds: every kind of change behind the projection's back, named by table, row, column and event.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation
import GRDB
import Testing

struct VerifyTests {
    /// Two students in term 1, one approved, one pending; a third refused; term 2 has seats held.
    static let history: History = {
        var history = History.world(students: 4, capacity: 2)
        history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1), .approveEnrollment(1))
        history.execute(.applyEnrollment(user: 3, term: 1), .applyEnrollment(user: 4, term: 1))
        history.execute(.cancelEnrollment(2), .applyEnrollment(user: 5, term: 1))
        return history
    }()

    private func findings(after sql: String) async throws -> [Finding] {
        try await withScratch { scratch in
            try await scratch.project(Self.history.log)
            #expect(try Verifier.run(Self.history.log, path: scratch.tables).findings == [])
            try scratch.tamper(sql)
            let report = try Verifier.run(Self.history.log, path: scratch.tables)
            #expect(report.findingCount == report.findings.count && !report.isSound)
            return report.findings
        }
    }

    @Test func `an edited count is named with the event that last touched its row`() async throws {
        let found = try await findings(after: "UPDATE course_terms SET enrolled_count = 2")
        let difference = try #require(found.first { $0.kind != .invariant(1) && $0.kind != .invariant(3) })
        #expect(difference.kind == .differentValue(column: "enrolled_count", live: "2", log: "1"))
        #expect(difference.table == "course_terms" && difference.row == "1")
        let last = Self.history.events.last { $0.event.type == .enrollmentApplied }
        #expect(difference.lastEvent?.position == last?.position && difference.lastEvent?.type == .enrollmentApplied)
        #expect(found.contains { $0.kind == .invariant(1) && $0.row == "1" })
        #expect(difference.description.contains("course_terms 1: enrolled_count is 2, and the log says 1"))
        #expect(difference.description.contains("EnrollmentApplied at position \(last?.position ?? 0)"))
    }

    @Test func `a deleted row is missing`() async throws {
        let found = try await findings(after: "DELETE FROM enrollments WHERE id = 2")
        #expect(found.map(\.kind) == [.missingRow])
        #expect(found[0].table == "enrollments" && found[0].row == "2")
        #expect(found[0].lastEvent?.type == .enrollmentCancelled)
    }

    @Test func `rows at the end and refusals are missed too`() async throws {
        let found = try await findings(after: "DELETE FROM refusals; DELETE FROM users WHERE id = 5")
        #expect(found.filter { $0.kind == .missingRow }.map(\.table) == ["refusals", "users"])
        #expect(found.contains { $0.kind == .invariant(11) && $0.table == "enrollments" })
    }

    @Test func `an extra row is told, wherever it stands`() async throws {
        let found = try await findings(
            after: """
                INSERT INTO users VALUES (0, NULL, 'zero', 'Zero', 'USER', 'ACTIVE', 0, 0),
                    (77, NULL, 'more', 'More', 'USER', 'ACTIVE', 0, 0);
                INSERT INTO refusals VALUES (1, 'ApplyEnrollment', 2, 1, NULL, 'TERM_FULL', 0)
                """)
        #expect(found.map(\.kind) == [.extraRow, .extraRow, .extraRow])
        #expect(found.map { "\($0.table) \($0.row)" } == ["refusals 1", "users 0", "users 77"])
        #expect(found.allSatisfy { $0.lastEvent == nil })
    }

    @Test func `a flipped status breaks the comparison and the count`() async throws {
        let found = try await findings(
            after: "UPDATE enrollments SET status = 'REJECTED' WHERE id = 1")
        #expect(found.contains { $0.kind == .differentValue(column: "status", live: "'REJECTED'", log: "'APPROVED'") })
        #expect(found.contains { $0.kind == .invariant(1) && $0.table == "course_terms" && $0.row == "1" })
        #expect(found.first { $0.table == "enrollments" }?.lastEvent?.type == .enrollmentApproved)
    }

    @Test func `an edited name is a difference and nothing else`() async throws {
        let found = try await findings(after: "UPDATE users SET name = 'Mallory' WHERE id = 3")
        #expect(found.map(\.kind) == [.differentValue(column: "name", live: "'Mallory'", log: "'S 2'")])
        #expect(found[0].lastEvent?.type == .userRegistered && found[0].lastEvent?.position == 3)
    }

    @Test func `text of the same length is told apart`() async throws {
        let found = try await findings(after: "UPDATE users SET name = 'S 7' WHERE id = 3")
        #expect(found.map(\.kind) == [.differentValue(column: "name", live: "'S 7'", log: "'S 2'")])
    }

    @Test func `memory of the projection is compared as well`() async throws {
        let found = try await findings(
            after: "UPDATE projection_terms SET window_is_set = 1; DELETE FROM projection_courses")
        #expect(found.map(\.table) == ["projection_terms", "projection_courses"])
    }

    @Test(arguments: [
        ("UPDATE course_terms SET held_count = 0", 2), ("UPDATE course_terms SET capacity = 1", 3),
        ("DROP INDEX enrollments_live; UPDATE enrollments SET user_id = 2, status = 'PENDING' WHERE id = 3", 4),
        ("UPDATE course_terms SET enrolled_count = -1", 5),
        ("UPDATE enrollments SET processed_at = NULL WHERE id = 1", 6),
        ("UPDATE enrollments SET processed_at = 5 WHERE id = 3", 6),
        ("UPDATE enrollments SET processed_at = applied_at - 1 WHERE id = 1", 6),
        ("UPDATE course_terms SET status = 'CANCELLED'", 7), ("UPDATE course_terms SET status = 'COMPLETED'", 7),
        ("UPDATE courses SET status = 'ARCHIVED'", 8), ("UPDATE users SET email = 'S1@Example.org' WHERE id = 2", 9),
        ("DROP INDEX users_email; UPDATE users SET email = 's1@example.org'", 9),
        ("UPDATE course_terms SET end_date = '1999-01-01'", 10), ("UPDATE course_terms SET capacity = 0", 10),
        ("UPDATE courses SET instructor_id = 99", 11), ("UPDATE course_terms SET course_id = 99", 11),
        ("UPDATE refusals SET user_id = 99", 11), ("UPDATE refusals SET enrollment_id = 99", 11),
    ])
    func `each invariant is found broken`(sql: String, invariant: Int) async throws {
        let found = try await findings(after: sql)
        #expect(found.contains { $0.kind == .invariant(invariant) && !$0.row.isEmpty }, "\(found)")
    }

    @Test(arguments: [
        ("DROP INDEX enrollments_live", "index enrollments_live is missing"),
        ("DROP VIEW users_readable", "view users_readable is missing"),
        ("CREATE TRIGGER t AFTER UPDATE ON users BEGIN DELETE FROM refusals; END", "trigger t does not belong here"),
        ("DROP INDEX refusals_user; CREATE INDEX refusals_user ON refusals (code)", "index refusals_user was altered"),
    ])
    func `what belongs to the schema is checked`(sql: String, message: String) async throws {
        let found = try await findings(after: sql)
        #expect(found.map(\.kind) == [.integrity])
        #expect(found[0].message == "the \(message)")
    }

    @Test func `a seat that was given above the capacity without an override is found in the log`() async throws {
        try await withScratch { scratch in
            var history = Self.history
            history.record([.enrollmentApplied(4, user: 4, term: 1, direct: false)])
            let position = history.log.durablePosition
            history.execute(.cancelEnrollment(4))
            try await scratch.project(history.log)
            let found = try Verifier.run(history.log, path: scratch.tables).findings
            #expect(found.map(\.kind) == [.invariant(3)])
            #expect(found[0].lastEvent?.position == position && found[0].row == "1")
        }
    }

    @Test func `overrides and capacity cuts are no oversold seats`() async throws {
        try await withScratch { scratch in
            var history = Self.history
            history.execute(
                .enrollDirectly(user: 4, term: 1, override: true, reason: "Needs it"),
                .changeTermCapacity(1, to: 1, allowOverbooked: true, reason: "Room"), .approveEnrollment(3))
            try await scratch.project(history.log)
            #expect(try ReadTables.open(path: scratch.tables).term(1)?.enrolledCount == 3)
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [])
        }
    }

    @Test func `at most a hundred findings are kept, and all are counted`() async throws {
        let history = History.world(students: 300)
        try await withScratch { scratch in
            try await scratch.project(history.log)
            try scratch.tamper("UPDATE users SET name = name || '!'")
            let report = try Verifier.run(history.log, path: scratch.tables)
            #expect(report.findings.count == 100 && report.findingCount == 301)
        }
    }

    @Test func `damaged pages are found by SQLite, or stop the check with a clear error`() async throws {
        try await withScratch { scratch in
            let history = History.random(seed: 1, events: 900)
            try await scratch.project(history.log)
            let path = try FileManager.default.destinationOfSymbolicLink(atPath: scratch.tables)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.directory + "/" + path))
            let size = try file.seekToEnd()
            for offset in stride(from: 4_096 + 200, to: size, by: 4_096) {
                try file.seek(toOffset: offset)
                try file.write(contentsOf: [UInt8](repeating: 0xA5, count: 1_000))
            }
            try file.close()
            do {
                #expect(!(try Verifier.run(history.log, path: scratch.tables).isSound))
            } catch let error as ReadModelError {
                #expect(error.code == .damaged)
                #expect(error.message.contains("enroll rebuild"))
            }
        }
    }
}
