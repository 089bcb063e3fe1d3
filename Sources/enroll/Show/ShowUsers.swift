// The users of a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

struct ShowUsers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "List users.",
        discussion: """
            EXAMPLES
              enroll show users --role INSTRUCTOR
              enroll show users --status SUSPENDED --format json
            """)

    @Option(help: "Only this role.") var role: Named<Role>?
    @Option(help: "Only this status.") var status: Named<UserStatus>?
    @OptionGroup var options: ShowOptions

    func run() throws {
        let tables = try options.tables()
        let filter = UserFilter(role: role?.value, status: status?.value)
        let listing = Listing<UserRow>(
            options: options,
            columns: [
                .number("ID"), .text("ROLE"), .text("STATUS"), .text("SOURCE"), .text("NAME"), .text("EMAIL"),
            ],
            page: { last, limit in
                var filter = filter
                filter.after = last?.id
                filter.limit = limit
                return try tables.users(filter)
            },
            cells: { row in
                [
                    row.id.description,
                    row.role.name,
                    row.status.name,
                    row.sourceID ?? "",
                    row.name ?? "",
                    row.email ?? "",
                ]
            },
            json: { row, writer in
                writer.field("id", row.id.rawValue)
                writer.optional("sourceID", row.sourceID)
                writer.optional("email", row.email)
                writer.optional("name", row.name)
                writer.field("role", row.role.name)
                writer.field("status", row.status.name)
                writer.field("createdAt", row.createdAt.description)
                writer.field("updatedAt", row.updatedAt.description)
            })
        try listing.write()
    }
}
