// The report as one page: tiles, charts, and the tables, each as long as a person may want to read.

internal import Enrollment
internal import EventLog
internal import Pages

/// Makes the page of a report.
///
/// It is complete in one file, without a script, legible in light, in dark and on paper. Long tables are cut; the CSV
/// files have all rows.
public struct ReportPage {
    /// More rows of a table nobody reads on a page.
    static let longestTable = 200
    /// Terms with a chart and a table of their own.
    static let mostTerms = 60
    static let longestAllocation = 60

    let report: AuditReport
    let clock: ReportClock

    /// Makes the page of a report.
    public init(_ report: AuditReport) {
        self.report = report
        clock = ReportClock(report)
    }

    /// The page as HTML.
    ///
    /// - Complexity: O(*n* log *n*) in the enrollments of the report.
    public var html: String {
        let tables = report.tables
        return Page.html(
            kind: "Audit report", title: title,
            verdict: (
                "As of position \(grouped(Int(report.position.rawValue))) of the log \(report.storeID). Times are UTC.",
                nil
            ),
            body: """
                \(tiles)
                <section class="charts">
                \(seatsFigure("Seats", seats(of: report.terms), "All seats of \(counted(report.terms.count, "term"))."))
                \(applicationsFigure)
                \(waitsFigure)
                </section>
                \(section(tables[0], PageColumns.terms, most: Self.longestTable))
                \(section(tables[2], PageColumns.overrides, most: Self.longestTable))
                \(section(tables[3], PageColumns.capacityChanges, most: Self.longestTable))
                \(section(tables[4], PageColumns.overCapacity, most: Self.longestTable))
                \(section(tables[5], PageColumns.refusals, most: Self.longestTable))
                \(section(tables[6], PageColumns.backDated, most: Self.longestTable))
                \(termSections)
                """)
    }

    private var title: String {
        guard report.terms.count == 1, let only = report.terms.first else { return report.origin }
        return "\(report.origin), term \(only.term.id): \(only.courseTitle)"
    }

    private var tiles: String {
        let terms = report.terms
        func sum(_ count: (TermReport) -> Int) -> Int { terms.reduce(0) { $0 + count($1) } }
        let overbooked = sum { $0.overrides.count(where: \.isOverbooked) }
        let count = terms.count == 1 ? [] : [("terms", grouped(terms.count), Bool?.none)]
        return Page.tiles(
            count + [
                ("enrollments", grouped(sum(\.allocations.count)), nil),
                ("approved now", grouped(sum { $0.term.enrolledCount }), nil),
                ("refusals", grouped(sum { $0.refusals.values.reduce(0, +) }), nil),
                ("overbooked seats", grouped(overbooked), overbooked == 0 ? true : nil),
                ("direct enrollments", grouped(sum { $0.overrides.count(where: \.isDirect) }), nil),
                ("capacity changes", grouped(sum(\.capacityChanges.count)), nil),
                ("times over capacity", grouped(sum(\.overCapacity.count)), nil),
                ("back-dated entries", grouped(report.backDated.count), nil),
            ])
    }

    // MARK: Terms

    private var termSections: String {
        let chosen = report.terms.filter { !$0.allocations.isEmpty }
        var html = chosen.prefix(Self.mostTerms).map(termSection).joined(separator: "\n")
        if chosen.count > Self.mostTerms {
            html += "<p class=\"more\">\(grouped(chosen.count - Self.mostTerms)) more terms stand in the CSV files; "
            html += "<code>--term</code> makes the page of one.</p>\n"
        }
        return html
    }

