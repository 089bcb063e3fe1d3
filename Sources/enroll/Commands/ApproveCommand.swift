// Someone approves an application.

import ArgumentParser
import Enrollment

struct ApproveCommand: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve a pending application.",
        discussion: """
            --override goes above the capacity, marks the seat as overbooked, and demands a reason.

            EXAMPLES
              enroll approve 41 --as 2
              enroll approve 41 --override --reason "exchange student" --as 2
            """)

    @Argument(help: "The enrollment's number.") var enrollment: Int64
    @Flag(help: "Approve also when no seat is free.") var override = false
    @Option(help: "Why; demanded by --override.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .approveEnrollment(EnrollmentID(enrollment), override: override, reason: reason.map { .plain($0) })
    }
}
