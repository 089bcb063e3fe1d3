// Someone rejects an application.

import ArgumentParser
import Enrollment

struct RejectCommand: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject a pending application; the seat it held is free at once.",
        discussion: """
            EXAMPLES
              enroll reject 41 --reason "prerequisite missing" --as 2
            """)

    @Argument(help: "The enrollment's number.") var enrollment: Int64
    @Option(help: "Why; kept in the history.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .rejectEnrollment(EnrollmentID(enrollment), reason: reason.map { .plain($0) })
    }
}
