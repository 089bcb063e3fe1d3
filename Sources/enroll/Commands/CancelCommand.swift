// An enrollment ends before its time.

import ArgumentParser
import Enrollment

struct CancelCommand: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel an enrollment; its seat is free at once.",
        discussion: """
            Users cancel their own while the term is SCHEDULED, operators until it is COMPLETED.

            EXAMPLES
              enroll cancel 41 --as 7
              enroll cancel 41 --reason "left the school"
            """)

    @Argument(help: "The enrollment's number.") var enrollment: Int64
    @Option(help: "Why; kept in the history.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .cancelEnrollment(EnrollmentID(enrollment), reason: reason.map { .plain($0) })
    }
}
