// Start here to answer one person: why a command was decided as it was, and who was before them.

public import Enrollment
public import EnrollmentEngine
public import EventLog

/// A recorded decision, made again from the state before it, with everything that the rules looked at.
public struct Explanation: Sendable {
    /// The position of the command's first event.
    public let position: Position
    /// The command, as its events and their record show it.
    public let command: CommandEnvelope
    /// What the log has, in its order; never empty.
    public let recorded: [RecordedEvent]
    /// What the rules say in the state before the command.
    public let ruling: DecisionDifference.Ruling
    /// What there was to see at that moment.
    public let seen: SeenValues
    /// The seats that were taken in the term just before, those taken first in front; empty where the command is not
    /// about a term.
    public let seats: [TakenSeat]

    /// When the command was recorded, and its own time where it gave one.
    public var time: EventTime { recorded[0].time }

    /// Whether the log has what the rules say.
    public var isByTheRules: Bool { ruling.events == recorded.map(\.event) }

    /// Why the log says no; nil where it says yes.
    public var refusal: Rejection? {
        if case .commandRefused(let refusal) = recorded[0].event { return refusal.rejection }
        return nil
    }
}

/// A seat that was taken, or held by an application, before a decision.
public struct TakenSeat: Hashable, Sendable {
    /// The enrollment that has the seat, or holds it.
    public let enrollment: EnrollmentID
    /// Whose seat it is.
    public let user: UserID
    /// The event that took it: an application where applications hold seats, else an approval.
    public let position: Position
    /// The event that took it.
    public let type: EventType
    /// When it was taken.
    public let time: EventTime
    /// Who gave the command that took it.
    public let actor: Actor
    /// Whether it was taken above the capacity.
    public internal(set) var isOverbooked: Bool
    /// Whether it is a seat already, and not only held by an application.
    public internal(set) var isApproved: Bool
}

/// What a decision saw: the values of the rules' steps, as far as the command leads to them.
public struct SeenValues: Sendable {
    /// The instant at which windows were judged: the command's own time where it gave one.
    public let judgedAt: Timestamp
    /// The actor, where a user gave the command and was known.
    public let actor: User?
    /// The user whom the command is about.
    public let user: User?
    /// The course, as it was then.
    public let course: Course?
    /// The term, as it was then.
    public let term: Term?
    /// When people may apply; `opensAt` is nil while the course was never published.
    public let window: (opensAt: Timestamp?, closesAt: Timestamp)?
    /// The enrollment that the command names.
    public let enrollment: Enrollment?
    /// The pending or approved enrollment that the user had in the term already.
    public let live: Enrollment?

    /// The values by name, in the order of the rules' steps; what there was not is left out.
    public var values: [(name: String, value: Rejection.Observed)] {
        var values: [(String, Rejection.Observed)] = []
        func add(_ name: String, _ number: Int64) { values.append((name, .number(number))) }
        func add(_ name: String, _ text: String) { values.append((name, .text(text))) }
        if let actor {
            add("actorRole", actor.role.name)
            add("actorStatus", actor.status.name)
        }
        if let enrollment {
            add("enrollment", enrollment.id.rawValue)
            add("enrollmentStatus", enrollment.status.name)
            add("enrollmentChangedAt", enrollment.changedAt.description)
        }
        if let user {
            add("user", user.id.rawValue)
            add("userStatus", user.status.name)
        }
        if let course {
            add("course", course.id.rawValue)
            add("courseStatus", course.status.name)
            if let instructor = course.instructor { add("instructor", instructor.rawValue) }
        }
        guard let term else { return values }
        add("term", term.id.rawValue)
        add("termStatus", term.status.name)
        add("admission", term.admission.name)
        add("judgedAt", judgedAt.description)
        if let opensAt = window?.opensAt { add("windowOpensAt", opensAt.description) }
        if let closesAt = window?.closesAt { add("windowClosesAt", closesAt.description) }
        if let live {
            add("liveEnrollment", live.id.rawValue)
            add("liveEnrollmentStatus", live.status.name)
        }
        add("capacity", Int64(term.capacity))
        add("enrolled", Int64(term.enrolledCount))
        add("held", Int64(term.heldCount))
        add("taken", Int64(term.taken))
        add("free", Int64(term.free))
        return values
    }
}
