// A user applies for a seat in a term.

import ArgumentParser
import Enrollment

struct ApplyCommand: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Apply for a seat in a term.",
        discussion: """
            In a term with APPROVAL the application holds a seat until someone decides; with FIRST_COME it is approved \
            at once; with SELECTION it holds nothing. A full term refuses, and the refusal is kept in the history.

            EXAMPLES
              enroll apply 7 3
              enroll apply @11391 @AAA-2027J --as @11391
              enroll apply 7 3 --effective-at 2027-02-01T09:00
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .applyEnrollment(user: try place.names.user(user), term: try place.names.term(term))
    }
}
