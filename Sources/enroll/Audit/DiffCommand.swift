// What changed in the tables between two positions or times.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what changed in the tables between two positions or times.",
        discussion: """
            A moment is a position, or an instant in ISO 8601, in the store's time zone unless it names one; a day is \
            its first instant. A row that was added has +, one that was removed (where the second moment is the \
            earlier) has -, and one that changed has ~ with its columns before and after. Needs no lock and no tables.

            EXAMPLES
              enroll diff 2000 2976
              enroll diff 2027-03-01 2027-03-02T12:00 --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "A position or a time.") var from: String
    @Argument(help: "Another one.") var to: String

    func run() throws {
        let history = try StoreVault.history(try store.directory)
        let calendar = try StoreCalendar(timeZone: history.settings.timeZone)
        let (first, second) = (try moment(from, calendar), try moment(to, calendar))
        let bar = ProgressBar(label: "diff", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        let report = try history.tableDifferences(
            from: first, to: second,
            progress: { position in
                bar.update(Int(clamping: position.rawValue))
                try Interruption.check()
            },
            found: { row in
                bar.finish()
                try write(row)
                try Interruption.check()
            })
        bar.finish()
        try write(report)
    }

    private func moment(_ text: String, _ calendar: StoreCalendar) throws -> TableMoment {
        if let position = Position(argument: text) { return .position(position) }
        if let instant = calendar.timestamp(text) { return .time(instant) }
        throw Failure.usage(
            "\"\(text.shortened())\" is neither a position nor an instant; write one such as 4812 or "
                + "2027-03-01T12:00:00Z")
    }

    private func write(_ row: RowDifference) throws {
        if output.isJSON { return try StandardOutput.shared.write(json(row)) }
        let (sign, style): (String, Terminal.Style) =
            switch row.change {
            case .added: ("+", .green)
            case .removed: ("-", .red)
            case .changed: ("~", .yellow)
            }
        let columns = row.columns.dropFirst(row.change == .changed ? 0 : 1).map { column in
            let values = [column.before, column.after].compactMap { $0?.text }
            return "\(column.name)=\(values.joined(separator: " -> "))"
        }
        let what = "\(row.table) \(row.id) (position \(row.position)): \(columns.joined(separator: ", "))"
        try StandardOutput.shared.writeLine("\(Terminal.output.styled(sign, style)) \(what)")
    }

    private func json(_ row: RowDifference) -> JSONWriter {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("change", row.change.rawValue)
        writer.field("table", row.table)
        writer.field("id", row.id)
        writer.field("position", row.position.rawValue)
        func append(_ name: StaticString, _ values: [(String, RowDifference.Value?)]) {
            guard values.contains(where: { $0.1 != nil }) else { return }
            writer.openObject(name)
            for (name, value) in values { writer.append(value, named: name) }
            writer.closeObject()
        }
        append("before", row.columns.map { ($0.name, $0.before) })
        append("after", row.columns.map { ($0.name, $0.after) })
        writer.closeObject()
        return writer
    }

    private func write(_ report: DifferenceReport) throws {
        guard output.isJSON else {
            return try StandardOutput.shared.writeLine(
                "\(counted(report.added, "row")) added, \(report.removed) removed, \(report.changed) changed from "
                    + "position \(report.from) to \(report.to)")
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("from", report.from.rawValue)
        writer.field("to", report.to.rawValue)
        writer.field("added", report.added)
        writer.field("removed", report.removed)
        writer.field("changed", report.changed)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

extension RowDifference.Value {
    fileprivate var text: String {
        switch self {
        case .null: "none"
        case .number(let number): String(number)
        case .text(let text): quoted(text)
        case .time(let time): time.description
        }
    }
}

extension JSONWriter {
    /// What is null is left out, as everywhere.
    fileprivate mutating func append(_ value: RowDifference.Value?, named name: String) {
        switch value {
        case .number(let number): field(named: name, number)
        case .text(let text): field(named: name, text)
        case .time(let time): field(named: name, time.description)
        case .null, nil: break
        }
    }
}
