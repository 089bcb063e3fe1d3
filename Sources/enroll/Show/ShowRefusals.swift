// The refusals of a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ShowRefusals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refusals", abstract: "List refusals: who did not get in, and why.",
        discussion: """
            EXAMPLES
              enroll show refusals --term 3
              enroll show refusals --user 7 --code TERM_FULL
            """)

    @Option(help: "Only this user's: a number, or @SOURCE-ID.") var user: Reference?
    @Option(help: "Only in this term: a number, or @SOURCE-ID.") var term: Reference?
    @Option(help: "Only about this enrollment.") var enrollment: Int64?
    @Option(help: "Only with this code.") var code: Named<RejectionCode>?
    @OptionGroup var options: ShowOptions

    func run() throws {
        let tables = try options.tables()
        let names = TableNames(tables: tables)
        let filter = RefusalFilter(
            user: try names.user(user), term: try names.term(term),
            enrollment: enrollment.map(EnrollmentID.init(rawValue:)), code: code?.value)
        let listing = Listing<RefusalRow>(
            options: options,
            columns: [
                .number("POSITION"), .text("RECORDED"), .text("COMMAND"), .number("USER"), .number("TERM"),
                .number("ENROLLMENT"), .text("CODE"),
            ],
            page: { last, limit in
                var filter = filter
                filter.after = last?.position
                filter.limit = limit
                return try tables.refusals(filter)
            },
            cells: { row in
                [
                    row.position.description,
                    row.recordedAt.description,
                    row.command.name,
                    row.user.description,
                    row.term.description,
                    row.enrollment?.description ?? "",
                    row.code.name,
                ]
            },
            json: { row, writer in
                writer.field("position", row.position.rawValue)
                writer.field("recordedAt", row.recordedAt.description)
                writer.field("command", row.command.name)
                writer.field("user", row.user.rawValue)
                writer.field("term", row.term.rawValue)
                writer.optional("enrollment", row.enrollment?.rawValue)
                writer.field("code", row.code.name)
            })
        try listing.write()
    }
}
