// What differs in a row of the tables between two positions.

public import Enrollment
public import EventLog

/// A row that is there at one position and not at another, or has other values.
public struct RowDifference: Hashable, Sendable {
    /// What became of the row.
    public enum Change: String, Hashable, Sendable {
        case added, removed, changed
    }

    /// A value of a column.
    public enum Value: Hashable, Sendable {
        case null
        case number(Int64)
        case text(String)
        case time(Timestamp)
    }

    /// A column with its value before and after; nil where there is no row.
    public struct Column: Hashable, Sendable {
        public let name: String
        public let before: Value?
        public let after: Value?
    }

    /// The table, by its name in SQLite.
    public let table: String
    /// The row's primary key.
    public let id: Int64
    public let change: Change
    /// The last event that touched the row between the two positions.
    public let position: Position
    /// All columns of a row that was added or removed, those that differ of one that changed.
    public let columns: [Column]
}

/// What a comparison of two positions found.
public struct DifferenceReport: Hashable, Sendable {
    /// The two positions, in the order in which they were asked for.
    public let from: Position
    public let to: Position
    public internal(set) var added = 0
    public internal(set) var removed = 0
    public internal(set) var changed = 0
}

/// A moment of the tables: after an event, or at an instant.
public enum TableMoment: Hashable, Sendable {
    /// After the event at that position; zero is before the first.
    case position(Position)
    /// After the last event that was recorded at that instant or before.
    case time(Timestamp)
}

/// Keeps the columns of one row.
struct RowValues: ColumnSink {
    private(set) var values: [RowDifference.Value] = []
    private let columns: [String]

    init(_ row: some FoldedRow, id: Int64) throws {
        columns = type(of: row).table.columns
        try row.encode(id: id, into: &self)
    }

    mutating func put(_ value: Int64) {
        let isTime = Schema.instants.contains(columns[values.count])
        values.append(isTime ? .time(Timestamp(microseconds: value)) : .number(value))
    }

    mutating func put(_ value: Int64?) {
        guard let value else { return values.append(.null) }
        put(value)
    }

    mutating func put(_ value: String) { values.append(.text(value)) }
    mutating func put(_ value: String?) { values.append(value.map { .text($0) } ?? .null) }
    mutating func put(_ value: PermanentText) { values.append(.text(value.text)) }
}
