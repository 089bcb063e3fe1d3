// The commands about terms.

import ArgumentParser
import Enrollment
import EnrollmentEngine

struct TermCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "term", abstract: "Schedule and run terms, with their seats and windows.",
        subcommands: [
            TermSchedule.self, TermUpdate.self, TermWindow.self, TermCapacity.self, TermStart.self,
            TermComplete.self, TermCancel.self,
        ])
}

struct TermSchedule: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Schedule a term of a course.",
        discussion: """
            APPROVAL: an application holds a seat until it is decided. FIRST_COME: an application is approved at \
            once, or refused. SELECTION: applications hold nothing, capacity is checked at approval.

            EXAMPLES
              enroll term schedule 2 --number 1 --start 2027-03-02 --end 2027-06-20 --capacity 80
              enroll term schedule @AAA --number 2 --start 2027-09-01 --end 2027-12-20 --capacity 30 \\
                --admission first_come
            """)

    @Argument(help: "The course: a number, or @SOURCE-ID.") var course: Reference
    @Option(help: "Its number within the course.") var number: Int
    @Option(help: "Its first day: YYYY-MM-DD.") var start: Day
    @Option(help: "Its last day: YYYY-MM-DD.") var end: Day
    @Option(help: "Its seats.") var capacity: Int
    @Option(help: "How it gives them out.") var admission: Named<Admission> = Named(.approval)
    @Option(name: .customLong("source-id"), help: "The id that the outside world uses.") var sourceID: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .scheduleTerm(
            course: try place.names.course(course), termNumber: number,
            dates: place.calendar.dates(from: start, through: end), capacity: capacity, admission: admission.value,
            sourceID: sourceID)
    }
}

struct TermUpdate: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a term's dates, or how it gives out its seats.",
        discussion: """
            The admission is fixed from the first application on.

            EXAMPLES
              enroll term update 3 --start 2027-03-09 --end 2027-06-27
              enroll term update 3 --admission SELECTION
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Option(help: "Its first day: YYYY-MM-DD; together with --end.") var start: Day?
    @Option(help: "Its last day: YYYY-MM-DD; together with --start.") var end: Day?
    @Option(help: "How it gives its seats out.") var admission: Named<Admission>?
    @OptionGroup var options: CommandOptions

    func validate() throws {
        if (start == nil) != (end == nil) { throw ValidationError("Give --start and --end together.") }
        if start == nil && admission == nil {
            throw ValidationError("Nothing to change: give --start and --end, or --admission.")
        }
    }

    func command(_ place: CommandPlace) throws -> Command {
        var dates: TermDates?
        if let start, let end { dates = place.calendar.dates(from: start, through: end) }
        return .updateTerm(try place.names.term(term), dates: dates, admission: admission?.value)
    }
}

struct TermWindow: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "window", abstract: "Set when people may apply for a term.",
        discussion: """
            The window is half open: at its closing instant it is too late. Without one of its own a term is open \
            from the course's first publication to the end of the day before it starts.

            EXAMPLES
              enroll term window 3 --opens 2027-02-01T09:00 --closes 2027-02-15
              enroll term window 3 --default
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Option(help: "When it opens: ISO 8601.") var opens: String?
    @Option(help: "When it closes: ISO 8601.") var closes: String?
    @Flag(name: .customLong("default"), help: "Bring the default window back.") var isDefault = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        let isSet = opens != nil && closes != nil
        let isPartlySet = opens != nil || closes != nil
        if isDefault ? isPartlySet : !isSet {
            throw ValidationError("Give --opens and --closes, or --default.")
        }
    }

    func command(_ place: CommandPlace) throws -> Command {
        var window: EnrollmentWindow?
        if let opens, let closes {
            window = EnrollmentWindow(
                opensAt: try place.instant(opens, option: "opens"),
                closesAt: try place.instant(closes, option: "closes"))
        }
        return .setEnrollmentWindow(try place.names.term(term), window: window)
    }
}

struct TermCapacity: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity", abstract: "Change how many seats a term has.",
        discussion: """
            Below the seats taken only with --allow-overbooked and a reason; nobody loses a seat.

            EXAMPLES
              enroll term capacity 3 120
              enroll term capacity 3 60 --allow-overbooked --reason "smaller room"
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Argument(help: "The new number of seats.") var capacity: Int
    @Flag(help: "Allow fewer seats than are taken.") var allowOverbooked = false
    @Option(help: "Why; demanded by --allow-overbooked.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .changeTermCapacity(
            try place.names.term(term), to: capacity, allowOverbooked: allowOverbooked,
            reason: reason.map { .plain($0) })
    }
}

struct TermStart: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a term.",
        discussion: """
            EXAMPLES
              enroll term start 3
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .startTerm(try place.names.term(term))
    }
}

struct TermComplete: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Complete a term; what is still pending is rejected.",
        discussion: """
            EXAMPLES
              enroll term complete 3
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .completeTerm(try place.names.term(term))
    }
}

struct TermCancel: DomainCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a term with all its live enrollments.",
        discussion: """
            EXAMPLES
              enroll term cancel 3 --reason "too few applications"
            """)

    @Argument(help: "The term: a number, or @SOURCE-ID.") var term: Reference
    @Option(help: "Why; kept in the history.") var reason: String?
    @OptionGroup var options: CommandOptions

    func command(_ place: CommandPlace) throws -> Command {
        .cancelTerm(try place.names.term(term), reason: reason.map { .plain($0) })
    }
}
