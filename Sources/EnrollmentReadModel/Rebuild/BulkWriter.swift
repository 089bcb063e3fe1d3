// From a fold to a file: rows in the order of their key, indexes after them, one transaction, nothing synced before
// the end.

internal import Enrollment
internal import EnrollmentEngine
package import EventLog
internal import GRDB

/// Where a fold ends.
package enum FoldEnd {
    case position(Position)
    /// With the last event that was recorded at that time or before.
    case time(microseconds: Int64)
}

/// Fills a file with the tables as of one position.
struct BulkWriter {
    let source: any EventSource
    let end: FoldEnd
    let progress: (@Sendable (RebuildProgress) throws -> Void)?

    /// How often progress is told, and may end the work.
    private static let eventsPerReport: Int64 = 8192

    /// Folds the log into `path`, a new and empty file, in the journal mode of a single plain file.
    ///
    /// The same rows give the same bytes, whatever they were made from and how fast.
    func fill(_ path: String) throws -> (position: Position, rows: Int64) {
        let queue = try DatabaseQueue(path: path, configuration: Connection.filling())
        let result = try queue.inDatabase { database in
            try database.execute(sql: "BEGIN EXCLUSIVE")
            for sql in Schema.tables { try database.execute(sql: sql) }
            var fold = TableFold()
            let refusals = try run(&fold, database)
            let rows = try write(fold, database) + refusals
            for sql in Schema.indexes + Schema.views { try database.execute(sql: sql) }
            try database.execute(
                sql: "INSERT INTO projection (name, store_id, epoch, position, version) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    Schema.checkpointName, source.identity.storeID, source.identity.epoch, fold.position.rawValue,
                    Schema.version,
                ])
            try database.execute(
                sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(Schema.version)")
            try database.execute(sql: "COMMIT")
            return (fold.position, rows)
        }
        try queue.close()
        return result
    }

    /// Folds every event; refusals go to their table at once, as they never change.
    private func run(_ fold: inout TableFold, _ database: Database) throws -> Int64 {
        var refusals: Int64 = 0
        var sink = RowInsertion(try PreparedStatement(database, TableName.refusals.insertion))
        let last = try source.lastPosition()
        var through = last
        if case .position(let position) = end { through = min(position, last) }
        try source.forEach(from: 1, through: through) { recorded in
            if case .time(let time) = end, recorded.time.recordedAt.rawValue > time { return false }
            if let refusal = try fold.apply(recorded) {
                try refusal.encode(id: refusal.touchedAt, into: &sink)
                try sink.finishRow()
                refusals += 1
            }
            if recorded.position.rawValue % Self.eventsPerReport == 0 {
                try progress?(RebuildProgress(phase: .folding, position: recorded.position, through: through))
            }
            return true
        }
        return refusals
    }

    private func write(_ fold: TableFold, _ database: Database) throws -> Int64 {
        try progress?(RebuildProgress(phase: .writing, position: fold.position, through: fold.position))
        var rows: Int64 = 0
        rows += try insert(fold.users, database)
        rows += try insert(fold.courses, database)
        rows += try insert(fold.terms, database)
        rows += try insert(fold.enrollments, database)
        var publications = RowInsertion(try PreparedStatement(database, TableName.publications.insertion))
        var bases = RowInsertion(try PreparedStatement(database, TableName.windowBasis.insertion))
        for (place, course) in fold.courses.enumerated() {
            guard let row = course.publication else { continue }
            try row.encode(id: Int64(place) + 1, into: &publications)
            try publications.finishRow()
        }
        for (place, term) in fold.terms.enumerated() {
            try term.windowBasis.encode(id: Int64(place) + 1, into: &bases)
            try bases.finishRow()
        }
        try progress?(RebuildProgress(phase: .indexing, position: fold.position, through: fold.position))
        return rows
    }

    private func insert<Row: FoldedRow>(_ rows: [Row], _ database: Database) throws -> Int64 {
        var sink = RowInsertion(try PreparedStatement(database, Row.table.insertion))
        var id: Int64 = 0
        for row in rows {
            id += 1
            try row.encode(id: id, into: &sink)
            try sink.finishRow()
        }
        return id
    }
}

/// Binds the columns of a row in order, and inserts it.
struct RowInsertion: ColumnSink {
    private let statement: PreparedStatement
    private var column: Int32 = 0

    init(_ statement: PreparedStatement) { self.statement = statement }

    @inline(__always)
    mutating func put(_ value: Int64) {
        column += 1
        statement.bind(column, value)
    }

    @inline(__always)
    mutating func put(_ value: Int64?) {
        column += 1
        statement.bind(column, value)
    }

    @inline(__always)
    mutating func put(_ value: String) {
        column += 1
        statement.bind(column, value)
    }

    @inline(__always)
    mutating func put(_ value: String?) {
        column += 1
        statement.bind(column, value)
    }

    @inline(__always)
    mutating func put(_ value: PermanentText) {
        column += 1
        statement.bind(column, value)
    }

    @inline(__always)
    mutating func finishRow() throws {
        column = 0
        try statement.run()
    }
}
