// An operator gives a seat without an application.

import ArgumentParser
import Enrollment

struct EnrollDirectlyCommand: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll-directly", abstract: "Give a user a seat without an application, as an operator.",
        discussion: """
            Passes the enrollment window and a CLOSED course; goes above the capacity only with --override and a reason.

            EXAMPLES
              enroll enroll-directly 7 3 --as 2
              enroll enroll-directly 7 3 --override --reason "late transfer" --as 2
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Flag(help: "Enroll also when no seat is free.") var override = false
    @Option(help: "Why; demanded by --override.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .enrollDirectly(
            user: try place.names.user(user), term: try place.names.term(term), override: override,
            reason: reason.map { .plain($0) })
    }
}
