// A statement of SQLite without the layers above it: the hot loops of projection, rebuild, comparison and
// exports run on it.
//
// GRDB's own statements box every argument and copy it into an array; one row of a rebuild would cost more there than
// in SQLite. This file is the only one that speaks C.

internal import Enrollment
package import GRDB
internal import GRDBSQLite

/// A prepared statement of one connection.
///
/// Not thread-safe: used only where its connection is. Its owner drops it before the connection closes.
package final class PreparedStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String

    /// - Throws: `DatabaseError`, as the other members.
    package init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed", sql: sql)
        }
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw Self.error(connection, code, sql) }
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    @inline(__always)
    package func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    @inline(__always)
    package func bind(_ index: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    /// SQLite copies the text.
    @inline(__always)
    package func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) { characters in
                // The address of an empty string may be nil, which SQLite would take for NULL.
                guard let base = characters.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
                return sqlite3_bind_text(handle, index, base, Int32(characters.count), Self.copying)
            }
        }
    }

    @inline(__always)
    package func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { sqlite3_bind_null(handle, index) }
    }

    /// Binds text that lives as long as the program, without a copy.
    @inline(__always)
    func bind(_ index: Int32, _ text: PermanentText) {
        sqlite3_bind_text(handle, index, text.start, text.count, nil)
    }

    /// Runs the statement to its end; its bindings stay.
    @inline(__always)
    package func run() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw Self.error(connection, code, sql) }
    }

    /// Rows that the last completed statement of this connection changed.
    var changes: Int32 { sqlite3_changes(connection) }

    /// Moves to the next row; false, and back at the start, after the last.
    package func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code: throw Self.error(connection, code, sql)
        }
    }

    func reset() { sqlite3_reset(handle) }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func isText(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_TEXT }
    package func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    package func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The UTF-8 of a column, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: sqlite3_column_text(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
    }

    private static func error(_ connection: OpaquePointer, _ code: Int32, _ sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code & 0xFF), message: String(cString: sqlite3_errmsg(connection)),
            sql: sql)
    }

    /// `SQLITE_TRANSIENT`, which Swift does not import.
    private static let copying = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// Text that is never freed, for the few names that every row repeats.
///
/// Unchecked: the memory is written once, before anybody can see it, and never freed.
struct PermanentText: @unchecked Sendable {
    let start: UnsafePointer<CChar>
    let count: Int32

    init(_ text: String) {
        let characters = text.utf8CString
        let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: characters.count)
        _ = memory.initialize(from: characters)
        start = UnsafePointer(memory.baseAddress!)
        count = Int32(characters.count - 1)
    }

    var text: String { String(cString: start) }

    func equals(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        UnsafeRawBufferPointer(start: start, count: Int(count)).elementsEqual(bytes)
    }
}
