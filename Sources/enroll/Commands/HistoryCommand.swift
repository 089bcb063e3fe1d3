// What happened to one user, course, term or enrollment, in the order of the log.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EventLog

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what happened to a user, course, term or enrollment.",
        discussion: """
            Lists the events in their order with actor, times and position, refusals included. Needs no lock: works \
            while another process writes.

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
        let history = try EventHistory.open(at: try store.directory)
        let last = try history.lastPosition()
        let subject = try subject(in: history, through: last)
        var printer = EventPrinter(output, total: Int(last.rawValue), label: "history")
        var related = EventFilter(subject)
        var cursor = try history.cursor(from: 1, through: last)
        var isKnown = false
        while let event = try cursor.next() {
            guard related.includes(event.event) else {
                try printer.pass(event)
                continue
            }
            isKnown = true
            try printer.write(event)
        }
        guard isKnown else {
            throw Failure(
                message:
                    "there is no \(kind) \(subject.id) in this store; 'enroll show \(kind)s' lists those there are",
                exitCode: ExitStatus.refused)
        }
        try printer.finish(emptyRemark: "")
    }

    private func subject(in history: EventHistory, through last: Position) throws -> EventFilter.Subject {
        if case .number(let number) = reference {
            return switch kind {
            case .user: .user(UserID(number))
            case .course: .course(CourseID(number))
            case .term: .term(TermID(number))
            case .enrollment: .enrollment(EnrollmentID(number))
            }
        }
        let names = Names(sourceIDs: try history.state(through: last))
        switch kind {
        case .user: return .user(try names.user(reference))
        case .course: return .course(try names.course(reference))
        case .term: return .term(try names.term(reference))
        case .enrollment: throw Failure.usage("an enrollment has no source id; give its number")
        }
    }
}

/// Which events belong to a subject's history.
struct EventFilter {
    enum Subject {
        case user(UserID)
        case course(CourseID)
        case term(TermID)
        case enrollment(EnrollmentID)

        var id: Int64 {
            switch self {
            case .user(let id): id.rawValue
            case .course(let id): id.rawValue
            case .term(let id): id.rawValue
            case .enrollment(let id): id.rawValue
            }
        }
    }

    private let subject: Subject
    /// The enrollments of the user, learnt on the way: later events about them name only the term.
    private var enrollments: Set<EnrollmentID> = []

    init(_ subject: Subject) { self.subject = subject }

    mutating func includes(_ event: Event) -> Bool {
        switch subject {
        case .user(let user): return includes(event, user)
        case .course(let course):
            if case .termScheduled(_, course, _, _, _, _, _) = event { return true }
            return event.stream == .course(course)
        case .term(let term): return event.stream == .term(term) || event.stream == .refusals(term)
        case .enrollment(let enrollment): return event.enrollment == enrollment
        }
    }

    private mutating func includes(_ event: Event, _ user: UserID) -> Bool {
        if event.stream == .user(user) { return true }
        if case .enrollmentApplied(let enrollment, user, _, _) = event { enrollments.insert(enrollment) }
        if case .commandRefused(let refusal) = event { return refusal.user == user }
        return event.enrollment.map(enrollments.contains) ?? false
    }
}

extension Event {
    /// The enrollment that the event is about, where it is about one.
    fileprivate var enrollment: EnrollmentID? {
        switch self {
        case .enrollmentApplied(let id, _, _, _), .enrollmentApproved(let id, _, _, _),
            .enrollmentRejected(let id, _, _, _), .enrollmentCancelled(let id, _, _, _, _):
            id
        case .commandRefused(let refusal): refusal.enrollment
        default: nil
        }
    }
}
