// What the read tables hold, filtered.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "List users, courses, terms, enrollments or refusals.",
        discussion: """
            Reads the tables without a lock, also while another process writes. They may be a moment behind the log; \
            'enroll status' says how far.
            """,
        subcommands: [
            ShowUsers.self, ShowCourses.self, ShowTerms.self, ShowEnrollments.self, ShowRefusals.self,
        ])
}

/// What every listing takes.
struct ShowOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("Show at most this many.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit counts rows, so it cannot be negative.") }
    }

    /// The tables, opened for reading only.
    func tables() throws -> ReadTables {
        let layout = StoreLayout(directory: try store.directory)
        _ = try StoreSettings.load(layout)
        return try ReadTables.open(at: layout)
    }
}

/// Writes rows page by page, so that a listing of any length takes bounded memory.
struct Listing<Row> {
    private static var pageRows: Int { 1000 }

    let options: ShowOptions
    let columns: [Table.Column]
    /// The rows behind a row, at most so many.
    let page: (_ after: Row?, _ limit: Int) throws -> [Row]
    let cells: (Row) -> [String]
    let json: (Row, inout JSONWriter) -> Void

    func write() throws {
        var table = Table(columns)
        var writer = JSONWriter()
        var left = options.limit ?? .max
        var last: Row?
        while left > 0 {
            try Interruption.check()
            let limit = min(left, Self.pageRows)
            let rows = try page(last, limit)
            for row in rows {
                if options.output.isJSON {
                    writer.removeAll()
                    writer.openObject()
                    json(row, &writer)
                    writer.closeObject()
                    try StandardOutput.shared.write(writer)
                } else {
                    try table.append(cells(row))
                }
            }
            left -= rows.count
            last = rows.last
            if rows.count < limit { break }
        }
        if !options.output.isJSON { try table.finish(emptyRemark: "there are none") }
    }
}

/// Source ids, as the tables know them.
struct TableNames {
    let tables: ReadTables

    func user(_ reference: Reference?) throws -> UserID? {
        UserID(try number(reference, "user") { try tables.user(sourceID: $0)?.id.rawValue })
    }

    func course(_ reference: Reference?) throws -> CourseID? {
        CourseID(try number(reference, "course") { try tables.course(sourceID: $0)?.id.rawValue })
    }

    func term(_ reference: Reference?) throws -> TermID? {
        TermID(try number(reference, "term") { try tables.term(sourceID: $0)?.id.rawValue })
    }

    private func number(_ reference: Reference?, _ kind: String, _ find: (String) throws -> Int64?) throws -> Int64? {
        switch reference {
        case nil: return nil
        case .number(let number): return number
        case .sourceID(let name):
            if let number = try find(name) { return number }
            throw Names.unknown(kind, name)
        }
    }
}

extension EntityID {
    fileprivate init?(_ number: Int64?) {
        guard let number else { return nil }
        self.init(number)
    }
}

extension JSONWriter {
    mutating func optional(_ name: StaticString, _ value: String?) {
        if let value { field(name, value) } else { null(name) }
    }

    mutating func optional(_ name: StaticString, _ value: Int64?) {
        if let value { field(name, value) } else { null(name) }
    }
}
