// Commands with several things wrong at once, to show which of them is told.

import Enrollment
import EnrollmentTesting
import Testing

/// The parts of a command and its context that a fault may spoil.
struct Attempt: Sendable {
    var user = World.kim
    var course = World.course
    var term = World.term
    var enrollment: EnrollmentID = 1
    var termNumber = 9
    var capacity = 5
    var dates = TermDates.days(35, 50)
    var admission: Admission?
    var email = "new@example.kr"
    var text = "New"
    var sourceID: String?
    var override = false
    var context = CommandContext(actor: .system, now: .day(10))
}

/// One thing that is wrong, and the code by which it is told when nothing before it is wrong too.
struct Fault: Sendable, CustomTestStringConvertible {
    let code: RejectionCode
    let facts: @Sendable (EnrollmentState) -> [Event]
    let spoil: @Sendable (inout Attempt) -> Void

    init(_ code: RejectionCode, spoil: @escaping @Sendable (inout Attempt) -> Void) {
        self.init(code, facts: { _ in [] }, spoil: spoil)
    }

    init(
        _ code: RejectionCode, facts: @escaping @Sendable (EnrollmentState) -> [Event],
        spoil: @escaping @Sendable (inout Attempt) -> Void = { _ in }
    ) {
        self.code = code
        self.facts = facts
        self.spoil = spoil
    }

    var testDescription: String { code.name }

    static let future = Fault(.invalidInput) { $0.context.effectiveAt = .day(11) }
    /// By a student whom the command is not about.
    static let stranger = Fault(.forbidden) { $0.context.actor = .user(World.park) }
    static let unknownUser = Fault(.userNotFound) { $0.user = 99 }
    static let unknownCourse = Fault(.courseNotFound) { $0.course = 99 }
    static let unknownTerm = Fault(.termNotFound) { $0.term = 99 }
    static let unknownEnrollment = Fault(.enrollmentNotFound) { $0.enrollment = 99 }
    static let version = Fault(.versionConflict) { $0.context.expectedVersion = 77 }
    static let suspended = Fault(.accountSuspended, facts: { _ in [.userSuspended(World.kim, reason: nil)] })
    static let archived = Fault(.invalidCourseTransition, facts: { _ in [.courseArchived(World.course)] })
    static let cancelledTerm = Fault(.termClosed, facts: { _ in [.termCancelled(World.term, reason: nil)] })
    static let sourceID = Fault(.duplicateSourceID) { $0.sourceID = "7" }
    /// Dated before the enrollments that the command ends.
    static let backDated = Fault(.invalidInput) { $0.context.effectiveAt = .day(9) }
}

/// A command, what may be wrong with it in the order in which it is told, and the world in which all else is well.
struct Order: Sendable, CustomTestStringConvertible {
    let kind: CommandKind
    let world: Scenario
    let faults: [Fault]
    let command: @Sendable (Attempt) -> Command

    init(
        _ kind: CommandKind, in world: Scenario, _ faults: [Fault], command: @escaping @Sendable (Attempt) -> Command
    ) {
        self.kind = kind
        self.world = world
        self.faults = faults
        self.command = command
    }

    var testDescription: String { kind.name }

    /// The code with these faults together, or nil where the command is accepted.
    func code(with faults: [Fault]) -> RejectionCode? {
        var state = world.state
        var attempt = Attempt()
        for fault in faults {
            for event in fault.facts(state) { state.evolve(event, at: EventTime(recordedAt: .day(10))) }
            fault.spoil(&attempt)
        }
        do throws(Rejection) {
            _ = try state.decide(command(attempt), attempt.context)
            return nil
        } catch {
            return error.code
        }
    }
}
