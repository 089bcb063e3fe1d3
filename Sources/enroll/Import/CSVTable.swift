// A CSV file with a header: rows whose fields are asked for by column, and say what is wrong with them.

import Enrollment
import EnrollmentEngine
import Foundation

/// What is wrong with a row, and where.
struct InputFault: Error, Hashable {
    let file: String
    let line: Int
    let column: String
    let expected: String
    let found: String
}

/// A line of an input file.
struct LineReference: Hashable, Sendable {
    let file: String
    let line: Int
}

/// The rows of one file.
struct CSVTable {
    let file: String
    private(set) var rows: [CSVRow] = []
    /// What is wrong, with records that are no rows and, once they were read, with the fields of those that are.
    private(set) var faults: [InputFault] = []
    private(set) var malformedCount = 0

    /// Reads a file whose header names all of `columns`, in any order, and nothing else but `optional` ones.
    ///
    /// - Throws: ``Failure`` where the file cannot be read or is another table.
    init(path: String, columns: [String], optional: [String] = []) throws {
        var reader = try CSVReader(path: path)
        file = reader.file
        // Not even a header: as empty as a table can be.
        guard let first = try reader.next() else { return }
        guard case .record(let header, _) = first else {
            throw Failure.couldNotRun(
                "\(file), line 1: the header is malformed; expected \(columns.joined(separator: ","))")
        }
        let wrong =
            columns.first { !header.contains($0) }.map { "column '\($0)' is missing" }
            ?? header.first { !columns.contains($0) && !optional.contains($0) }.map { "column '\($0)' is not known" }
            ?? (Set(header).count < header.count ? "a column occurs twice" : nil)
        if let wrong {
            let names = (columns + optional.map { "[\($0)]" }).joined(separator: ",")
            throw Failure.couldNotRun("\(file), line 1: \(wrong); expected \(names)")
        }
        let places = Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, $0) })
        var seen: [[String]: Int] = [:]
        while let item = try reader.next() {
            switch item {
            case .malformed(let fault):
                faults.append(fault)
                malformedCount += 1
            case .record(let fields, let line):
                guard fields.count == header.count else {
                    faults.append(
                        InputFault(
                            file: file, line: line, column: "field \(min(fields.count, header.count) + 1)",
                            expected: "\(header.count) fields", found: "\(fields.count)"))
                    malformedCount += 1
                    continue
                }
                let occurrence = seen[fields, default: 0] + 1
                seen[fields] = occurrence
                rows.append(
                    CSVRow(
                        source: LineReference(file: file, line: line), occurrence: occurrence, places: places,
                        fields: fields))
            }
        }
    }

    /// Reads each row; what `read` throws as an ``InputFault`` is kept, and the rest goes on.
    mutating func readRows<Value>(_ read: (CSVRow) throws(InputFault) -> Value) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for row in rows {
            do {
                values.append(try read(row))
            } catch {
                faults.append(error)
            }
        }
        return values
    }
}

/// One row, its fields found by column.
struct CSVRow {
    let source: LineReference
    /// Counts the rows with these very fields, from 1.
    let occurrence: Int
    fileprivate let places: [String: Int]
    let fields: [String]

    /// The field without blanks at its ends, or an empty one where the column is optional and absent.
    ///
    /// The store keeps texts without such blanks; a source id is found again only in the form in which it is kept.
    func text(_ column: String) -> String {
        guard let place = places[column] else { return "" }
        let field = fields[place]
        guard field.first?.isWhitespace == true || field.last?.isWhitespace == true else { return field }
        return field.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func optionalText(_ column: String) -> String? {
        let text = text(column)
        return text.isEmpty ? nil : text
    }

    func requiredText(_ column: String) throws(InputFault) -> String {
        guard let text = optionalText(column) else { throw fault(column, expected: "a text") }
        return text
    }

    func number(_ column: String, in range: ClosedRange<Int> = -1_000_000_000...1_000_000_000) throws(InputFault) -> Int
    {
        guard let number = Int(text(column)), range.contains(number) else {
            throw fault(column, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func optionalNumber(_ column: String, in range: ClosedRange<Int> = -100_000...100_000) throws(InputFault) -> Int? {
        text(column).isEmpty ? nil : try number(column, in: range)
    }

    /// A value by the name that tables show; `default` where the field is empty.
    func value<Value: NamedValue>(_ column: String, default: Value? = nil) throws(InputFault) -> Value {
        if let value = Value(name: text(column)) { return value }
        if let `default`, text(column).isEmpty { return `default` }
        throw fault(column, expected: "one of " + Value.allCases.map(\.name).joined(separator: ", "))
    }

    func flag(_ column: String) throws(InputFault) -> Bool {
        switch text(column) {
        case "", "false": return false
        case "true": return true
        default: throw fault(column, expected: "true, false or nothing")
        }
    }

    func day(_ column: String) throws(InputFault) -> Day {
        guard let day = Day(text(column)) else { throw fault(column, expected: "a date as YYYY-MM-DD") }
        return day
    }

    /// An instant; nil where the field is empty.
    func instant(_ column: String, in calendar: StoreCalendar) throws(InputFault) -> Timestamp? {
        guard let text = optionalText(column) else { return nil }
        guard let instant = calendar.timestamp(text) else {
            throw fault(column, expected: "a time as YYYY-MM-DDThh:mm:ss, local or with an offset")
        }
        return instant
    }

    func fault(_ column: String, expected: String) -> InputFault {
        InputFault(
            file: source.file, line: source.line, column: column, expected: expected,
            found: text(column).isEmpty ? "nothing" : text(column).shortened())
    }
}
