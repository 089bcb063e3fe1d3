// What a check of the read tables found.

public import Enrollment
public import EventLog

/// One thing that is wrong with the read tables.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// What kind of check found it.
    public enum Kind: Hashable, Sendable {
        /// SQLite's own check of the file.
        case integrity
        /// The invariant of that number does not hold; they are listed at ``ReadModel/verify(_:at:progress:)``.
        case invariant(Int)
        /// A column differs from what the log says.
        case differentValue(column: String, live: String, log: String)
        /// The log makes a row that the tables do not have.
        case missingRow
        /// The tables have a row that the log does not make.
        case extraRow
    }

    /// An event of the log.
    public struct EventReference: Hashable, Sendable {
        /// Where the event stands in the log.
        public let position: Position
        /// What happened.
        public let type: EventType
    }

    /// What is wrong.
    public let kind: Kind
    /// The table, by its name in SQLite; empty where a finding is about the file.
    public let table: String
    /// The row's primary key; empty where a finding is about no single row.
    public let row: String
    /// What is wrong, in words that name the values.
    public let message: String
    /// The last event that touched the row, where the log knows the row.
    public internal(set) var lastEvent: EventReference?

    /// `course_terms 3: …`, with the last event that touched the row.
    public var description: String {
        let place = [table, row].filter { !$0.isEmpty }.joined(separator: " ")
        let event = lastEvent.map { " (last touched by \($0.type.name) at position \($0.position))" } ?? ""
        return (place.isEmpty ? "" : place + ": ") + message + event
    }
}

/// The result of a check of the read tables.
public struct VerificationReport: Hashable, Sendable {
    /// How far the tables were when they were checked; the log was folded exactly so far.
    public let checkpoint: Checkpoint
    /// The first findings, at most ``maximumFindings``; empty where all is well.
    public let findings: [Finding]
    /// All findings, counted.
    public let findingCount: Int
    /// Rows compared with the log.
    public let rowsCompared: Int64
    /// How long it took, in seconds.
    public let seconds: Double

    /// Whether nothing is wrong.
    public var isSound: Bool { findingCount == 0 }

    /// The most findings that a report holds; it counts the others.
    public static let maximumFindings = 100
}
