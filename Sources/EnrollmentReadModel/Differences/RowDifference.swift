// What differs in a row of the tables between two positions.

public import Enrollment
public import EventLog

/// A row that is there at one position and not at another, or has other values.
public struct RowDifference: Hashable, Sendable {
    /// What became of the row.
    public enum Change: String, Hashable, Sendable {
        /// What became of the row.
        case added, removed, changed
    }

    /// A value of a column.
    public enum Value: Hashable, Sendable {
        /// NULL.
        case null
        /// A number or an id.
        case number(Int64)
        /// A text, a status or a day.
        case text(String)
        /// An instant.
        case time(Timestamp)
    }

    /// A column with its value before and after; nil where there is no row.
    public struct Column: Hashable, Sendable {
        /// The name of the column.
        public let name: String
        /// The value before; nil where there was no row.
        public let before: Value?
        /// The value after; nil where there is no row.
        public let after: Value?
    }

    /// The table, by its name in SQLite.
    public let table: String
    /// The row's primary key.
    public let id: Int64
    /// What became of the row.
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
    /// The later of the two positions.
    public let to: Position
    /// How many rows came.
    public internal(set) var added = 0
    /// How many rows went.
    public internal(set) var removed = 0
    /// How many rows have other values.
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
