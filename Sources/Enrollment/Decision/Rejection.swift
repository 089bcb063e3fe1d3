// Every business "no": closed, typed, with the offending ids and the values observed.

/// Why a command was not accepted.
///
/// The engine knows only this; a service maps ``RejectionCode/httpStatus``.
public enum Rejection: Error, Hashable, Sendable {
    // Input
    case invalidInput(field: InputField, problem: InputProblem)
    case invalidTermDateRange(starts: Timestamp, ends: Timestamp)
    case invalidCapacity(Int)
    // Authority
    case unauthorized(Actor)
    case forbidden(Actor)
    // Existence
    case userNotFound(UserID)
    case courseNotFound(CourseID)
    case termNotFound(TermID)
    case enrollmentNotFound(EnrollmentID)
    // Rules
    case versionConflict(EventStream, expected: StreamVersion, actual: StreamVersion)
    case userNotActive(UserID)
    case accountSuspended(UserID)
    case userErased(UserID)
    case ownCourse(CourseID)
    case duplicateEmail(existing: UserID)
    case duplicateSourceID(existing: Int64)
    case duplicateTermNumber(existing: TermID)
    case alreadyEnrolled(EnrollmentID)
    case termFull(TermID, capacity: Int, taken: Int)
    case capacityBelowEnrolled(TermID, requested: Int, taken: Int)
    case courseNotPublished(CourseID, CourseStatus)
    case instructorInvalid(UserID)
    case invalidUserTransition(UserID, from: UserStatus, to: UserStatus)
    case invalidCourseTransition(CourseID, from: CourseStatus, to: CourseStatus)
    case invalidTermTransition(TermID, from: TermStatus, to: TermStatus)
    case invalidEnrollmentTransition(EnrollmentID, from: EnrollmentStatus, to: EnrollmentStatus)
    case courseHasActiveTerms(CourseID, TermID)
    case userHasActiveEnrollments(UserID, count: Int)
    case instructorHasActiveCourses(UserID, CourseID)
    /// `opensAt` is nil while no opening is known: the course was never published and no window was set.
    case enrollmentPeriodNotOpen(TermID, opensAt: Timestamp?)
    case enrollmentPeriodClosed(TermID, closesAt: Timestamp)
    case termClosed(TermID, TermStatus)
    case cannotCancelStarted(TermID)
    case admissionLocked(TermID, Admission)
    /// The store keeps the user's personal texts as they are: nothing can make the log forget them.
    case personalDataPlain(UserID)
    /// A legal hold lies on the user; given by the engine, never by `decide`.
    case legalHold(UserID)
}

/// The field that a malformed command names.
public enum InputField: UInt8, Hashable, Sendable, CaseIterable {
    case email = 1, name, sourceID, title, description, category, termNumber, reason, effectiveAt, expectedVersion
}

/// What is wrong with it.
public enum InputProblem: UInt8, Hashable, Sendable, CaseIterable {
    /// Empty, or only blanks.
    case empty = 1
    case tooLong
    /// A control character, or not of the field's form.
    case malformed
    /// Demanded by another field of the command, and not given.
    case missing
    case outOfRange
    /// Later than the engine's clock.
    case inTheFuture
    /// Earlier than the fact that it follows.
    case beforeEarlierFact
    /// Given by an actor who may not give it.
    case notAllowed
}