    private func termSection(_ report: TermReport) -> String {
        let term = report.term
        let one = AuditReport(
            storeID: self.report.storeID, origin: self.report.origin, position: self.report.position, terms: [report],
            backDated: [], userSourceIDs: self.report.userSourceIDs)
        let refused = report.refusals.values.reduce(0, +)
        let caption =
            "\(term.admission.name), \(term.status.name). \(counted(report.allocations.count, "enrollment")), "
            + "\(counted(refused, "refusal")), \(counted(report.capacityChanges.count, "capacity change"))."
        let name = "Term \(term.id): \(report.courseTitle), number \(term.termNumber)"
        // The only term has its chart at the top.
        let isOnly = self.report.terms.count == 1
        let figure =
            isOnly ? "" : "<div class=\"single\">\(seatsFigure(name, seats(of: [report]), caption))</div>"
        let most = isOnly ? Self.longestTable : Self.longestAllocation
        return """
            <section>
            \(figure)
            \(section(one.tables[1], PageColumns.allocations, most: most))
            </section>
            """
    }

    // MARK: Tables

    /// A table with some of its columns, under its title; nothing where it has no rows.
    private func section(_ table: ReportTable, _ names: [String], most: Int) -> String {
        guard table.count > 0 else { return "" }
        let chosen = names.compactMap { name in table.columns.firstIndex { $0.name == name } }
        var html = "<section><h2>\(escaped(table.title))</h2>\n"
        // Few columns, drawn apart over the whole page, do not read as rows.
        html += "<div class=\"wide\(chosen.count < 5 ? " narrow" : "")\"><table>\n<thead><tr>"
        for index in chosen {
            let column = table.columns[index]
            let style = column.isNumber ? " class=\"number\"" : ""
            html += "<th scope=\"col\"\(style)>\(escaped(column.name.replacing("_", with: " ")))</th>"
        }
        html += "</tr></thead>\n<tbody>\n"
        for row in 0..<min(most, table.count) {
            let cells = table.row(row)
            html += "<tr>"
            for index in chosen { html += cell(cells[index], isNumber: table.columns[index].isNumber) }
            html += "</tr>\n"
        }
        html += "</tbody></table></div>\n"
        if table.count > most {
            html += "<p class=\"more\">\(grouped(table.count - most)) more rows stand in \(table.name).csv.</p>\n"
        }
        return html + "</section>"
    }

    /// Times as people read them, without the microseconds, which CSV and JSON keep; numbers and times in one line.
    private func cell(_ cell: ReportCell, isNumber: Bool) -> String {
        if isNumber { return "<td class=\"number\">\(escaped(cell.text))</td>" }
        let fraction = cell.text.dropFirst(19)
        let isTime = fraction == "Z" || fraction.utf8.count == 8 && fraction.first == "." && fraction.last == "Z"
        guard isTime, cell.text.dropFirst(10).first == "T" else { return "<td>\(escaped(cell.text))</td>" }
        return "<td class=\"time\">\(escaped(cell.text.prefix(19) + "Z"))</td>"
    }
}

/// The columns that fit a page.
private enum PageColumns {
    static let terms = [
        "term", "source_id", "course_title", "admission", "status", "capacity", "enrolled", "applications",
        "refused", "overrides", "capacity_changes", "times_over_capacity", "median_wait_seconds",
    ]
    static let allocations = [
        "order", "enrollment", "user", "user_source_id", "applied_at", "seat", "decision", "decided_at", "decided_by",
        "wait_seconds", "overbooked", "status", "reason",
    ]
    static let overrides = [
        "term", "position", "effective_at", "recorded_at", "actor", "user", "direct", "overbooked", "capacity",
        "taken", "reason",
    ]
    static let capacityChanges = [
        "term", "position", "effective_at", "recorded_at", "actor", "from", "to", "taken", "below_taken", "reason",
    ]
    static let overCapacity = [
        "term", "position", "effective_at", "recorded_at", "actor", "cause", "most_above", "end_position",
        "end_recorded_at",
    ]
    static let refusals = ["term", "code", "count"]
    static let backDated = [
        "term", "position", "recorded_at", "effective_at", "actor", "type", "enrollment", "days_late",
    ]
}

/// `1 term`, `2 terms`.
func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
