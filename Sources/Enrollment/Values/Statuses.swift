// The closed sets of values that the read tables show as text. Their numbers are stored in the log: never renumber.

/// What a user may do.
public enum Role: UInt8, Hashable, Sendable, CaseIterable {
    /// May do everything, and give roles.
    case admin = 1
    /// Runs courses, terms and enrollments.
    case `operator` = 2
    /// Teaches courses.
    case instructor = 3
    /// Applies for seats.
    case student = 4
    /// Has an account.
    case user = 5
}

/// Whether a user may act.
public enum UserStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// May act.
    case active = 1
    /// Deactivated, until activated again.
    case inactive = 2
    /// Suspended, until reinstated.
    case suspended = 3
    /// Final: who comes back is a new user.
    case erased = 4
}

/// Where a course stands.
public enum CourseStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// Not published yet.
    case draft = 1
    /// Its terms can be applied for.
    case published = 2
    /// Taken out of what can be applied for; may be published again.
    case closed = 3
    /// Put away for good.
    case archived = 4
}

/// Where a term stands.
public enum TermStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// Not begun yet.
    case scheduled = 1
    /// Begun, and not over.
    case ongoing = 2
    /// Over.
    case completed = 3
    /// Called off.
    case cancelled = 4

    /// Completed and cancelled terms never change again.
    @inlinable public var isFinal: Bool { self == .completed || self == .cancelled }
}

/// How a term gives out its seats; fixed from its first stored enrollment on.
public enum Admission: UInt8, Hashable, Sendable, CaseIterable {
    /// A pending application holds a seat; approval turns the hold into the seat.
    case approval = 1
    /// An application is approved at once or refused.
    case firstCome = 2
    /// A pending application holds nothing; capacity is checked at approval.
    case selection = 3
}

/// Where an enrollment stands.
public enum EnrollmentStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// Applied for, and not decided.
    case pending = 1
    /// Has a seat.
    case approved = 2
    /// Turned down.
    case rejected = 3
    /// Ended.
    case cancelled = 4

    /// Pending or approved: the two that may still change, and that keep a user from applying again.
    @inlinable public var isLive: Bool { self == .pending || self == .approved }
}

/// The text that tables, JSON and the program show: `FIRST_COME`.
public protocol NamedValue: CaseIterable {
    /// The text of this value.
    var name: String { get }
}

extension NamedValue {
    /// The value of that name, exactly as written, or nil.
    public init?(name: some StringProtocol) {
        guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = value
    }
}

extension Role: NamedValue {
    public var name: String {
        switch self {
        case .admin: "ADMIN"
        case .operator: "OPERATOR"
        case .instructor: "INSTRUCTOR"
        case .student: "STUDENT"
        case .user: "USER"
        }
    }
}

extension UserStatus: NamedValue {
    public var name: String {
        switch self {
        case .active: "ACTIVE"
        case .inactive: "INACTIVE"
        case .suspended: "SUSPENDED"
        case .erased: "ERASED"
        }
    }
}

extension CourseStatus: NamedValue {
    public var name: String {
        switch self {
        case .draft: "DRAFT"
        case .published: "PUBLISHED"
        case .closed: "CLOSED"
        case .archived: "ARCHIVED"
        }
    }
}

extension TermStatus: NamedValue {
    public var name: String {
        switch self {
        case .scheduled: "SCHEDULED"
        case .ongoing: "ONGOING"
        case .completed: "COMPLETED"
        case .cancelled: "CANCELLED"
        }
    }
}

extension Admission: NamedValue {
    public var name: String {
        switch self {
        case .approval: "APPROVAL"
        case .firstCome: "FIRST_COME"
        case .selection: "SELECTION"
        }
    }
}

extension EnrollmentStatus: NamedValue {
    public var name: String {
        switch self {
        case .pending: "PENDING"
        case .approved: "APPROVED"
        case .rejected: "REJECTED"
        case .cancelled: "CANCELLED"
        }
    }
}