/// The names that tables, JSON and services use.
///
/// Their numbers are stored in the log: never renumber.
public enum RejectionCode: UInt8, Hashable, Sendable, CaseIterable {
    case invalidInput = 1
    case invalidTermDateRange = 2
    case invalidCapacity = 3
    case unauthorized = 4
    case forbidden = 5
    case userNotActive = 6
    case accountSuspended = 7
    case ownCourse = 8
    case userNotFound = 9
    case courseNotFound = 10
    case termNotFound = 11
    case enrollmentNotFound = 12
    case duplicateEmail = 13
    case duplicateSourceID = 14
    case duplicateTermNumber = 15
    case alreadyEnrolled = 16
    case termFull = 17
    case capacityBelowEnrolled = 18
    case courseNotPublished = 19
    case instructorInvalid = 20
    case invalidUserTransition = 21
    case invalidCourseTransition = 22
    case invalidTermTransition = 23
    case invalidEnrollmentTransition = 24
    case courseHasActiveTerms = 25
    case userHasActiveEnrollments = 26
    case instructorHasActiveCourses = 27
    case enrollmentPeriodNotOpen = 28
    case enrollmentPeriodClosed = 29
    case termClosed = 30
    case cannotCancelStarted = 31
    case admissionLocked = 32
    case versionConflict = 33
    // Given by the engine or an import, never by `decide`.
    case commandIDReused = 34
    case cancelRatioExceeded = 35
    case storeUnavailable = 36
    case userErased = 37
    case personalDataPlain = 38
    // Given by the engine.
    case legalHold = 39
}

extension RejectionCode: NamedValue {
    /// `TERM_FULL`.
    public var name: String {
        switch self {
        case .commandIDReused: return "COMMAND_ID_REUSED"
        case .duplicateSourceID: return "DUPLICATE_SOURCE_ID"
        default:
            return "\(self)".reduce(into: "") { text, letter in
                if letter.isUppercase { text.append("_") }
                text.append(contentsOf: letter.uppercased())
            }
        }
    }

    /// The HTTP status that a service gives for it.
    public var httpStatus: Int {
        switch self {
        case .invalidInput, .invalidTermDateRange, .invalidCapacity: 400
        case .unauthorized: 401
        case .forbidden, .userNotActive, .accountSuspended, .ownCourse: 403
        case .userNotFound, .courseNotFound, .termNotFound, .enrollmentNotFound: 404
        case .userErased: 410
        case .commandIDReused, .cancelRatioExceeded: 422
        case .storeUnavailable: 503
        default: 409
        }
    }
}

extension Rejection {
    public var code: RejectionCode {
        switch self {
        case .invalidInput: .invalidInput
        case .invalidTermDateRange: .invalidTermDateRange
        case .invalidCapacity: .invalidCapacity
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .userNotFound: .userNotFound
        case .courseNotFound: .courseNotFound
        case .termNotFound: .termNotFound
        case .enrollmentNotFound: .enrollmentNotFound
        case .versionConflict: .versionConflict
        case .userNotActive: .userNotActive
        case .accountSuspended: .accountSuspended
        case .userErased: .userErased
        case .ownCourse: .ownCourse
        case .duplicateEmail: .duplicateEmail
        case .duplicateSourceID: .duplicateSourceID
        case .duplicateTermNumber: .duplicateTermNumber
        case .alreadyEnrolled: .alreadyEnrolled
        case .termFull: .termFull
        case .capacityBelowEnrolled: .capacityBelowEnrolled
        case .courseNotPublished: .courseNotPublished
        case .instructorInvalid: .instructorInvalid
        case .invalidUserTransition: .invalidUserTransition
        case .invalidCourseTransition: .invalidCourseTransition
        case .invalidTermTransition: .invalidTermTransition
        case .invalidEnrollmentTransition: .invalidEnrollmentTransition
        case .courseHasActiveTerms: .courseHasActiveTerms
        case .userHasActiveEnrollments: .userHasActiveEnrollments
        case .instructorHasActiveCourses: .instructorHasActiveCourses
        case .enrollmentPeriodNotOpen: .enrollmentPeriodNotOpen
        case .enrollmentPeriodClosed: .enrollmentPeriodClosed
        case .termClosed: .termClosed
        case .cannotCancelStarted: .cannotCancelStarted
        case .admissionLocked: .admissionLocked
        case .personalDataPlain: .personalDataPlain
        case .legalHold: .legalHold
        }
    }

    /// Whether the refusal of an enrollment command for this reason becomes a ``Refusal`` in the log.
    ///
    /// From the user step of the order of checks on: never malformed input, missing authority, unknown ids or
    /// version conflicts.
    public var isRecorded: Bool {
        switch self {
        case .userNotActive, .accountSuspended, .userErased, .ownCourse, .alreadyEnrolled, .termFull,
            .courseNotPublished,
            .invalidEnrollmentTransition, .enrollmentPeriodNotOpen, .enrollmentPeriodClosed, .termClosed,
            .cannotCancelStarted:
            true
        default: false
        }
    }

