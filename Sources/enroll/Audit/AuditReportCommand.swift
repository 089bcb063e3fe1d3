// The report on terms: as text or JSON, as CSV files, and as a page.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentExport
import EventLog

struct AuditReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report who got seats in which order, and what was out of the ordinary.",
        discussion: """
            For each term: the allocation order with the wait from application to decision, overrides and direct \
            enrollments with actor and reason, capacity changes, times over capacity, refusals by code, and entries \
            with a time of their own. Prints the first 200 rows of each; the allocation order only of one --term, or \
            as JSON, which has all rows. --csv writes all of them as CSV files, into a folder that is there whole or \
            not at all, --html as one page with charts that needs nothing else. Needs no lock.

            EXAMPLES
              enroll audit report
              enroll audit report --term 3
              enroll audit report --csv audit-2027 --html audit-2027.html
            """)

    /// An import alone has an entry of its own time for every event.
    private static let longestTable = 200
    /// How often a request to stop is looked for while rows are written.
    private static let rowsPerLook = 1024

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("Only this term: its number, or @SOURCE-ID.", valueName: "id")) var term: Reference?
    @Option(
        help: ArgumentHelp(
            "The last position to report on; the last durable one if none is given.", valueName: "position"))
    var to: Position?
    @Option(help: ArgumentHelp("A directory to make for the CSV files.", valueName: "dir")) var csv: String?
    @Option(help: ArgumentHelp("The page to write; it must not exist.", valueName: "file")) var html: String?

    func run() throws {
        let history = try StoreVault.history(try store.directory)
        let last = try history.lastPosition(notBefore: to)
        // Before the work, so that nobody waits for what cannot be written.
        for path in [csv, html] { try path.map(NewFile.check) }
        let chosen = try term.map { try termID($0, in: history, through: last) }
        let bar = ProgressBar(label: "audit report", total: Int(clamping: last.rawValue))
        defer { bar.finish() }
        let report = try history.auditReport(on: chosen, through: last) { position in
            bar.update(Int(clamping: position.rawValue))
            try Interruption.check()
        }
        bar.finish()
        let tables = report.tables
        if let csv { try writeCSV(tables, into: csv) }
        if let html { try NewFile.write(to: html) { try $0.write(Array(ReportPage(report).html.utf8)) } }
        if output.isJSON { return try writeJSON(report, tables) }
        for table in tables where table.name != "allocations" || term != nil { try write(table) }
    }

    private func termID(_ reference: Reference, in history: EventHistory, through last: Position) throws -> TermID {
        let state = try history.state(through: last)
        let id = try Names(sourceIDs: state).term(reference)
        guard state[id] != nil else {
            throw Failure(
                message: "there is no term \(id) in this store; 'enroll show terms' lists those there are",
                exitCode: ExitStatus.refused)
        }
        return id
    }

    /// The folder is there whole or not at all, as that of an export.
    private func writeCSV(_ tables: [ReportTable], into directory: String) throws {
        let folder = try ExportFolder(at: directory)
        do {
            for table in tables {
                let file = try ExportFile(table.name + ".csv", in: folder)
                try file.write { table.appendCSVHeader(to: &$0) }
                for row in 0..<table.count {
                    try file.write { table.appendCSVRow(row, to: &$0) }
                    if row % Self.rowsPerLook == 0 { try Interruption.check() }
                }
                try file.finish(rows: nil)
            }
            try Interruption.check()
            try folder.putInPlace()
        } catch {
            folder.remove()
            throw error
        }
    }

    private func writeJSON(_ report: AuditReport, _ tables: [ReportTable]) throws {
        var writer = JSONWriter()
        for table in tables {
            for row in 0..<table.count {
                if row % Self.rowsPerLook == 0 { try Interruption.check() }
                writer.removeAll()
                writer.openObject()
                writer.field("table", table.name)
                for (column, cell) in zip(table.columns, table.row(row)) { writer.append(cell, named: column.name) }
                writer.closeObject()
                try StandardOutput.shared.write(writer)
            }
        }
        writer.removeAll()
        writer.openObject()
        writer.field("table", "report")
        writer.field("storeID", report.storeID)
        writer.field("origin", report.origin)
        writer.field("position", report.position.rawValue)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

    private func write(_ table: ReportTable) throws {
        guard table.count > 0 else { return }
        try StandardOutput.shared.writeLine(Terminal.output.styled(table.title, .bold))
        let rows = (0..<min(table.count, Self.longestTable)).map(table.row)
        // Columns that say nothing in any row would only push the others off the screen.
        var isUsed = table.columns.map { _ in false }
        for row in rows {
            for (index, cell) in row.enumerated() where !isUsed[index] { isUsed[index] = !cell.text.isEmpty }
        }
        let chosen = table.columns.indices.filter { isUsed[$0] }
        var lines = Table(
            chosen.map { index in
                let title = table.columns[index].name.uppercased().replacing("_", with: " ")
                return table.columns[index].isNumber ? .number(title) : .text(title)
            })
        for row in rows { try lines.append(chosen.map { row[$0].text }) }
        try lines.finish(emptyRemark: "")
        if table.count > rows.count {
            try StandardOutput.shared.writeLine(
                "… and \(counted(table.count - rows.count, "more row")); --csv and --format json have them all")
        }
        try StandardOutput.shared.writeLine("")
    }
}

extension JSONWriter {
    fileprivate mutating func append(_ cell: ReportCell, named name: String) {
        switch cell {
        case .number(let number): field(named: name, number)
        case .text(let text): field(named: name, text)
        // As the tables have it.
        case .flag(let flag): field(named: name, flag ? 1 : 0)
        case .none: break
        }
    }
}
