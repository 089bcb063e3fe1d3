// Every event: a past-tense fact in the log. What happened, without who and when: those belong to its record.

/// A fact that was decided.
///
/// Times, actor and position stand in the record that carries it. Large events that come seldom are indirect, so that
/// those that come by the million are small: 48 bytes.
public enum Event: Hashable, Sendable {
    indirect case userRegistered(UserID, email: PersonalText, name: PersonalText, role: Role, sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case userUpdated(UserID, email: PersonalText?, name: PersonalText?)
    case userRoleChanged(UserID, role: Role)
    case userActivated(UserID)
    case userDeactivated(UserID)
    case userSuspended(UserID, reason: PersonalText?)
    case userReinstated(UserID)
    /// From here on the user is gone for the rules, and their key may be destroyed.
    case erasureRequested(UserID)
    /// Nothing opens their texts any more, and their address is free.
    case userErased(UserID)

    indirect case courseCreated(
        CourseID, title: String, description: String, category: String, instructor: UserID?, sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case courseUpdated(CourseID, title: String?, description: String?, category: String?)
    case instructorAssigned(CourseID, instructor: UserID?)
    /// The default enrollment window of the course's terms opens with the first publication.
    case coursePublished(CourseID)
    case courseClosed(CourseID)
    case courseReopened(CourseID)
    case courseArchived(CourseID)

    indirect case termScheduled(
        TermID, course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission,
        sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case termUpdated(TermID, dates: TermDates?, admission: Admission?)
    case enrollmentWindowSet(TermID, window: EnrollmentWindow?)
    indirect case termCapacityChanged(TermID, from: Int, to: Int, taken: Int, reason: PersonalText?)
    case termStarted(TermID)
    case termCompleted(TermID)
    case termCancelled(TermID, reason: PersonalText?)

    /// `direct`: an operator enrolled the user without an application of theirs.
    case enrollmentApplied(EnrollmentID, user: UserID, term: TermID, direct: Bool)
    /// `overbooked`: this event took a seat when none was free.
    case enrollmentApproved(EnrollmentID, term: TermID, overbooked: Bool, reason: PersonalText?)
    case enrollmentRejected(EnrollmentID, term: TermID, cause: EndCause, reason: PersonalText?)
    case enrollmentCancelled(
        EnrollmentID, term: TermID, previous: EnrollmentStatus, cause: EndCause, reason: PersonalText?)

    indirect case commandRefused(Refusal)

    /// Changes nothing: any replay can hold it against the events before it.
    indirect case stateAttested(StateAttestation)
}

/// Why an enrollment ended.
public enum EndCause: UInt8, Hashable, Sendable, CaseIterable {
    /// A command named this enrollment, given by someone with an operator's powers.
    case byOperator = 1
    /// The user cancelled it themself.
    case bySelf = 2
    /// Its term was completed while it was pending.
    case termCompleted = 3
    /// Its term was cancelled.
    case termCancelled = 4
    /// Its user was deactivated with `cascade`.
    case userDeactivated = 5
    /// Its user is erased with `cascade`.
    case userErased = 6
}

extension EndCause: NamedValue {
    public var name: String {
        switch self {
        case .byOperator: "OPERATOR"
        case .bySelf: "SELF"
        case .termCompleted: "TERM_COMPLETED"
        case .termCancelled: "TERM_CANCELLED"
        case .userDeactivated: "USER_DEACTIVATED"
        case .userErased: "USER_ERASED"
        }
    }
}

/// The recorded form of a rejection, so that losers of a race appear in the history.
public struct Refusal: Hashable, Sendable {
    public let command: CommandKind
    public let user: UserID
    public let term: TermID
    /// The enrollment that the command named; nil for an application.
    public let enrollment: EnrollmentID?
    public let rejection: Rejection
    /// The term's capacity and its taken seats as the decision saw them.
    public let capacity: Int
    public let taken: Int

    public init(
        command: CommandKind, user: UserID, term: TermID, enrollment: EnrollmentID?, rejection: Rejection,
        capacity: Int, taken: Int
    ) {
        self.command = command
        self.user = user
        self.term = term
        self.enrollment = enrollment
        self.rejection = rejection
        self.capacity = capacity
        self.taken = taken
    }
}

/// An event's type.
///
/// The numbers are stored in the log: never renumber.
public enum EventType: UInt8, Hashable, Sendable, CaseIterable {
    case userRegistered = 1
    case userUpdated = 2
    case userRoleChanged = 3
    case userActivated = 4
    case userDeactivated = 5
    case userSuspended = 6
    case userReinstated = 7
    case erasureRequested = 8
    case userErased = 9
    case courseCreated = 16
    case courseUpdated = 17
    case instructorAssigned = 18
    case coursePublished = 19
    case courseClosed = 20
    case courseReopened = 21
    case courseArchived = 22
    case termScheduled = 32
    case termUpdated = 33
    case enrollmentWindowSet = 34
    case termCapacityChanged = 35
    case termStarted = 36
    case termCompleted = 37
    case termCancelled = 38
    case enrollmentApplied = 48
    case enrollmentApproved = 49
    case enrollmentRejected = 50
    case enrollmentCancelled = 51
    case commandRefused = 64
    case stateAttested = 80
}

extension EventType: NamedValue {
    /// As interfaces write it: `EnrollmentApplied`.
    public var name: String { upperCamelCase("\(self)") }
}

extension Event {
    public var type: EventType {
        switch self {
        case .userRegistered: .userRegistered
        case .userUpdated: .userUpdated
        case .userRoleChanged: .userRoleChanged
        case .userActivated: .userActivated
        case .userDeactivated: .userDeactivated
        case .userSuspended: .userSuspended
        case .userReinstated: .userReinstated
        case .erasureRequested: .erasureRequested
        case .userErased: .userErased
        case .courseCreated: .courseCreated
        case .courseUpdated: .courseUpdated
        case .instructorAssigned: .instructorAssigned
        case .coursePublished: .coursePublished
        case .courseClosed: .courseClosed
        case .courseReopened: .courseReopened
        case .courseArchived: .courseArchived
        case .termScheduled: .termScheduled
        case .termUpdated: .termUpdated
        case .enrollmentWindowSet: .enrollmentWindowSet
        case .termCapacityChanged: .termCapacityChanged
        case .termStarted: .termStarted
        case .termCompleted: .termCompleted
        case .termCancelled: .termCancelled
        case .enrollmentApplied: .enrollmentApplied
        case .enrollmentApproved: .enrollmentApproved
        case .enrollmentRejected: .enrollmentRejected
        case .enrollmentCancelled: .enrollmentCancelled
        case .commandRefused: .commandRefused
        case .stateAttested: .stateAttested
        }
    }

    /// The stream that the event belongs to.
    public var stream: EventStream {
        switch self {
        case .userRegistered(let id, _, _, _, _), .userUpdated(let id, _, _), .userRoleChanged(let id, _),
            .userActivated(let id), .userDeactivated(let id), .userSuspended(let id, _), .userReinstated(let id),
            .erasureRequested(let id), .userErased(let id):
            .user(id)
        case .courseCreated(let id, _, _, _, _, _), .courseUpdated(let id, _, _, _), .instructorAssigned(let id, _),
            .coursePublished(let id), .courseClosed(let id), .courseReopened(let id), .courseArchived(let id):
            .course(id)
        case .termScheduled(let id, _, _, _, _, _, _), .termUpdated(let id, _, _), .enrollmentWindowSet(let id, _),
            .termCapacityChanged(let id, _, _, _, _), .termStarted(let id), .termCompleted(let id),
            .termCancelled(let id, _):
            .term(id)
        case .enrollmentApplied(_, _, let term, _), .enrollmentApproved(_, let term, _, _),
            .enrollmentRejected(_, let term, _, _), .enrollmentCancelled(_, let term, _, _, _):
            .term(term)
        case .commandRefused(let refusal): .refusals(refusal.term)
        case .stateAttested: .attestations
        }
    }
}

/// When an event happened.
public struct EventTime: Hashable, Sendable {
    /// The engine's clock.
    public var recordedAt: Timestamp
    /// The caller's own time, where one was given: the event then counts as back-dated.
    public var effectiveAt: Timestamp?

    public init(recordedAt: Timestamp, effectiveAt: Timestamp? = nil) {
        self.recordedAt = recordedAt
        self.effectiveAt = effectiveAt
    }

    @inlinable public var effectiveTime: Timestamp { effectiveAt ?? recordedAt }
}
