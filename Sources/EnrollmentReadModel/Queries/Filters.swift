// What a query asks for; nil leaves a condition out.

public import Enrollment
public import EventLog

/// Which users.
public struct UserFilter: Hashable, Sendable {
    /// Only users of this role.
    public var role: Role?
    /// Only users of this status.
    public var status: UserStatus?
    /// Only ids above this one: the next page begins after the last id of the page before.
    public var after: UserID?
    /// At most so many; all where it is nil.
    public var limit: Int?

    /// Makes a filter; what is nil filters nothing.
    public init(role: Role? = nil, status: UserStatus? = nil, after: UserID? = nil, limit: Int? = nil) {
        self.role = role
        self.status = status
        self.after = after
        self.limit = limit
    }
}

/// Which courses.
public struct CourseFilter: Hashable, Sendable {
    /// Only courses of this status.
    public var status: CourseStatus?
    /// Only courses of this instructor.
    public var instructor: UserID?
    /// Only courses of this category.
    public var category: String?
    /// Only courses behind this one, by id.
    public var after: CourseID?
    /// At most so many; all where it is nil.
    public var limit: Int?

    /// Makes a filter; what is nil filters nothing.
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
    /// Only terms of this course.
    public var course: CourseID?
    /// Only terms of this status.
    public var status: TermStatus?
    /// Only terms that give out seats this way.
    public var admission: Admission?
    /// Only terms behind this one, by id.
    public var after: TermID?
    /// At most so many; all where it is nil.
    public var limit: Int?

    /// Makes a filter; what is nil filters nothing.
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
    /// Only enrollments of this user.
    public var user: UserID?
    /// Only enrollments in this term.
    public var term: TermID?
    /// Only enrollments of this status.
    public var status: EnrollmentStatus?
    /// Only enrollments that took a seat when none was free, or only others.
    public var overbooked: Bool?
    /// Only enrollments behind this one, by id.
    public var after: EnrollmentID?
    /// At most so many; all where it is nil.
    public var limit: Int?

    /// Makes a filter; what is nil filters nothing.
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
    /// Only refusals of this user.
    public var user: UserID?
    /// Only refusals about this term.
    public var term: TermID?
    /// Only refusals about this enrollment.
    public var enrollment: EnrollmentID?
    /// Only refusals for this reason.
    public var code: RejectionCode?
    /// Only refusals of this command.
    public var command: CommandKind?
    /// Only refusals after this position.
    public var after: Position?
    /// At most so many; all where it is nil.
    public var limit: Int?

    /// Makes a filter; what is nil filters nothing.
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
