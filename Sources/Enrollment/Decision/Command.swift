// Every command: an imperative request, decided against the state.

/// A request that the engine decides: it becomes events, or a ``Rejection``.
///
/// Days are resolved to instants, and source ids to ids, before a command is made. Large commands that come seldom are
/// indirect, so that the others are small: 48 bytes.
public enum Command: Hashable, Sendable {
    // Users
    /// Makes a user; the address must be free.
    indirect case registerUser(email: PersonalText, name: PersonalText, role: Role, sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateUser(UserID, email: PersonalText? = nil, name: PersonalText? = nil)
    /// Gives a user another role.
    case changeUserRole(UserID, role: Role)
    /// Lets a deactivated user act again.
    case activateUser(UserID)
    /// Keeps a user from acting; with `cascade` their live enrollments end.
    case deactivateUser(UserID, cascade: Bool = false)
    /// Keeps a user from acting, until they are reinstated; their enrollments stay.
    case suspendUser(UserID, reason: PersonalText? = nil)
    /// Ends a suspension.
    case reinstateUser(UserID)
    /// Asks that all personal texts of a user be made unreadable for ever; with `cascade` their live enrollments end.
    case eraseUser(UserID, cascade: Bool = false)
    /// Says that it was done.
    ///
    /// Given by the system alone, when the key is destroyed and no copy in plain text is left.
    case confirmErasure(UserID)

    // Courses
    /// Makes a course (강의), as a draft.
    indirect case createCourse(
        title: String, description: String = "", category: String = "", instructor: UserID? = nil,
        sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateCourse(CourseID, title: String? = nil, description: String? = nil, category: String? = nil)
    /// Nil takes the instructor away.
    case assignInstructor(CourseID, instructor: UserID?)
    /// Lets the terms of a draft be applied for.
    case publishCourse(CourseID)
    /// Takes a course out of what can be applied for.
    case closeCourse(CourseID)
    /// Publishes a closed course again.
    case reopenCourse(CourseID)
    /// Puts a closed course, or a draft, away for good.
    case archiveCourse(CourseID)

    // Terms
    /// Makes a term (강의 차수) of a course: a number, days, seats, and how they are given out.
    indirect case scheduleTerm(
        course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission = .approval,
        sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateTerm(TermID, dates: TermDates? = nil, admission: Admission? = nil)
    /// Nil brings the default window back.
    case setEnrollmentWindow(TermID, window: EnrollmentWindow?)
    /// Changes the seats; below those that are taken only with `allowOverbooked`.
    indirect case changeTermCapacity(TermID, to: Int, allowOverbooked: Bool = false, reason: PersonalText? = nil)
    /// Begins a scheduled term.
    case startTerm(TermID)
    /// Ends an ongoing term; what is pending is rejected.
    case completeTerm(TermID)
    /// Calls a term off; its live enrollments end.
    case cancelTerm(TermID, reason: PersonalText? = nil)

    // Enrollments
    /// Applies for a seat (수강 신청).
    case applyEnrollment(user: UserID, term: TermID)
    /// Approves a pending application; with `override` also where no seat is free.
    case approveEnrollment(EnrollmentID, override: Bool = false, reason: PersonalText? = nil)
    /// Turns a pending application down.
    case rejectEnrollment(EnrollmentID, reason: PersonalText? = nil)
    /// Ends a live enrollment, by its user or an operator.
    case cancelEnrollment(EnrollmentID, reason: PersonalText? = nil)
    /// Applies and approves at once, by an operator; with `override` also where no seat is free.
    case enrollDirectly(user: UserID, term: TermID, override: Bool = false, reason: PersonalText? = nil)

    // The log itself
    /// Records what the events through a position make, as whoever folded them says.
    indirect case attestState(StateAttestation)
}

/// A command's kind.
///
/// The numbers are stored in the log: never renumber.
public enum CommandKind: UInt8, Hashable, Sendable, CaseIterable {
    /// ``Command/registerUser(email:name:role:sourceID:)``.
    case registerUser = 1
    /// ``Command/updateUser(_:email:name:)``.
    case updateUser = 2
    /// ``Command/changeUserRole(_:role:)``.
    case changeUserRole = 3
    /// ``Command/activateUser(_:)``.
    case activateUser = 4
    /// ``Command/deactivateUser(_:cascade:)``.
    case deactivateUser = 5
    /// ``Command/suspendUser(_:reason:)``.
    case suspendUser = 6
    /// ``Command/reinstateUser(_:)``.
    case reinstateUser = 7
    /// ``Command/eraseUser(_:cascade:)``.
    case eraseUser = 8
    /// ``Command/confirmErasure(_:)``.
    case confirmErasure = 9
    /// ``Command/createCourse(title:description:category:instructor:sourceID:)``.
    case createCourse = 16
    /// ``Command/updateCourse(_:title:description:category:)``.
    case updateCourse = 17
    /// ``Command/assignInstructor(_:instructor:)``.
    case assignInstructor = 18
    /// ``Command/publishCourse(_:)``.
    case publishCourse = 19
    /// ``Command/closeCourse(_:)``.
    case closeCourse = 20
    /// ``Command/reopenCourse(_:)``.
    case reopenCourse = 21
    /// ``Command/archiveCourse(_:)``.
    case archiveCourse = 22
    /// ``Command/scheduleTerm(course:termNumber:dates:capacity:admission:sourceID:)``.
    case scheduleTerm = 32
    /// ``Command/updateTerm(_:dates:admission:)``.
    case updateTerm = 33
    /// ``Command/setEnrollmentWindow(_:window:)``.
    case setEnrollmentWindow = 34
    /// ``Command/changeTermCapacity(_:to:allowOverbooked:reason:)``.
    case changeTermCapacity = 35
    /// ``Command/startTerm(_:)``.
    case startTerm = 36
    /// ``Command/completeTerm(_:)``.
    case completeTerm = 37
    /// ``Command/cancelTerm(_:reason:)``.
    case cancelTerm = 38
    /// ``Command/applyEnrollment(user:term:)``.
    case applyEnrollment = 48
    /// ``Command/approveEnrollment(_:override:reason:)``.
    case approveEnrollment = 49
    /// ``Command/rejectEnrollment(_:reason:)``.
    case rejectEnrollment = 50
    /// ``Command/cancelEnrollment(_:reason:)``.
    case cancelEnrollment = 51
    /// ``Command/enrollDirectly(user:term:override:reason:)``.
    case enrollDirectly = 52
    /// ``Command/attestState(_:)``.
    case attestState = 80

    /// The commands whose refusals are recorded.
    @inlinable public var isAboutEnrollment: Bool { (48..<64).contains(rawValue) }
}

extension Command {
    /// What is asked for, without the fields.
    public var kind: CommandKind {
        switch self {
        case .registerUser: .registerUser
        case .updateUser: .updateUser
        case .changeUserRole: .changeUserRole
        case .activateUser: .activateUser
        case .deactivateUser: .deactivateUser
        case .suspendUser: .suspendUser
        case .reinstateUser: .reinstateUser
        case .eraseUser: .eraseUser
        case .confirmErasure: .confirmErasure
        case .createCourse: .createCourse
        case .updateCourse: .updateCourse
        case .assignInstructor: .assignInstructor
        case .publishCourse: .publishCourse
        case .closeCourse: .closeCourse
        case .reopenCourse: .reopenCourse
        case .archiveCourse: .archiveCourse
        case .scheduleTerm: .scheduleTerm
        case .updateTerm: .updateTerm
        case .setEnrollmentWindow: .setEnrollmentWindow
        case .changeTermCapacity: .changeTermCapacity
        case .startTerm: .startTerm
        case .completeTerm: .completeTerm
        case .cancelTerm: .cancelTerm
        case .applyEnrollment: .applyEnrollment
        case .approveEnrollment: .approveEnrollment
        case .rejectEnrollment: .rejectEnrollment
        case .cancelEnrollment: .cancelEnrollment
        case .enrollDirectly: .enrollDirectly
        case .attestState: .attestState
        }
    }
}

extension CommandKind: NamedValue {
    /// As interfaces write it: `ApplyEnrollment`.
    public var name: String { upperCamelCase("\(self)") }
}

/// Everything a decision depends on beside the state and the command itself.
public struct CommandContext: Hashable, Sendable {
    /// Who gives the command.
    public var actor: Actor
    /// The engine's clock, never running back: `recordedAt` of the events.
    public var now: Timestamp
    /// The caller's own time, where an import has one; windows are judged at it.
    public var effectiveAt: Timestamp?
    /// The version that the caller believes the command's stream to have.
    public var expectedVersion: StreamVersion?
    /// The position of the last event before the command's own, 0 where there is none; `nil` where there is no log, and
    /// nothing is judged by it.
    public var lastPosition: Int64?

    /// Makes what a decision depends on.
    public init(
        actor: Actor, now: Timestamp, effectiveAt: Timestamp? = nil, expectedVersion: StreamVersion? = nil,
        lastPosition: Int64? = nil
    ) {
        self.actor = actor
        self.now = now
        self.effectiveAt = effectiveAt
        self.expectedVersion = expectedVersion
        self.lastPosition = lastPosition
    }

    /// When the command counts as given.
    @inlinable public var effectiveTime: Timestamp { effectiveAt ?? now }
}

func upperCamelCase(_ lowerCamelCase: String) -> String {
    lowerCamelCase.prefix(1).uppercased() + lowerCamelCase.dropFirst()
}
