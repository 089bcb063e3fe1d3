// The commands about users.

import ArgumentParser
import Enrollment

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Register and administer users.",
        subcommands: [
            UserRegister.self, UserUpdate.self, UserRole.self, UserActivate.self, UserDeactivate.self,
            UserSuspend.self, UserReinstate.self,
        ])
}

struct UserRegister: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register a user.",
        discussion: """
            The address tells users apart, whatever its case; the source id, where there is one, as it is written.

            EXAMPLES
              enroll user register --email kim@example.org --name 김하늘 --role STUDENT
              enroll user register --email lee@example.org --name Lee --role INSTRUCTOR --source-id staff-17
            """)

    @Option(help: "The e-mail address.") var email: String
    @Option(help: "The name, as people write it.") var name: String
    @Option(help: "What the user may do.") var role: Named<Role> = Named(.student)
    @Option(name: .customLong("source-id"), help: "The id that the outside world uses.") var sourceID: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .registerUser(email: .plain(email), name: .plain(name), role: role.value, sourceID: sourceID)
    }
}

struct UserUpdate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a user's name or e-mail address.",
        discussion: """
            EXAMPLES
              enroll user update 7 --name "Kim Haneul"
              enroll user update @11391 --email kim@example.net --as @11391
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Option(help: "The new e-mail address.") var email: String?
    @Option(help: "The new name.") var name: String?
    @OptionGroup var options: CommandOptions

    func validate() throws {
        if email == nil && name == nil { throw ValidationError("Nothing to change: give --email or --name.") }
    }

    func command(_ place: CommandPlace) throws -> Command {
        .updateUser(try place.names.user(user), email: email.map { .plain($0) }, name: name.map { .plain($0) })
    }
}

struct UserRole: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Change what a user may do.",
        discussion: """
            Only the system and an ADMIN may.

            EXAMPLES
              enroll user role 7 OPERATOR
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Argument(help: "The new role.") var role: Named<Role>
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .changeUserRole(try place.names.user(user), role: role.value)
    }
}

struct UserActivate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Make an INACTIVE user ACTIVE again.",
        discussion: """
            EXAMPLES
              enroll user activate 7
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command { .activateUser(try place.names.user(user)) }
}

struct UserDeactivate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate", abstract: "Make a user INACTIVE.",
        discussion: """
            A user with live enrollments is left alone, unless --cascade cancels them in the same step.

            EXAMPLES
              enroll user deactivate 7
              enroll user deactivate 7 --cascade
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Flag(help: "Cancel the user's live enrollments too.") var cascade = false
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .deactivateUser(try place.names.user(user), cascade: cascade)
    }
}

struct UserSuspend: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend a user: they keep what they hold, and cannot apply.",
        discussion: """
            EXAMPLES
              enroll user suspend 7 --reason "fees unpaid"
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @Option(help: "Why; kept in the history.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .suspendUser(try place.names.user(user), reason: reason.map { .plain($0) })
    }
}

struct UserReinstate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate", abstract: "End a user's suspension.",
        discussion: """
            EXAMPLES
              enroll user reinstate 7
            """)

    @Argument(help: "The user: a number, or @SOURCE-ID.") var user: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command { .reinstateUser(try place.names.user(user)) }
}
