// Every command: an imperative request, decided against the state.

/// A request that the engine decides: it becomes events, or a ``Rejection``.
///
/// Days are resolved to instants, and source ids to ids, before a command is made. Large commands that come seldom are
/// indirect, so that the others are small: 48 bytes.
public enum Command: Hashable, Sendable {
    // Users
    indirect case registerUser(email: PersonalText, name: PersonalText, role: Role, sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateUser(UserID, email: PersonalText? = nil, name: PersonalText? = nil)
    case changeUserRole(UserID, role: Role)
    case activateUser(UserID)
    case deactivateUser(UserID, cascade: Bool = false)
    case suspendUser(UserID, reason: PersonalText? = nil)
    case reinstateUser(UserID)
    /// Asks that all personal texts of a user be made unreadable for ever; with `cascade` their live enrollments end.
    case eraseUser(UserID, cascade: Bool = false)
    /// Says that it was done.
    ///
    /// Given by the system alone, when the key is destroyed and no copy in plain text is left.
    case confirmErasure(UserID)

    // Courses
    indirect case createCourse(
        title: String, description: String = "", category: String = "", instructor: UserID? = nil,
        sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateCourse(CourseID, title: String? = nil, description: String? = nil, category: String? = nil)
    /// Nil takes the instructor away.
    case assignInstructor(CourseID, instructor: UserID?)
    case publishCourse(CourseID)
    case closeCourse(CourseID)
    case reopenCourse(CourseID)
    case archiveCourse(CourseID)

    // Terms
    indirect case scheduleTerm(
        course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission = .approval,
        sourceID: String? = nil)
    /// Changes what is given; nil leaves a field as it is.
    indirect case updateTerm(TermID, dates: TermDates? = nil, admission: Admission? = nil)
    /// Nil brings the default window back.
    case setEnrollmentWindow(TermID, window: EnrollmentWindow?)
    indirect case changeTermCapacity(TermID, to: Int, allowOverbooked: Bool = false, reason: PersonalText? = nil)
    case startTerm(TermID)
    case completeTerm(TermID)
    case cancelTerm(TermID, reason: PersonalText? = nil)

    // Enrollments
    case applyEnrollment(user: UserID, term: TermID)
    case approveEnrollment(EnrollmentID, override: Bool = false, reason: PersonalText? = nil)
    case rejectEnrollment(EnrollmentID, reason: PersonalText? = nil)
    case cancelEnrollment(EnrollmentID, reason: PersonalText? = nil)
    case enrollDirectly(user: UserID, term: TermID, override: Bool = false, reason: PersonalText? = nil)

    // The log itself
    /// Records what the events through a position make, as whoever folded them says.
    indirect case attestState(StateAttestation)
}

/// A command's kind.
///
/// The numbers are stored in the log: never renumber.
public enum CommandKind: UInt8, Hashable, Sendable, CaseIterable {
    case registerUser = 1
    case updateUser = 2
    case changeUserRole = 3
    case activateUser = 4
    case deactivateUser = 5
    case suspendUser = 6
    case reinstateUser = 7
    case eraseUser = 8
    case confirmErasure = 9
    case createCourse = 16
    case updateCourse = 17
    case assignInstructor = 18
    case publishCourse = 19
    case closeCourse = 20
    case reopenCourse = 21
    case archiveCourse = 22
    case scheduleTerm = 32
    case updateTerm = 33
    case setEnrollmentWindow = 34
    case changeTermCapacity = 35
    case startTerm = 36
    case completeTerm = 37
    case cancelTerm = 38
    case applyEnrollment = 48
    case approveEnrollment = 49
    case rejectEnrollment = 50
    case cancelEnrollment = 51
    case enrollDirectly = 52
    case attestState = 80

    /// The commands whose refusals are recorded.
    @inlinable public var isAboutEnrollment: Bool { (48..<64).contains(rawValue) }
}

extension Command {
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
    public var actor: Actor
    /// The engine's clock, never running back: `recordedAt` of the events.
    public var now: Timestamp
    /// The caller's own time, where an import has one; windows are judged at it.
    public var effectiveAt: Timestamp?
    /// The version that the caller believes the command's stream to have.
    public var expectedVersion: StreamVersion?

    public init(
        actor: Actor, now: Timestamp, effectiveAt: Timestamp? = nil, expectedVersion: StreamVersion? = nil
    ) {
        self.actor = actor
        self.now = now
        self.effectiveAt = effectiveAt
        self.expectedVersion = expectedVersion
    }

    /// When the command counts as given.
    @inlinable public var effectiveTime: Timestamp { effectiveAt ?? now }
}

func upperCamelCase(_ lowerCamelCase: String) -> String {
    lowerCamelCase.prefix(1).uppercased() + lowerCamelCase.dropFirst()
}
