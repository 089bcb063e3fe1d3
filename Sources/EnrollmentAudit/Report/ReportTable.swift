// Rows with named columns: what text, CSV, JSON and pages are all made from.

internal import Enrollment

/// A table of a report.
public struct ReportTable: Sendable {
    /// A column: its name as CSV and JSON have it, `recorded_at`.
    public struct Column: Hashable, Sendable {
        /// The heading.
        public let name: String
        /// Whether its values are numbers, to be aligned at the right.
        public let isNumber: Bool
    }

    /// The name as files have it: `capacity-changes`.
    public let name: String
    /// The name as people read it: `Capacity changes`.
    public let title: String
    /// What each cell of a row means.
    public let columns: [Column]
    /// How many rows there are.
    public let count: Int
    private let makeRow: @Sendable (Int) -> [ReportCell]

    /// Names of columns end with `#` where they are numbers.
    init(
        _ name: String, _ title: String, _ columns: String, count: Int,
        _ makeRow: @escaping @Sendable (Int) -> [ReportCell]
    ) {
        self.name = name
        self.title = title
        self.columns = columns.split(separator: " ").map { name in
            Column(name: String(name.filter { $0 != "#" }), isNumber: name.hasSuffix("#"))
        }
        self.count = count
        self.makeRow = makeRow
    }

    /// The cells of a row, as many as there are columns.
    public func row(_ index: Int) -> [ReportCell] { makeRow(index) }
}

/// A value of a table.
public enum ReportCell: Hashable, Sendable {
    /// A count, an id or a position.
    case number(Int64)
    /// A text, a status or an instant.
    case text(String)
    /// Yes or no.
    case flag(Bool)
    /// Nothing to say.
    case none

    init(_ number: Int) { self = .number(Int64(number)) }
    init(_ id: some EntityID) { self = .number(id.rawValue) }
    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    init(_ time: Timestamp?) { self = time.map { .text($0.description) } ?? .none }

    /// The value as text; empty where there is none.
    public var text: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        case .flag(let flag): flag ? "yes" : ""
        case .none: ""
        }
    }
}
