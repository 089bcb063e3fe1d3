// The public tables as one digest, without a table: what an attestation of the state says, and what checks it.
//
// The same text comes out of a file of tables with a stock SQLite shell: Fixtures/checks/public_tables.sql.

internal import Crypto
internal import Enrollment
package import EnrollmentEngine
internal import EventLog

/// Folds events, and digests what the public tables say after any of them.
///
/// The digest is SHA-256 over one line a row: the table's name and the columns, with commas between them, each as
/// SQLite's `quote()` writes it, a line feed at the end. First come the refusals, then users, courses, terms and
/// enrollments, each by primary key. The e-mail addresses and names of users are left out, since they are sealed per
/// person or may be erased: a digest must stay what it is. No reason stands in a table at all.
package struct PublicTables {
    /// The version of the tables, which says what their rows mean.
    package static let version = Schema.version

    private var fold = TableFold()
    private var refusals = RowDigest()

    package init() {}

    /// Folds the next event of the log in.
    ///
    /// - Throws: ``ReadModelError`` `poisonEvent` where it cannot follow those before it.
    package mutating func apply(_ event: RecordedEvent) throws {
        if let refusal = try fold.apply(event) { try refusals.add(refusal, id: refusal.touchedAt) }
    }

    /// 32 bytes: the digest of all rows as they are now.
    ///
    /// - Complexity: O(rows).
    package func digest() throws -> [UInt8] {
        var digest = refusals
        try digest.add(fold.users)
        try digest.add(fold.courses)
        try digest.add(fold.terms)
        try digest.add(fold.enrollments)
        return digest.finished()
    }
}

extension TableName {
    /// The columns that no digest depends on, by their place.
    fileprivate var sealedColumns: [Int] {
        guard self == .users else { return [] }
        return columns.indices.filter { columns[$0] == "email" || columns[$0] == "name" }
    }
}

/// Writes rows as text into a hash.
private struct RowDigest: ColumnSink {
    private static let flushLength = 1 << 16
    private static let quote = UInt8(ascii: "'")

    private var hash = SHA256()
    private var text: [UInt8] = []
    private var table: TableName?
    private var start: [UInt8] = []
    private var sealed: [Int] = []
    private var column = 0

    mutating func add(_ rows: [some FoldedRow]) throws {
        var id: Int64 = 0
        for row in rows {
            id += 1
            try add(row, id: id)
        }
    }

    mutating func add<Row: FoldedRow>(_ row: Row, id: Int64) throws {
        if table != Row.table {
            table = Row.table
            start = Array(Row.table.rawValue.utf8)
            sealed = Row.table.sealedColumns
        }
        text += start
        column = 0
        try row.encode(id: id, into: &self)
        text.append(UInt8(ascii: "\n"))
        if text.count >= Self.flushLength { flush() }
    }

    /// The digest of what was added so far; more may be added afterwards.
    func finished() -> [UInt8] {
        var last = self
        last.flush()
        return Array(last.hash.finalize())
    }

    private mutating func flush() {
        hash.update(data: text)
        text.removeAll(keepingCapacity: true)
    }

    // MARK: Columns

    mutating func put(_ value: Int64) {
        guard begins() else { return }
        appendDecimal(value)
    }

    mutating func put(_ value: Int64?) {
        guard let value else { return putNull() }
        put(value)
    }

    mutating func put(_ value: String) {
        guard begins() else { return }
        text.append(Self.quote)
        for byte in value.utf8 {
            if byte == Self.quote { text.append(byte) }
            text.append(byte)
        }
        text.append(Self.quote)
    }

    mutating func put(_ value: String?) {
        guard let value else { return putNull() }
        put(value)
    }

    /// A name: letters and underscores, so nothing in it needs a second quote.
    mutating func put(_ value: PermanentText) {
        guard begins() else { return }
        text.append(Self.quote)
        text.append(contentsOf: UnsafeRawBufferPointer(start: value.start, count: Int(value.count)))
        text.append(Self.quote)
    }

    private mutating func putNull() {
        if begins() { text += Array("NULL".utf8) }
    }

    /// Begins a column; false where it does not count.
    private mutating func begins() -> Bool {
        defer { column += 1 }
        guard !sealed.contains(column) else { return false }
        text.append(UInt8(ascii: ","))
        return true
    }

    private mutating func appendDecimal(_ value: Int64) {
        var magnitude = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 { text.append(UInt8(ascii: "-")) }
            text.append(contentsOf: digits[first...])
        }
    }
}
