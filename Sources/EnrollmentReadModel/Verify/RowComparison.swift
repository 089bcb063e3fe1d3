// One live table against the rows of the fold, both in the order of the key, one row at a time.

internal import GRDB

/// Walks a live table beside the rows that the log makes.
struct TableComparison {
    private let table: TableName
    private let statement: PreparedStatement
    private let columns: [String]
    private var hasRow: Bool
    private(set) var rows: Int64 = 0

    /// Columns that are not compared: nobody can say what they should hold.
    private let unknown: Set<Int>

    init(_ database: Database, _ table: TableName, leavingOut unknown: Set<String> = []) throws {
        self.table = table
        columns = table.columns
        self.unknown = Set(columns.indices.filter { unknown.contains(table.columns[$0]) })
        statement = try PreparedStatement(database, table.selection)
        hasRow = try statement.step()
    }

    /// Compares the row of one key; keys come in ascending order.
    mutating func compare<Row: FoldedRow>(_ row: Row, id: Int64, _ findings: inout Findings) throws {
        try skip(before: id, &findings)
        rows += 1
        guard hasRow, statement.integer(0) == id else {
            findings.add(.missingRow, table, id, "the log makes this row, and it is missing", touchedAt: row.touchedAt)
            return
        }
        var sink = RowComparison(statement, leavingOut: unknown)
        try row.encode(id: id, into: &sink)
        if let difference = sink.difference {
            let column = columns[difference.column]
            findings.add(
                .differentValue(column: column, live: difference.live, log: difference.log), table, id,
                "\(column) is \(difference.live), and the log says \(difference.log)", touchedAt: row.touchedAt)
        }
        hasRow = try statement.step()
    }

    /// Rows of the table after the last key that the log makes.
    mutating func finish(_ findings: inout Findings) throws { try skip(before: .max, &findings) }

    private mutating func skip(before id: Int64, _ findings: inout Findings) throws {
        while hasRow, statement.integer(0) < id {
            findings.add(.extraRow, table, statement.integer(0), "the log makes no such row", touchedAt: nil)
            hasRow = try statement.step()
        }
    }
}

/// Compares the columns of a row with what SQLite shows, and keeps the first difference.
struct RowComparison: ColumnSink {
    struct Difference {
        let column: Int
        let live: String
        let log: String
    }

    private let statement: PreparedStatement
    private let unknown: Set<Int>
    private var column: Int32 = -1
    private(set) var difference: Difference?

    init(_ statement: PreparedStatement, leavingOut unknown: Set<Int> = []) {
        self.statement = statement
        self.unknown = unknown
    }

    mutating func put(_ value: Int64) {
        column += 1
        guard !statement.isInteger(column) || statement.integer(column) != value else { return }
        note(String(value))
    }

    mutating func put(_ value: Int64?) {
        guard let value else { return putNull() }
        put(value)
    }

    mutating func put(_ value: String) {
        column += 1
        guard !statement.isText(column) || !statement.bytes(column).elementsEqual(value.utf8) else { return }
        note("'\(value)'")
    }

    mutating func put(_ value: String?) {
        guard let value else { return putNull() }
        put(value)
    }

    mutating func put(_ value: PermanentText) {
        column += 1
        guard !statement.isText(column) || !value.equals(statement.bytes(column)) else { return }
        note("'\(value.text)'")
    }

    private mutating func putNull() {
        column += 1
        if !statement.isNull(column) { note("NULL") }
    }

    private mutating func note(_ log: String) {
        guard difference == nil, !unknown.contains(Int(column)) else { return }
        let live =
            statement.isNull(column)
            ? "NULL" : statement.isInteger(column) ? String(statement.integer(column)) : "'\(statement.text(column))'"
        difference = Difference(column: Int(column), live: live, log: log)
    }
}
