// Views that show times as ISO 8601 text, for people who look with a database shell.

extension Schema {
    /// One view per table with times: the same columns, instants as `2027-02-01T09:00:00.000000Z`.
    static let views = readableTables.map { table, columns in
        let shown = columns.map { column in
            instants.contains(column) ? "\(readable(column)) AS \(column)" : column
        }
        return "CREATE VIEW \(table)_readable AS SELECT \(shown.joined(separator: ", ")) FROM \(table)"
    }

    private static let readableTables: [(table: String, columns: [String])] =
        TableName.allCases.filter { $0 != .projection && !$0.isInternal }.map { ($0.rawValue, $0.columns) }

    /// The columns that hold instants.
    static let instants: Set<String> = [
        "created_at", "updated_at", "applied_at", "processed_at", "recorded_at", "enrollment_opens_at",
        "enrollment_closes_at",
    ]

    /// Whole seconds go through SQLite's own calendar, microseconds beside them in integers: no floating point.
    ///
    /// SQLite divides towards zero; the remainder is made positive first, so that instants before 1970 come out
    /// right.
    private static func readable(_ column: String) -> String {
        let fraction = "((\(column) % 1000000 + 1000000) % 1000000)"
        return """
            strftime('%Y-%m-%dT%H:%M:%S', (\(column) - \(fraction)) / 1000000, 'unixepoch') \
            || printf('.%06dZ', \(fraction))
            """
    }
}
