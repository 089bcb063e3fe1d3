// The typed queries: lists in the order of their key, and single rows by id or by the id of the outside world.

public import Enrollment
public import EventLog
internal import GRDB

/// Equalities that hold for every row of a result.
private typealias Conditions = [(column: String, value: (any DatabaseValueConvertible)?)]

extension ReadTables {
    /// The users that the filter lets through, by id.
    ///
    /// - Throws: `damaged`, `io`; as every query here. They block: in asynchronous code use ``reader``.
    public func users(_ filter: UserFilter = .init()) throws(ReadModelError) -> [UserRow] {
        try rows(
            [("role", filter.role?.name), ("status", filter.status?.name)], after: filter.after?.rawValue,
            limit: filter.limit)
    }

    /// The courses that the filter lets through, by id.
    public func courses(_ filter: CourseFilter = .init()) throws(ReadModelError) -> [CourseRow] {
        try rows(
            [
                ("status", filter.status?.name), ("instructor_id", filter.instructor?.rawValue),
                ("category", filter.category),
            ], after: filter.after?.rawValue, limit: filter.limit)
    }

    /// The terms that the filter lets through, by id.
    public func terms(_ filter: TermFilter = .init()) throws(ReadModelError) -> [TermRow] {
        try rows(
            [
                ("course_id", filter.course?.rawValue), ("status", filter.status?.name),
                ("admission", filter.admission?.name),
            ], after: filter.after?.rawValue, limit: filter.limit)
    }

    /// The enrollments that the filter lets through, by id, which is the order of application.
    public func enrollments(_ filter: EnrollmentFilter = .init()) throws(ReadModelError) -> [EnrollmentRow] {
        try rows(
            [
                ("user_id", filter.user?.rawValue), ("course_term_id", filter.term?.rawValue),
                ("status", filter.status?.name), ("overbooked", filter.overbooked),
            ], after: filter.after?.rawValue, limit: filter.limit)
    }

    /// The refusals that the filter lets through, by position.
    public func refusals(_ filter: RefusalFilter = .init()) throws(ReadModelError) -> [RefusalRow] {
        try rows(
            [
                ("user_id", filter.user?.rawValue), ("course_term_id", filter.term?.rawValue),
                ("enrollment_id", filter.enrollment?.rawValue), ("code", filter.code?.name),
                ("command", filter.command?.name),
            ], after: filter.after?.rawValue, limit: filter.limit)
    }

    /// The user of that id.
    public func user(_ id: UserID) throws(ReadModelError) -> UserRow? { try row("id", id.rawValue) }
    /// The user with an id of the outside world.
    public func user(sourceID: String) throws(ReadModelError) -> UserRow? { try row("source_id", sourceID) }
    /// The user of an address, as it is stored: without blanks around it, case folded.
    public func user(email: String) throws(ReadModelError) -> UserRow? { try row("email", email) }
    /// The course of that id.
    public func course(_ id: CourseID) throws(ReadModelError) -> CourseRow? { try row("id", id.rawValue) }
    /// The course with an id of the outside world.
    public func course(sourceID: String) throws(ReadModelError) -> CourseRow? { try row("source_id", sourceID) }
    /// The term of that id.
    public func term(_ id: TermID) throws(ReadModelError) -> TermRow? { try row("id", id.rawValue) }
    /// The term with an id of the outside world.
    public func term(sourceID: String) throws(ReadModelError) -> TermRow? { try row("source_id", sourceID) }
    /// The enrollment of that id.
    public func enrollment(_ id: EnrollmentID) throws(ReadModelError) -> EnrollmentRow? { try row("id", id.rawValue) }
    /// The refusal that was recorded at a position.
    public func refusal(at position: Position) throws(ReadModelError) -> RefusalRow? {
        try row("position", position.rawValue)
    }

    private func row<Value: TableRow>(
        _ column: String, _ value: any DatabaseValueConvertible
    ) throws(ReadModelError) -> Value? {
        let found: [Value] = try rows([(column, value)], after: nil, limit: 1)
        return found.first
    }

    private func rows<Value: TableRow>(
        _ conditions: Conditions, after: Int64?, limit: Int?
    ) throws(ReadModelError) -> [Value] {
        let table = Value.table
        var clauses: [String] = []
        var arguments = StatementArguments()
        for case (let column, let value?) in conditions {
            clauses.append("\(column) = ?")
            arguments += [value]
        }
        if let after {
            clauses.append("\(table.columns[0]) > ?")
            arguments += [after]
        }
        var sql = "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.rawValue)"
        if !clauses.isEmpty { sql += " WHERE " + clauses.joined(separator: " AND ") }
        sql += " ORDER BY \(table.columns[0])"
        if let limit {
            sql += " LIMIT ?"
            arguments += [max(0, limit)]
        }
        return try translating("reading \(table.rawValue)", path: path) {
            try reader.read { database in
                let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
                var values: [Value] = []
                while let row = try cursor.next() { values.append(try Value(Columns(row: row, table: table))) }
                return values
            }
        }
    }
}
