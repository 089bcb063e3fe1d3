// From the columns of a row to its value; text that no enumeration knows is damage, not a crash.

internal import Enrollment
internal import EventLog
internal import GRDB

/// A value that one row of a table gives.
protocol TableRow {
    static var table: TableName { get }
    init(_ columns: Columns) throws
}

/// The columns of a row, by name.
struct Columns {
    let row: Row
    let table: TableName

    func integer(_ column: String) throws -> Int64 { try value(column) }
    func text(_ column: String) throws -> String { try value(column) }
    func time(_ column: String) throws -> Timestamp { Timestamp(microseconds: try value(column)) }
    func id<ID: EntityID>(_ column: String) throws -> ID { ID(try value(column)) }

    func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
        row[column] == nil ? nil : try value(column)
    }

    func number(_ column: String) throws -> Int {
        guard let number = Int(exactly: try integer(column)) else { throw damage(column) }
        return number
    }

    func day(_ column: String) throws -> Day {
        guard let day = Day(try text(column)) else { throw damage(column) }
        return day
    }

    func named<Value: NamedValue>(_ column: String) throws -> Value {
        guard let value = Value(name: try text(column)) else { throw damage(column) }
        return value
    }

    private func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        let stored: DatabaseValue = row[column]
        guard let value = Value.fromDatabaseValue(stored) else { throw damage(column) }
        return value
    }

    private func damage(_ column: String) -> ReadModelError {
        let key: DatabaseValue = row[table.columns[0]]
        let stored: DatabaseValue = row[column]
        return ReadModelError(
            .damaged,
            "\(table.rawValue) \(key): \(column) holds \(stored), which is no such value. Run `enroll rebuild`.")
    }
}

extension UserRow: TableRow {
    static let table = TableName.users

    init(_ columns: Columns) throws {
        id = try columns.id("id")
        sourceID = try columns.optional("source_id")
        email = try columns.optional("email")
        name = try columns.optional("name")
        role = try columns.named("role")
        status = try columns.named("status")
        createdAt = try columns.time("created_at")
        updatedAt = try columns.time("updated_at")
    }
}

extension CourseRow: TableRow {
    static let table = TableName.courses

    init(_ columns: Columns) throws {
        id = try columns.id("id")
        sourceID = try columns.optional("source_id")
        title = try columns.text("title")
        description = try columns.text("description")
        category = try columns.text("category")
        instructor = try columns.optional("instructor_id").map { UserID($0 as Int64) }
        status = try columns.named("status")
        createdAt = try columns.time("created_at")
        updatedAt = try columns.time("updated_at")
    }
}

extension TermRow: TableRow {
    static let table = TableName.terms

    init(_ columns: Columns) throws {
        id = try columns.id("id")
        sourceID = try columns.optional("source_id")
        course = try columns.id("course_id")
        termNumber = try columns.number("term_number")
        startDate = try columns.day("start_date")
        endDate = try columns.day("end_date")
        capacity = try columns.number("capacity")
        enrolledCount = try columns.number("enrolled_count")
        heldCount = try columns.number("held_count")
        admission = try columns.named("admission")
        enrollmentOpensAt = try columns.optional("enrollment_opens_at").map(Timestamp.init(microseconds:))
        enrollmentClosesAt = try columns.time("enrollment_closes_at")
        status = try columns.named("status")
        createdAt = try columns.time("created_at")
        updatedAt = try columns.time("updated_at")
    }
}

extension EnrollmentRow: TableRow {
    static let table = TableName.enrollments

    init(_ columns: Columns) throws {
        id = try columns.id("id")
        user = try columns.id("user_id")
        term = try columns.id("course_term_id")
        status = try columns.named("status")
        overbooked = try columns.integer("overbooked") != 0
        appliedAt = try columns.time("applied_at")
        processedAt = try columns.optional("processed_at").map(Timestamp.init(microseconds:))
        createdAt = try columns.time("created_at")
        updatedAt = try columns.time("updated_at")
    }
}

extension RefusalRow: TableRow {
    static let table = TableName.refusals

    init(_ columns: Columns) throws {
        position = Position(try columns.integer("position"))
        command = try columns.named("command")
        user = try columns.id("user_id")
        term = try columns.id("course_term_id")
        enrollment = try columns.optional("enrollment_id").map { EnrollmentID($0 as Int64) }
        code = try columns.named("code")
        recordedAt = try columns.time("recorded_at")
    }
}
