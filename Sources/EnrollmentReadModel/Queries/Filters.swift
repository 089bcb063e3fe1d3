// What a query asks for; nil leaves a condition out.

public import Enrollment
public import EventLog

/// Which users.
public struct UserFilter: Hashable, Sendable {
    public var role: Role?
    public var status: UserStatus?
    /// Only ids above this one: the next page begins after the last id of the page before.
    public var after: UserID?
    public var limit: Int?

    public init(role: Role? = nil, status: UserStatus? = nil, after: UserID? = nil, limit: Int? = nil) {
        self.role = role
        self.status = status
        self.after = after
        self.limit = limit
    }
}

/// Which courses.
public struct CourseFilter: Hashable, Sendable {
    public var status: CourseStatus?
    public var instructor: UserID?
    public var category: String?
    public var after: CourseID?
    public var limit: Int?

    public init(
        status: CourseStatus? = nil, instructor: UserID? = nil, category: String? = nil, after: CourseID? = nil,
        limit: Int? = nil
    ) {
        self.status = status
        self.instructor = instructor
        self.category = category
        self.after = after
        self.limit = limit
    }
}

/// Which terms.
public struct TermFilter: Hashable, Sendable {
    public var course: CourseID?
    public var status: TermStatus?
    public var admission: Admission?
    public var after: TermID?
    public var limit: Int?

    public init(
        course: CourseID? = nil, status: TermStatus? = nil, admission: Admission? = nil, after: TermID? = nil,
        limit: Int? = nil
    ) {
        self.course = course
        self.status = status
        self.admission = admission
        self.after = after
        self.limit = limit
    }
}

/// Which enrollments.
public struct EnrollmentFilter: Hashable, Sendable {
    public var user: UserID?
    public var term: TermID?
    public var status: EnrollmentStatus?
    public var overbooked: Bool?
    public var after: EnrollmentID?
    public var limit: Int?

    public init(
        user: UserID? = nil, term: TermID? = nil, status: EnrollmentStatus? = nil, overbooked: Bool? = nil,
        after: EnrollmentID? = nil, limit: Int? = nil
    ) {
        self.user = user
        self.term = term
        self.status = status
        self.overbooked = overbooked
        self.after = after
        self.limit = limit
    }
}

/// Which refusals.
public struct RefusalFilter: Hashable, Sendable {
    public var user: UserID?
    public var term: TermID?
    public var enrollment: EnrollmentID?
    public var code: RejectionCode?
    public var command: CommandKind?
    /// Only refusals after this position.
    public var after: Position?
    public var limit: Int?

    public init(
        user: UserID? = nil, term: TermID? = nil, enrollment: EnrollmentID? = nil, code: RejectionCode? = nil,
        command: CommandKind? = nil, after: Position? = nil, limit: Int? = nil
    ) {
        self.user = user
        self.term = term
        self.enrollment = enrollment
        self.code = code
        self.command = command
        self.after = after
        self.limit = limit
    }
}
