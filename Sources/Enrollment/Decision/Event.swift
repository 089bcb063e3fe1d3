// Every event: a past-tense fact in the log. What happened, without who and when: those belong to its record.

/// A fact that was decided.
///
/// Times, actor and position stand in the record that carries it. Large events that come seldom are indirect, so that
/// those that come by the million are small: 48 bytes.
public enum Event: Hashable, Sendable {
    /// A user is there, active.
    indirect case userRegistered(UserID, email: PersonalText, name: PersonalText, role: Role, sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case userUpdated(UserID, email: PersonalText?, name: PersonalText?)
    /// The user has another role.
    case userRoleChanged(UserID, role: Role)
    /// The user may act again.
    case userActivated(UserID)
    /// The user may not act; live enrollments that end with it follow as events of their own.
    case userDeactivated(UserID)
    /// The user may not act until they are reinstated.
    case userSuspended(UserID, reason: PersonalText?)
    /// The suspension is over.
    case userReinstated(UserID)
    /// From here on the user is gone for the rules, and their key may be destroyed.
    case erasureRequested(UserID)
    /// Nothing opens their texts any more, and their address is free.
    case userErased(UserID)

    /// A course is there, as a draft.
    indirect case courseCreated(
        CourseID, title: String, description: String, category: String, instructor: UserID?, sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case courseUpdated(CourseID, title: String?, description: String?, category: String?)
    /// The course has another instructor, or none.
    case instructorAssigned(CourseID, instructor: UserID?)
    /// The default enrollment window of the course's terms opens with the first publication.
    case coursePublished(CourseID)
    /// Nobody can apply for the course's terms any more.
    case courseClosed(CourseID)
    /// A closed course is published again.
    case courseReopened(CourseID)
    /// The course is put away for good.
    case courseArchived(CourseID)

    /// A term is there, with its seats.
    indirect case termScheduled(
        TermID, course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission,
        sourceID: String?)
    /// What the fields became; nil where one did not change.
    indirect case termUpdated(TermID, dates: TermDates?, admission: Admission?)
    /// Applications are taken within the window; nil stands for the default one.
    case enrollmentWindowSet(TermID, window: EnrollmentWindow?)
    /// The seats went `from` a number `to` another while `taken` were taken.
    indirect case termCapacityChanged(TermID, from: Int, to: Int, taken: Int, reason: PersonalText?)
    /// The term is ongoing.
    case termStarted(TermID)
    /// The term is over; rejections of what was pending follow as events of their own.
    case termCompleted(TermID)
    /// The term is called off; the ends of its enrollments follow as events of their own.
    case termCancelled(TermID, reason: PersonalText?)

    /// `direct`: an operator enrolled the user without an application of theirs.
    case enrollmentApplied(EnrollmentID, user: UserID, term: TermID, direct: Bool)
    /// `overbooked`: this event took a seat when none was free.
    case enrollmentApproved(EnrollmentID, term: TermID, overbooked: Bool, reason: PersonalText?)
    /// The application was turned down, and what it held is free.
    case enrollmentRejected(EnrollmentID, term: TermID, cause: EndCause, reason: PersonalText?)
    /// The enrollment ended; a seat that it held or had, by its `previous` status, is free.
    case enrollmentCancelled(
        EnrollmentID, term: TermID, previous: EnrollmentStatus, cause: EndCause, reason: PersonalText?)

    /// A command about an enrollment was refused, with what the decision saw.
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
    /// What was asked for.
    public let command: CommandKind
    /// Whose enrollment it was about.
    public let user: UserID
    /// The term whose seats it was about.
    public let term: TermID
    /// The enrollment that the command named; nil for an application.
    public let enrollment: EnrollmentID?
    /// Why it was refused.
    public let rejection: Rejection
    /// The term's capacity and its taken seats as the decision saw them.
    public let capacity: Int
    /// The seats that were taken, or held, of them.
    public let taken: Int

    /// Makes the recorded form of a rejection.
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
    /// ``Event/userRegistered(_:email:name:role:sourceID:)``.
    case userRegistered = 1
    /// ``Event/userUpdated(_:email:name:)``.
    case userUpdated = 2
    /// ``Event/userRoleChanged(_:role:)``.
    case userRoleChanged = 3
    /// ``Event/userActivated(_:)``.
    case userActivated = 4
    /// ``Event/userDeactivated(_:)``.
    case userDeactivated = 5
    /// ``Event/userSuspended(_:reason:)``.
    case userSuspended = 6
    /// ``Event/userReinstated(_:)``.
    case userReinstated = 7
    /// ``Event/erasureRequested(_:)``.
    case erasureRequested = 8
    /// ``Event/userErased(_:)``.
    case userErased = 9
    /// ``Event/courseCreated(_:title:description:category:instructor:sourceID:)``.
    case courseCreated = 16
    /// ``Event/courseUpdated(_:title:description:category:)``.
    case courseUpdated = 17
    /// ``Event/instructorAssigned(_:instructor:)``.
    case instructorAssigned = 18
    /// ``Event/coursePublished(_:)``.
    case coursePublished = 19
    /// ``Event/courseClosed(_:)``.
    case courseClosed = 20
    /// ``Event/courseReopened(_:)``.
    case courseReopened = 21
    /// ``Event/courseArchived(_:)``.
    case courseArchived = 22
    /// ``Event/termScheduled(_:course:termNumber:dates:capacity:admission:sourceID:)``.
    case termScheduled = 32
    /// ``Event/termUpdated(_:dates:admission:)``.
    case termUpdated = 33
    /// ``Event/enrollmentWindowSet(_:window:)``.
    case enrollmentWindowSet = 34
    /// ``Event/termCapacityChanged(_:from:to:taken:reason:)``.
    case termCapacityChanged = 35
    /// ``Event/termStarted(_:)``.
    case termStarted = 36
    /// ``Event/termCompleted(_:)``.
    case termCompleted = 37
    /// ``Event/termCancelled(_:reason:)``.
    case termCancelled = 38
    /// ``Event/enrollmentApplied(_:user:term:direct:)``.
    case enrollmentApplied = 48
    /// ``Event/enrollmentApproved(_:term:overbooked:reason:)``.
    case enrollmentApproved = 49
    /// ``Event/enrollmentRejected(_:term:cause:reason:)``.
    case enrollmentRejected = 50
    /// ``Event/enrollmentCancelled(_:term:previous:cause:reason:)``.
    case enrollmentCancelled = 51
    /// ``Event/commandRefused(_:)``.
    case commandRefused = 64
    /// ``Event/stateAttested(_:)``.
    case stateAttested = 80
}

extension EventType: NamedValue {
    /// As interfaces write it: `EnrollmentApplied`.
    public var name: String { upperCamelCase("\(self)") }
}

extension Event {
    /// What happened, without the fields.
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

    /// Makes a time; without `effectiveAt` nothing is back-dated.
    public init(recordedAt: Timestamp, effectiveAt: Timestamp? = nil) {
        self.recordedAt = recordedAt
        self.effectiveAt = effectiveAt
    }

    /// The caller's own time where there is one, else the clock's.
    @inlinable public var effectiveTime: Timestamp { effectiveAt ?? recordedAt }
}