    /// A value that the decision saw.
    public enum Observed: Hashable, Sendable, CustomStringConvertible {
        case number(Int64)
        case text(String)

        public var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .text(let text): text
            }
        }
    }

    /// The offending ids and the values observed, by the names that JSON gives them.
    public var observed: [(name: String, value: Observed)] {
        switch self {
        case .invalidInput(let field, let problem):
            [("field", .text("\(field)")), ("problem", .text("\(problem)"))]
        case .invalidTermDateRange(let starts, let ends):
            [("starts", .text(starts.description)), ("ends", .text(ends.description))]
        case .invalidCapacity(let capacity): [("capacity", .number(Int64(capacity)))]
        case .unauthorized(let actor), .forbidden(let actor): [("actor", .text(actor.description))]
        case .userNotFound(let user), .userNotActive(let user), .accountSuspended(let user),
            .userErased(let user), .personalDataPlain(let user), .legalHold(let user), .instructorInvalid(let user):
            [("user", .number(user.rawValue))]
        case .courseNotFound(let course), .ownCourse(let course): [("course", .number(course.rawValue))]
        case .termNotFound(let term), .cannotCancelStarted(let term): [("term", .number(term.rawValue))]
        case .enrollmentNotFound(let enrollment), .alreadyEnrolled(let enrollment):
            [("enrollment", .number(enrollment.rawValue))]
        case .versionConflict(let stream, let expected, let actual):
            [
                ("stream", .text(stream.description)), ("expected", .number(expected.rawValue)),
                ("actual", .number(actual.rawValue)),
            ]
        case .duplicateEmail(let user): [("existing", .number(user.rawValue))]
        case .duplicateSourceID(let existing): [("existing", .number(existing))]
        case .duplicateTermNumber(let term): [("existing", .number(term.rawValue))]
        case .termFull(_, let capacity, let taken):
            [("capacity", .number(Int64(capacity))), ("taken", .number(Int64(taken)))]
        case .capacityBelowEnrolled(_, let requested, let taken):
            [("requested", .number(Int64(requested))), ("taken", .number(Int64(taken)))]
        case .courseNotPublished(let course, let status):
            [("course", .number(course.rawValue)), ("status", .text(status.name))]
        case .invalidUserTransition(let user, let from, let to):
            [("user", .number(user.rawValue)), ("from", .text(from.name)), ("to", .text(to.name))]
        case .invalidCourseTransition(let course, let from, let to):
            [("course", .number(course.rawValue)), ("from", .text(from.name)), ("to", .text(to.name))]
        case .invalidTermTransition(let term, let from, let to):
            [("term", .number(term.rawValue)), ("from", .text(from.name)), ("to", .text(to.name))]
        case .invalidEnrollmentTransition(let enrollment, let from, let to):
            [("enrollment", .number(enrollment.rawValue)), ("from", .text(from.name)), ("to", .text(to.name))]
        case .courseHasActiveTerms(let course, let term):
            [("course", .number(course.rawValue)), ("term", .number(term.rawValue))]
        case .userHasActiveEnrollments(let user, let count):
            [("user", .number(user.rawValue)), ("count", .number(Int64(count)))]
        case .instructorHasActiveCourses(let user, let course):
            [("user", .number(user.rawValue)), ("course", .number(course.rawValue))]
        case .enrollmentPeriodNotOpen(_, let opensAt):
            opensAt.map { [("opensAt", .text($0.description))] } ?? []
        case .enrollmentPeriodClosed(_, let closesAt): [("closesAt", .text(closesAt.description))]
        case .termClosed(let term, let status):
            [("term", .number(term.rawValue)), ("status", .text(status.name))]
        case .admissionLocked(let term, let admission):
            [("term", .number(term.rawValue)), ("admission", .text(admission.name))]
        }
    }
}
