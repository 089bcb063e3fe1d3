// What happened to one user, course, term or enrollment, in the order of the log.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what happened to a user, course, term or enrollment.",
        discussion: """
            Lists the events in their order with position, time, actor and reasons, refusals included; of a user also \
            the courses they teach, of a course also its terms. Needs no lock: works while another process writes.

            EXAMPLES
              enroll history enrollment 41
              enroll history term @AAA-2027J --format json
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case user, course, term, enrollment
    }

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "user, course, term or enrollment.") var kind: Kind
    @Argument(help: ArgumentHelp("A number; of a user, course or term also @SOURCE-ID.", valueName: "id"))
    var reference: Reference

    func run() async throws {
        let history = try StoreVault.history(try store.directory)
        let last = try history.lastPosition()
        let (subject, id) = try subject(in: history, through: last)
        var printer = EventPrinter(output, total: Int(last.rawValue), label: "history")
        var related = HistoryFilter(subject)
        var cursor = try history.cursor(from: 1, through: last)
        var isKnown = false
        while let event = try cursor.next() {
            guard related.includes(event.event) else {
                try printer.pass(event)
                continue
            }
            isKnown = true
            try printer.write(history.opened(event))
        }
        guard isKnown else {
            throw Failure(
                message:
                    "there is no \(kind) \(id) in this store; 'enroll show \(kind)s' lists those there are",
                exitCode: ExitStatus.refused)
        }
        try printer.finish(emptyRemark: "")
    }

    private func subject(in history: EventHistory, through last: Position) throws -> (HistorySubject, id: Int64) {
        let number: Int64
        if case .number(let given) = reference {
            number = given
        } else {
            let names = Names(sourceIDs: try history.state(through: last))
            switch kind {
            case .user: number = try names.user(reference).rawValue
            case .course: number = try names.course(reference).rawValue
            case .term: number = try names.term(reference).rawValue
            case .enrollment: throw Failure.usage("an enrollment has no source id; give its number")
            }
        }
        return switch kind {
        case .user: (.user(UserID(number)), number)
        case .course: (.course(CourseID(number)), number)
        case .term: (.term(TermID(number)), number)
        case .enrollment: (.enrollment(EnrollmentID(number)), number)
        }
    }
}
