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
        // The tables first: read the other way round, a writer at work would put them ahead of the log.
        let tables = try StoredTables(history.layout)
        let last = try history.lastPosition()
        if output.isJSON {
            try StandardOutput.shared.write(json(history, figures, last, tables))
        } else {
            try writeList(entries(history, figures, last, tables))
        }
    }

    private func entries(
        _ history: EventHistory, _ figures: LogFigures, _ last: Position, _ tables: StoredTables
    ) -> [(name: String, value: String)] {
        var entries = [
            ("store", history.layout.directory),
            ("id", history.settings.storeID),
            ("time zone", history.settings.timeZone),
            ("origin", history.settings.origin),
            ("created", history.settings.createdAt.description),
            ("personal data", history.settings.personalData.rawValue),
            (
                "log",
                "position \(last), \(counted(figures.commands, "command")), \(counted(figures.segments, "segment"))"
            ),
            (
                "size",
                "\(figures.bytes) bytes, \(figures.bytesPerEvent.oneDecimal) an event"
                    // A handful of events is smaller than the files' own headers.
                    + (figures.compression < 1 ? "" : ", compressed \(figures.compression.oneDecimal) : 1")
            ),
        ]
        entries.append(("tables", tables.words(history, last)))
        for (table, counts) in tables.figures?.counts ?? [] {
            let total = counts.reduce(0) { $0 + $1.count }
            let parts = counts.map { "\($0.count) \($0.status)" }.joined(separator: ", ")
            entries.append(("\(table)", parts.isEmpty ? "\(total)" : "\(total): \(parts)"))
        }
        return entries
    }

    private func json(
        _ history: EventHistory, _ figures: LogFigures, _ last: Position, _ tables: StoredTables
    ) -> JSONWriter {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("store", history.layout.directory)
        writer.field("storeID", history.settings.storeID)
        writer.field("timeZone", history.settings.timeZone)
        writer.field("origin", history.settings.origin)
        writer.field("createdAt", history.settings.createdAt.description)
        writer.field("personalData", history.settings.personalData.rawValue)
        writer.field("position", last.rawValue)
        writer.field("commands", figures.commands)
        writer.field("segments", figures.segments)
        writer.field("bytes", figures.bytes)
        writer.field("canonicalBytes", figures.canonicalBytes)
        writer.field("tables", tables.fit(history, last).rawValue)
        if let tables = tables.figures {
            writer.field("tablesPosition", tables.checkpoint.position.rawValue)
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

/// The read tables as a look at them finds them.
enum StoredTables {
    case missing
    /// With the reason, and what to do.
    case unusable(String)
    case present(TableFigures)

    /// How the tables stand to the log, as programs read it.
    enum Fit: String {
        case current, behind, ahead, otherStore, otherEpoch, unusable, missing
    }

    init(_ layout: StoreLayout) throws {
        do {
            self = .present(try TableFigures(try ReadTables.open(at: layout)))
        } catch let error as ReadModelError {
            self = error.code == .notFound ? .missing : .unusable(Failure(error).message)
        } catch let error as DatabaseError {
            self = .unusable("\(error.message ?? "SQLite could not read them"); run 'enroll rebuild'")
        }
    }

    var figures: TableFigures? {
        if case .present(let figures) = self { figures } else { nil }
    }

    func fit(_ history: EventHistory, _ last: Position) -> Fit {
        switch self {
        case .missing: .missing
        case .unusable: .unusable
        case .present(let figures): figures.checkpoint.fit(history, last)
        }
    }

    func words(_ history: EventHistory, _ last: Position) -> String {
        switch self {
        case .missing: "there are none yet; 'enroll rebuild' makes them"
        case .unusable(let reason): "cannot be used: \(reason)"
        case .present(let figures): figures.checkpoint.words(history, last)
        }
    }
}

extension Checkpoint {
    fileprivate func fit(_ history: EventHistory, _ last: Position) -> StoredTables.Fit {
        if storeID != history.storeID { return .otherStore }
        if epoch != history.epoch { return .otherEpoch }
        return position == last ? .current : position < last ? .behind : .ahead
    }

    fileprivate func words(_ history: EventHistory, _ last: Position) -> String {
        switch fit(history, last) {
        case .otherStore: "made from another store, \(storeID); run 'enroll rebuild' to make this one's"
        case .otherEpoch: "of this log before or after a restore; run 'enroll rebuild'"
        case .ahead:
            "position \(position), ahead of the log, which ends at \(last): the log has lost events; run 'enroll log "
                + "verify', then 'enroll rebuild --force'"
        default: "position \(position), \(counted(last.rawValue - position.rawValue, "event")) behind"
        }
    }
}

/// Counts of the read tables, all of one moment.
struct TableFigures {
    let checkpoint: Checkpoint
    let counts: [Counts]

    typealias Counts = (table: StaticString, counts: [(status: String, count: Int64)])

    init(_ tables: ReadTables) throws {
        checkpoint = try tables.checkpoint()
        counts = try tables.reader.read(Self.count)
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
