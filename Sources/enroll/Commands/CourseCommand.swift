// The commands about courses.

import ArgumentParser
import Enrollment

struct CourseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "course", abstract: "Create, change and publish courses.",
        subcommands: [
            CourseCreate.self, CourseUpdate.self, CourseAssign.self, CoursePublish.self, CourseClose.self,
            CourseReopen.self, CourseArchive.self,
        ])
}

struct CourseCreate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a course, as a DRAFT.",
        discussion: """
            EXAMPLES
              enroll course create --title "Data structures" --category CS --instructor 2
              enroll course create --title 미적분학 --source-id AAA
            """)

    @Option(help: "The title.") var title: String
    @Option(help: "What it is about.") var description = ""
    @Option(help: "Its category.") var category = ""
    @Option(help: "Who teaches it: an INSTRUCTOR's number, or @SOURCE-ID.") var instructor: Reference?
    @Option(name: .customLong("source-id"), help: "The id that the outside world uses.") var sourceID: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .createCourse(
            title: title, description: description, category: category,
            instructor: try instructor.map(place.names.user), sourceID: sourceID)
    }
}

struct CourseUpdate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change what a course says about itself.",
        discussion: """
            EXAMPLES
              enroll course update 2 --title "Data structures and algorithms"
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @Option(help: "The new title.") var title: String?
    @Option(help: "The new description.") var description: String?
    @Option(help: "The new category.") var category: String?
    @OptionGroup var options: CommandOptions

    func validate() throws {
        if title == nil && description == nil && category == nil {
            throw ValidationError("Nothing to change: give --title, --description or --category.")
        }
    }

    func command(_ place: CommandPlace) throws -> Command {
        .updateCourse(
            try place.names.course(course), title: title, description: description, category: category)
    }
}

struct CourseAssign: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Say who teaches a course.",
        discussion: """
            EXAMPLES
              enroll course assign 2 7
              enroll course assign 2 --nobody
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @Argument(help: "An INSTRUCTOR: a number, or @SOURCE-ID.") var instructor: Reference?
    @Flag(help: "Take the instructor away.") var nobody = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        if nobody == (instructor != nil) { throw ValidationError("Give an instructor, or --nobody.") }
    }

    func command(_ place: CommandPlace) throws -> Command {
        .assignInstructor(try place.names.course(course), instructor: try instructor.map(place.names.user))
    }
}

struct CoursePublish: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish a DRAFT course: people may apply for its terms.",
        discussion: """
            EXAMPLES
              enroll course publish 2
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .publishCourse(try place.names.course(course))
    }
}

struct CourseClose: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a course: no new applications, pending ones are still decided.",
        discussion: """
            EXAMPLES
              enroll course close 2
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .closeCourse(try place.names.course(course))
    }
}

struct CourseReopen: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Reopen a CLOSED course.",
        discussion: """
            EXAMPLES
              enroll course reopen 2
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .reopenCourse(try place.names.course(course))
    }
}

struct CourseArchive: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Archive a course for good.",
        discussion: """
            Every term of it must be over.

            EXAMPLES
              enroll course archive 2
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .archiveCourse(try place.names.course(course))
    }
}
