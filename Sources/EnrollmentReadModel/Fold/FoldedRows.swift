// The rows of the tables as the fold holds them: compact, and able to give their columns in the order of the tables.

internal import Enrollment

/// Takes the columns of one row, in order.
protocol ColumnSink {
    mutating func put(_ value: Int64) throws
    mutating func put(_ value: Int64?) throws
    mutating func put(_ value: String) throws
    mutating func put(_ value: String?) throws
    mutating func put(_ value: PermanentText) throws
}

/// A row of a table, without its id: that is its place in the fold's array.
protocol FoldedRow {
    static var table: TableName { get }
    /// The position of the last event that touched the row.
    var touchedAt: Int64 { get }
    func encode(id: Int64, into sink: inout some ColumnSink) throws
}

struct FoldedUser: FoldedRow {
    static let table = TableName.users

    let sourceID: String?
    /// Nil, as the name, where nobody can open it.
    var email: String?
    var name: String?
    var role: Role
    var status = UserStatus.active
    let createdAt: Int64
    var updatedAt: Int64
    var touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(sourceID)
        try sink.put(email)
        try sink.put(name)
        try sink.put(Names.role[role])
        try sink.put(Names.userStatus[status])
        try sink.put(createdAt)
        try sink.put(updatedAt)
    }
}

struct FoldedCourse: FoldedRow {
    static let table = TableName.courses

    let sourceID: String?
    var title: String
    var description: String
    var category: String
    var instructor: Int64?
    var status = CourseStatus.draft
    /// The effective time of the first publication.
    var publishedAt: Int64?
    var terms: [Int] = []
    let createdAt: Int64
    var updatedAt: Int64
    var touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(sourceID)
        try sink.put(title)
        try sink.put(description)
        try sink.put(category)
        try sink.put(instructor)
        try sink.put(Names.courseStatus[status])
        try sink.put(createdAt)
        try sink.put(updatedAt)
    }
}

struct FoldedTerm: FoldedRow {
    static let table = TableName.terms

    let sourceID: String?
    let course: Int
    let termNumber: Int
    var dates: TermDates
    var capacity: Int
    var admission: Admission
    var status = TermStatus.scheduled
    var window: EnrollmentWindow?
    /// What the default window opens at: the course's first publication.
    var coursePublishedAt: Int64?
    var enrolled: Int64 = 0
    var pending: Int64 = 0
    let createdAt: Int64
    var updatedAt: Int64
    var touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(sourceID)
        try sink.put(Int64(course))
        try sink.put(Int64(termNumber))
        try sink.put(dates.startDate.description)
        try sink.put(dates.endDate.description)
        try sink.put(Int64(capacity))
        try sink.put(enrolled)
        try sink.put(held)
        try sink.put(Names.admission[admission])
        try sink.put(window?.opensAt.rawValue ?? coursePublishedAt)
        try sink.put((window?.closesAt ?? dates.startsAt).rawValue)
        try sink.put(Names.termStatus[status])
        try sink.put(createdAt)
        try sink.put(updatedAt)
    }
}

struct FoldedEnrollment: FoldedRow {
    static let table = TableName.enrollments

    let user: Int64
    let term: Int64
    var status = EnrollmentStatus.pending
    var overbooked = false
    let appliedAt: Int64
    /// Means nothing while pending.
    var processedAt: Int64 = 0
    let createdAt: Int64
    var updatedAt: Int64
    var touchedAt: Int64

    @inline(__always)
    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(user)
        try sink.put(term)
        try sink.put(Names.enrollmentStatus[status])
        try sink.put(overbooked ? 1 as Int64 : 0)
        try sink.put(appliedAt)
        try sink.put(status == .pending ? nil : processedAt)
        try sink.put(createdAt)
        try sink.put(updatedAt)
    }
}

/// A row of `refusals`.
///
/// The fold keeps none: they only ever come, in the order of their key.
struct FoldedRefusal: FoldedRow {
    static let table = TableName.refusals

    let command: CommandKind
    let user: Int64
    let term: Int64
    let enrollment: Int64?
    let code: RejectionCode
    let recordedAt: Int64
    let touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(Names.command[command])
        try sink.put(user)
        try sink.put(term)
        try sink.put(enrollment)
        try sink.put(Names.code[code])
        try sink.put(recordedAt)
    }
}

extension FoldedRefusal {
    init(_ refusal: Refusal, _ moment: Moment) {
        self.init(
            command: refusal.command, user: refusal.user.rawValue, term: refusal.term.rawValue,
            enrollment: refusal.enrollment?.rawValue, code: refusal.rejection.code, recordedAt: moment.recordedAt,
            touchedAt: moment.position)
    }
}

/// A row of `projection_courses`; only published courses have one.
struct FoldedPublication: FoldedRow {
    static let table = TableName.publications

    let publishedAt: Int64
    let touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(publishedAt)
    }
}

/// A row of `projection_terms`.
struct FoldedWindowBasis: FoldedRow {
    static let table = TableName.windowBasis

    let startsAt: Int64
    let windowIsSet: Bool
    let touchedAt: Int64

    func encode(id: Int64, into sink: inout some ColumnSink) throws {
        try sink.put(id)
        try sink.put(startsAt)
        try sink.put(windowIsSet ? 1 as Int64 : 0)
    }
}

extension FoldedCourse {
    var publication: FoldedPublication? {
        publishedAt.map { FoldedPublication(publishedAt: $0, touchedAt: touchedAt) }
    }
}

extension FoldedTerm {
    var held: Int64 { admission == .approval ? pending : 0 }
    var taken: Int64 { enrolled + held }
    var isOverCapacity: Bool { taken > Int64(capacity) }

    var windowBasis: FoldedWindowBasis {
        FoldedWindowBasis(startsAt: dates.startsAt.rawValue, windowIsSet: window != nil, touchedAt: touchedAt)
    }
}
