// The one connection that writes the tables, and the transactions of the live projection.

internal import EnrollmentEngine
internal import EventLog
internal import GRDB
internal import Synchronization

/// Writes events in transactions, off the caller's thread.
final class ProjectionWriter: Sendable {
    private let pool: DatabasePool
    private let prepared: PreparedProjector
    let tables: ReadTables

    init(path: String, readers: Int) throws(ReadModelError) {
        (pool, prepared, tables) = try translating("opening the read tables", path: path) {
            let pool = try DatabasePool(path: path, configuration: Connection.writing(readers: readers))
            _ = try pool.read { try Connection.checkpoint($0, path: path) }
            let reader = try DatabasePool(path: path, configuration: Connection.reading(atOnce: readers))
            return (pool, PreparedProjector(), ReadTables(reader: reader, path: path))
        }
    }

    /// Writes events and the checkpoint after them in one transaction.
    func transact(_ events: ArraySlice<RecordedEvent>, after position: Position) async throws {
        let prepared = prepared
        try await pool.write { try prepared.projector($0).apply(events, after: position) }
    }

    /// Writes the file anew, without what was deleted or overwritten in it, and empties the write-ahead log.
    ///
    /// - Throws: SQLite's error where a reader of another process is in the way.
    func purge(patience: Int) async throws {
        try await pool.writeWithoutTransaction { database in
            let usual = try Int.fetchOne(database, sql: "PRAGMA busy_timeout") ?? 0
            try database.execute(sql: "PRAGMA busy_timeout = \(patience * 1_000)")
            defer { try? database.execute(sql: "PRAGMA busy_timeout = \(usual)") }
            _ = try database.checkpoint(.truncate)
            try database.execute(sql: "VACUUM")
            _ = try database.checkpoint(.truncate)
        }
        // The connections keep pages in memory, with the rows as they were.
        let (pool, readers) = (pool, tables.reader as? DatabasePool)
        try await offThePool { () throws(ReadModelError) in
            pool.releaseMemory()
            readers?.releaseMemory()
        }
    }

    func close() throws(ReadModelError) {
        try translating("closing the read tables", path: tables.path) {
            try tables.reader.close()
            // The file alone then holds everything: whoever copies it copies the tables. Readers of other processes
            // may still be at work on the write-ahead log; what cannot be moved now stays there, and is not lost.
            try pool.writeWithoutTransaction { database in
                prepared.drop()
                // Nobody waits for readers when closing.
                try database.execute(sql: "PRAGMA busy_timeout = 100")
                do { _ = try database.checkpoint(.truncate) } catch DatabaseError.SQLITE_BUSY {}
            }
            try pool.close()
        }
    }
}

/// The statements of the writing connection, made when first needed and dropped before it closes.
///
/// Unchecked: `value` is touched only by closures that the pool runs one after the other on its writing connection.
private final class PreparedProjector: @unchecked Sendable {
    private var value: Projector?

    func projector(_ database: Database) throws -> Projector {
        if let value { return value }
        let projector = try Projector(database)
        value = projector
        return projector
    }

    func drop() { value = nil }
}
