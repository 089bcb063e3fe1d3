// The enrollments of a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ShowEnrollments: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrollments", abstract: "List enrollments, in the order of application.",
        discussion: """
            EXAMPLES
              enroll show enrollments --term 3 --status PENDING
              enroll show enrollments --user @11391
              enroll show enrollments --overbooked
            """)

    @Option(help: "Only this user's: a number, or @SOURCE-ID.") var user: Reference?
    @Option(help: "Only in this term: a number, or @SOURCE-ID.") var term: Reference?
    @Option(help: "Only this status.") var status: Named<EnrollmentStatus>?
    @Flag(help: "Only seats given above the capacity.") var overbooked = false
    @OptionGroup var options: ShowOptions

    func run() throws {
        let tables = try options.tables()
        let names = TableNames(tables: tables)
        let filter = EnrollmentFilter(
            user: try names.user(user), term: try names.term(term), status: status?.value,
            overbooked: overbooked ? true : nil)
        let listing = Listing<EnrollmentRow>(
            options: options,
            columns: [
                .number("ID"), .number("USER"), .number("TERM"), .text("STATUS"), .text("APPLIED"), .text("PROCESSED"),
                .text("OVERBOOKED"),
            ],
            page: { last, limit in
                var filter = filter
                filter.after = last?.id
                filter.limit = limit
                return try tables.enrollments(filter)
            },
            cells: { row in
                [
                    row.id.description,
                    row.user.description,
                    row.term.description,
                    row.status.name,
                    row.appliedAt.description,
                    row.processedAt?.description ?? "",
                    row.overbooked ? "yes" : "",
                ]
            },
            json: { row, writer in
                writer.field("id", row.id.rawValue)
                writer.field("user", row.user.rawValue)
                writer.field("term", row.term.rawValue)
                writer.field("status", row.status.name)
                writer.field("overbooked", row.overbooked)
                writer.field("appliedAt", row.appliedAt.description)
                writer.optional("processedAt", row.processedAt?.description)
                writer.field("createdAt", row.createdAt.description)
                writer.field("updatedAt", row.updatedAt.description)
            })
        try listing.write()
    }
}
