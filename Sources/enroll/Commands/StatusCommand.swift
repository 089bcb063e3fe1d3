// The store on one screen.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import GRDB

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the store on one screen: counts, positions, sizes, how far the tables are.",
        discussion: """
            Needs no lock: works while another process writes.

            EXAMPLES
              enroll status
              enroll status --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let history = try EventHistory.open(at: try store.directory)
        let figures = try LogFigures(reading: try LogReader.open(at: history.layout.logPath), label: "status")
        let last = try history.lastPosition()
        let tables = try TableFigures.read(history.layout)
        if output.isJSON {
            try StandardOutput.shared.write(json(history, figures, last, tables))
        } else {
            try writeList(entries(history, figures, last, tables))
        }
    }

    private func entries(
        _ history: EventHistory, _ figures: LogFigures, _ last: Position, _ tables: TableFigures?
    ) -> [(name: String, value: String)] {
        var entries = [
            ("store", history.layout.directory),
            ("id", history.settings.storeID),
            ("time zone", history.settings.timeZone),
            ("origin", history.settings.origin),
            ("created", history.settings.createdAt.description),
            ("log", "position \(last), \(figures.commands) commands, \(figures.segments) segments"),
            (
                "size",
                "\(figures.bytes) bytes, \(figures.bytesPerEvent.oneDecimal) an event"
                    // A handful of events is smaller than the files' own headers.
                    + (figures.compression < 1 ? "" : ", compressed \(figures.compression.oneDecimal) : 1")
            ),
        ]
        guard let tables else {
            return entries + [("tables", "there are none yet; 'enroll rebuild' makes them")]
        }
        let lag = last.rawValue - tables.position.rawValue
        entries.append(("tables", "position \(tables.position), \(lag) events behind"))
        for (table, counts) in tables.counts {
            let total = counts.reduce(0) { $0 + $1.count }
            let parts = counts.map { "\($0.count) \($0.status)" }.joined(separator: ", ")
            entries.append(("\(table)", parts.isEmpty ? "\(total)" : "\(total): \(parts)"))
        }
        return entries
    }

    private func json(
        _ history: EventHistory, _ figures: LogFigures, _ last: Position, _ tables: TableFigures?
    ) -> JSONWriter {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("store", history.layout.directory)
        writer.field("storeID", history.settings.storeID)
        writer.field("timeZone", history.settings.timeZone)
        writer.field("origin", history.settings.origin)
        writer.field("createdAt", history.settings.createdAt.description)
        writer.field("position", last.rawValue)
        writer.field("commands", figures.commands)
        writer.field("segments", figures.segments)
        writer.field("bytes", figures.bytes)
        writer.field("canonicalBytes", figures.canonicalBytes)
        if let tables {
            writer.field("tablesPosition", tables.position.rawValue)
            writer.openObject("counts")
            for (table, counts) in tables.counts {
                writer.openObject(table)
                for (status, count) in counts { writer.field(named: status, count) }
                writer.closeObject()
            }
            writer.closeObject()
        } else {
            writer.null("tablesPosition")
        }
        writer.closeObject()
        return writer
    }
}

/// Counts of the read tables, all of one moment.
struct TableFigures {
    let position: Position
    let counts: [Counts]

    typealias Counts = (table: StaticString, counts: [(status: String, count: Int64)])

    /// Nil where there are no tables yet.
    static func read(_ layout: StoreLayout) throws -> TableFigures? {
        let tables: ReadTables
        do {
            tables = try ReadTables.open(at: layout)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
        let position = try tables.checkpoint().position
        return TableFigures(position: position, counts: try tables.reader.read(count))
    }

    private static func count(_ database: Database) throws -> [Counts] {
        let columns: [(StaticString, String, String)] = [
            ("users", "users", "status"), ("courses", "courses", "status"), ("terms", "course_terms", "status"),
            ("enrollments", "enrollments", "status"), ("refusals", "refusals", "code"),
        ]
        return try columns.map { name, table, column in
            let sql = "SELECT \(column), count(*) FROM \(table) GROUP BY 1 ORDER BY 1"
            let rows = try Row.fetchAll(database, sql: sql)
            return (name, rows.map { ($0[0] as String, $0[1] as Int64) })
        }
    }
}
