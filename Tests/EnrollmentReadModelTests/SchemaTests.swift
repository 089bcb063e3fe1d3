// The shape of the tables: names, columns, guards and views, as other programs rely on them.

import Enrollment
import EnrollmentReadModel
import EventLog
import Foundation
import GRDB
import Testing

struct SchemaTests {
    @Test func `the tables have exactly the columns that other programs rely on`() async throws {
        try await withScratch { scratch in
            try await scratch.project(MemoryLog())
            let columns = try await DatabaseQueue(path: scratch.tables).read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT t.name || '(' || group_concat(c.name, ', ') || ')' FROM pragma_table_list t
                        JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
                        GROUP BY t.name ORDER BY t.name
                        """)
            }
            #expect(
                columns == [
                    """
                    course_terms(id, source_id, course_id, term_number, start_date, end_date, capacity, \
                    enrolled_count, held_count, admission, enrollment_opens_at, enrollment_closes_at, status, \
                    created_at, updated_at)
                    """,
                    """
                    courses(id, source_id, title, description, category, instructor_id, status, created_at, updated_at)
                    """,
                    """
                    enrollments(id, user_id, course_term_id, status, overbooked, applied_at, processed_at, \
                    created_at, updated_at)
                    """,
                    "projection(name, store_id, epoch, position, version)",
                    "projection_courses(id, published_at)",
                    "projection_terms(id, starts_at, window_is_set)",
                    "refusals(position, command, user_id, course_term_id, enrollment_id, code, recorded_at)",
                    "users(id, source_id, email, name, role, status, created_at, updated_at)",
                ])
        }
    }

    @Test func `every table is strict and without rowid`() async throws {
        try await withScratch { scratch in
            try await scratch.project(MemoryLog())
            let loose = try await DatabaseQueue(path: scratch.tables).read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT name FROM pragma_table_list
                        WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND NOT (strict AND wr)
                        """)
            }
            #expect(loose.isEmpty)
        }
    }

    @Test func `the file says what it is, is in WAL mode and readable by its owner only`() async throws {
        try await withScratch { scratch in
            let model = try ReadModel.open(path: scratch.tables, following: MemoryLog())
            let database = try DatabaseQueue(path: scratch.tables)
            let pragmas = try await database.read { database in
                try ["application_id", "user_version", "journal_mode"].map {
                    try String.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(pragmas == ["1162760780", "2", "wal"])
            for name in try scratch.files() {
                var status = stat()
                #expect(stat(scratch.directory + "/" + name, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600, "\(name)")
            }
            try model.close()
        }
    }

    /// What would break an invariant, and the guard that refuses it.
    static let guards: [(sql: String, guardian: String)] = [
        ("UPDATE users SET email = 's1@example.org' WHERE id = 3", "users.email"),
        ("UPDATE users SET source_id = 'op' WHERE id = 2", "users.source_id"),
        ("UPDATE users SET role = 'KING' WHERE id = 1", "role"),
        ("UPDATE users SET created_at = 'now' WHERE id = 1", "users.created_at"),
        ("UPDATE courses SET instructor_id = 99 WHERE id = 1", "FOREIGN KEY"),
        ("UPDATE course_terms SET capacity = 0 WHERE id = 1", "capacity"),
        ("UPDATE course_terms SET enrolled_count = -1 WHERE id = 1", "enrolled_count"),
        ("UPDATE course_terms SET end_date = '2000-01-01' WHERE id = 1", "start_date <= end_date"),
        (
            "INSERT INTO course_terms SELECT 2, NULL, course_id, term_number, start_date, end_date, 1, 0, 0, "
                + "admission, NULL, 0, status, 0, 0 FROM course_terms", "course_terms.term_number"
        ),
        ("INSERT INTO enrollments VALUES (3, 2, 1, 'PENDING', 0, 0, NULL, 0, 0)", "enrollments.user_id"),
        ("INSERT INTO enrollments VALUES (3, 2, 1, 'APPROVED', 0, 0, 0, 0, 0)", "enrollments.user_id"),
        ("INSERT INTO enrollments VALUES (3, 3, 1, 'PENDING', 0, 0, 0, 0, 0)", "processed_at"),
        ("INSERT INTO enrollments VALUES (3, 3, 9, 'PENDING', 0, 0, NULL, 0, 0)", "FOREIGN KEY"),
        ("DELETE FROM users WHERE id = 2", "FOREIGN KEY"),
        ("INSERT INTO refusals VALUES (99, 'ApplyEnrollment', 77, 1, NULL, 'TERM_FULL', 0)", "FOREIGN KEY"),
    ]

    @Test(arguments: guards)
    func `SQLite refuses rows that break an invariant`(sql: String, guardian: String) async throws {
        try await withScratch { scratch in
            var history = History.world()
            history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1))
            try await scratch.project(history.log)
            let error = await #expect(throws: DatabaseError.self) {
                try await DatabaseQueue(path: scratch.tables).write { try $0.execute(sql: sql) }
            }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            #expect(error?.message?.contains(guardian) == true, "\(String(describing: error))")
        }
    }

    @Test func `a rejected or cancelled enrollment does not stand in the way of another one`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            history.execute(
                .publishCourse(1), .applyEnrollment(user: 2, term: 1), .cancelEnrollment(1),
                .applyEnrollment(user: 2, term: 1), .rejectEnrollment(2), .applyEnrollment(user: 2, term: 1))
            try await scratch.project(history.log)
            let statuses = try ReadTables.open(path: scratch.tables).enrollments().map(\.status)
            #expect(statuses == [.cancelled, .rejected, .pending])
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (-1_000_000, "1969-12-31T23:59:59.000000Z"), (1_798_761_600_000_001, "2027-01-01T00:00:00.000001Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        (-11_644_473_600_000_001, "1600-12-31T23:59:59.999999Z"),
    ])
    func `the readable views show instants of every age`(microseconds: Int64, text: String) async throws {
        try await withScratch { scratch in
            try await scratch.project(History.world().log)
            let shown = try await DatabaseQueue(path: scratch.tables).write { database in
                try database.execute(sql: "UPDATE users SET created_at = ? WHERE id = 1", arguments: [microseconds])
                return try String.fetchOne(database, sql: "SELECT created_at FROM users_readable WHERE id = 1")
            }
            #expect(shown == text)
        }
    }

    @Test func `the readable views have the columns of their tables and keep what is no instant`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1))
            try await scratch.project(history.log)
            try await DatabaseQueue(path: scratch.tables).read { database in
                for table in TableName.allCases where !table.rawValue.hasPrefix("projection") {
                    let view = try database.columns(in: "\(table.rawValue)_readable").map(\.name)
                    #expect(view == table.columns)
                }
                let enrollment = try Row.fetchOne(database, sql: "SELECT * FROM enrollments_readable")
                #expect(enrollment?["status"] == "PENDING")
                #expect(enrollment?["processed_at"] == nil)
                #expect(enrollment?["applied_at"] == "2027-01-01T00:00:00.000000Z")
                let term = try Row.fetchOne(database, sql: "SELECT * FROM course_terms_readable")
                #expect(term?["enrollment_closes_at"] == "2027-04-11T00:00:00.000000Z")
                #expect(term?["start_date"] == "2027-04-11")
            }
        }
    }
}
