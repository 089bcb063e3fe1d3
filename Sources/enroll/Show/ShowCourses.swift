// The courses of a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ShowCourses: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "courses", abstract: "List courses.",
        discussion: """
            EXAMPLES
              enroll show courses --status PUBLISHED
              enroll show courses --instructor 2
            """)

    @Option(help: "Only this status.") var status: Named<CourseStatus>?
    @Option(help: "Only this INSTRUCTOR's: a number, or @SOURCE-ID.") var instructor: Reference?
    @Option(help: "Only this category.") var category: String?
    @OptionGroup var options: ShowOptions

    func run() throws {
        let tables = try options.tables()
        let filter = CourseFilter(
            status: status?.value, instructor: try TableNames(tables: tables).user(instructor), category: category)
        let listing = Listing<CourseRow>(
            options: options,
            columns: [
                .number("ID"), .text("STATUS"), .number("INSTRUCTOR"), .text("SOURCE"), .text("CATEGORY"),
                .text("TITLE"),
            ],
            page: { last, limit in
                var filter = filter
                filter.after = last?.id
                filter.limit = limit
                return try tables.courses(filter)
            },
            cells: { row in
                [
                    row.id.description,
                    row.status.name,
                    row.instructor?.description ?? "",
                    row.sourceID ?? "",
                    row.category,
                    row.title,
                ]
            },
            json: { row, writer in
                writer.field("id", row.id.rawValue)
                writer.optional("sourceID", row.sourceID)
                writer.field("title", row.title)
                writer.field("description", row.description)
                writer.field("category", row.category)
                writer.optional("instructor", row.instructor?.rawValue)
                writer.field("status", row.status.name)
                writer.field("createdAt", row.createdAt.description)
                writer.field("updatedAt", row.updatedAt.description)
            })
        try listing.write()
    }
}
