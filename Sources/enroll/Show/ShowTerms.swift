// The terms of a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ShowTerms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms", abstract: "List terms with their seats.",
        discussion: """
            EXAMPLES
              enroll show terms --course 2
              enroll show terms --status ONGOING --format json
            """)

    @Option(help: "Only of this course: a number, or @SOURCE-ID.") var course: Reference?
    @Option(help: "Only this status.") var status: Named<TermStatus>?
    @Option(help: "Only this admission.") var admission: Named<Admission>?
    @OptionGroup var options: ShowOptions

    func run() throws {
        let tables = try options.tables()
        let filter = TermFilter(
            course: try TableNames(tables: tables).course(course), status: status?.value,
            admission: admission?.value)
        let listing = Listing<TermRow>(
            options: options,
            columns: [
                .number("ID"), .number("COURSE"), .number("NUMBER"), .text("STATUS"), .text("ADMISSION"),
                .number("SEATS"), .number("ENROLLED"), .number("HELD"), .number("FREE"), .text("START"), .text("END"),
                .text("SOURCE"),
            ],
            page: { last, limit in
                var filter = filter
                filter.after = last?.id
                filter.limit = limit
                return try tables.terms(filter)
            },
            cells: { row in
                [
                    row.id.description,
                    row.course.description,
                    row.termNumber.description,
                    row.status.name,
                    row.admission.name,
                    row.capacity.description,
                    row.enrolledCount.description,
                    row.heldCount.description,
                    row.free.description,
                    row.startDate.description,
                    row.endDate.description,
                    row.sourceID ?? "",
                ]
            },
            json: { row, writer in
                writer.field("id", row.id.rawValue)
                writer.optional("sourceID", row.sourceID)
                writer.field("course", row.course.rawValue)
                writer.field("termNumber", row.termNumber)
                writer.field("startDate", row.startDate.description)
                writer.field("endDate", row.endDate.description)
                writer.field("capacity", row.capacity)
                writer.field("enrolledCount", row.enrolledCount)
                writer.field("heldCount", row.heldCount)
                writer.field("free", row.free)
                writer.field("admission", row.admission.name)
                writer.optional("enrollmentOpensAt", row.enrollmentOpensAt?.description)
                writer.field("enrollmentClosesAt", row.enrollmentClosesAt.description)
                writer.field("status", row.status.name)
                writer.field("createdAt", row.createdAt.description)
                writer.field("updatedAt", row.updatedAt.description)
            })
        try listing.write()
    }
}
