// Every business "no": closed, typed, with the offending ids and the values observed.

/// Why a command was not accepted.
///
/// The engine knows only this; a service maps ``RejectionCode/httpStatus``.
public enum Rejection: Error, Hashable, Sendable {
    // Input
    /// A field of the command is malformed.
    case invalidInput(field: InputField, problem: InputProblem)
    /// A term must start before it ends.
    case invalidTermDateRange(starts: Timestamp, ends: Timestamp)
    /// A term has at least one seat, and at most 2,147,483,647.
    case invalidCapacity(Int)
    // Authority
    /// Nobody knows who asks: given by services, never by `decide`.
    case unauthorized(Actor)
    /// The actor's role does not allow it.
    case forbidden(Actor)
    // Existence
    /// There is no such user.
    case userNotFound(UserID)
    /// There is no such course.
    case courseNotFound(CourseID)
    /// There is no such term.
    case termNotFound(TermID)
    /// There is no such enrollment.
    case enrollmentNotFound(EnrollmentID)
    // Rules
    /// The stream has gone on since the caller looked.
    case versionConflict(EventStream, expected: StreamVersion, actual: StreamVersion)
    /// The user is deactivated.
    case userNotActive(UserID)
    /// The user is suspended.
    case accountSuspended(UserID)
    /// The user was erased, or is about to be.
    case userErased(UserID)
    /// Who teaches a course cannot enroll in it.
    case ownCourse(CourseID)
    /// Another user has the address.
    case duplicateEmail(existing: UserID)
    /// Another entity of the kind has the source id.
    case duplicateSourceID(existing: Int64)
    /// Another term of the course has the number.
    case duplicateTermNumber(existing: TermID)
    /// The user has a live enrollment in the term: this one.
    case alreadyEnrolled(EnrollmentID)
    /// No seat is free (정원 초과).
    case termFull(TermID, capacity: Int, taken: Int)
    /// More seats are taken than the capacity that was asked for.
    case capacityBelowEnrolled(TermID, requested: Int, taken: Int)
    /// The course is in a status in which nobody can apply.
    case courseNotPublished(CourseID, CourseStatus)
    /// The user is no active instructor.
    case instructorInvalid(UserID)
    /// A user does not go from the one status to the other.
    case invalidUserTransition(UserID, from: UserStatus, to: UserStatus)
    /// A course does not go from the one status to the other.
    case invalidCourseTransition(CourseID, from: CourseStatus, to: CourseStatus)
    /// A term does not go from the one status to the other.
    case invalidTermTransition(TermID, from: TermStatus, to: TermStatus)
    /// An enrollment does not go from the one status to the other.
    case invalidEnrollmentTransition(EnrollmentID, from: EnrollmentStatus, to: EnrollmentStatus)
    /// The course has a term, this one, that is neither completed nor cancelled.
    case courseHasActiveTerms(CourseID, TermID)
    /// The user has so many live enrollments, and `cascade` was not given.
    case userHasActiveEnrollments(UserID, count: Int)
    /// The user teaches a course, this one, with a term that is not over.
    case instructorHasActiveCourses(UserID, CourseID)
    /// `opensAt` is nil while no opening is known: the course was never published and no window was set.
    case enrollmentPeriodNotOpen(TermID, opensAt: Timestamp?)
    /// The window for applications has closed.
    case enrollmentPeriodClosed(TermID, closesAt: Timestamp)
    /// The term is in a status in which its enrollments do not change.
    case termClosed(TermID, TermStatus)
    /// The term has begun, and its student cannot cancel any more.
    case cannotCancelStarted(TermID)
    /// The term has enrollments, so how it gives out seats is fixed.
    case admissionLocked(TermID, Admission)
    /// The store keeps the user's personal texts as they are: nothing can make the log forget them.
    case personalDataPlain(UserID)
    /// A legal hold lies on the user; given by the engine, never by `decide`.
    case legalHold(UserID)
}

/// The field that a malformed command names.
public enum InputField: UInt8, Hashable, Sendable, CaseIterable {
    /// The named field of the command.
    case email = 1, name, sourceID, title, description, category, termNumber, reason, effectiveAt, expectedVersion
    /// The last position that an attestation is about.
    case through
}

/// What is wrong with it.
public enum InputProblem: UInt8, Hashable, Sendable, CaseIterable {
    /// Empty, or only blanks.
    case empty = 1
    /// Longer than the field may be.
    case tooLong
    /// A control character, or not of the field's form.
    case malformed
    /// Demanded by another field of the command, and not given.
    case missing
    /// A number outside of what the field may hold, such as a position that is not there yet.
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
    /// A field of the command is malformed.
    case invalidInput = 1
    /// A term must start before it ends.
    case invalidTermDateRange = 2
    /// The number of seats is out of range.
    case invalidCapacity = 3
    /// Nobody knows who asks: given by services, never by `decide`.
    case unauthorized = 4
    /// The actor's role does not allow it.
    case forbidden = 5
    /// The user is deactivated.
    case userNotActive = 6
    /// The user is suspended.
    case accountSuspended = 7
    /// Who teaches a course cannot enroll in it.
    case ownCourse = 8
    /// There is no such user.
    case userNotFound = 9
    /// There is no such course.
    case courseNotFound = 10
    /// There is no such term.
    case termNotFound = 11
    /// There is no such enrollment.
    case enrollmentNotFound = 12
    /// Another user has the address.
    case duplicateEmail = 13
    /// Another entity of the kind has the source id.
    case duplicateSourceID = 14
    /// Another term of the course has the number.
    case duplicateTermNumber = 15
    /// The user has a live enrollment in the term.
    case alreadyEnrolled = 16
    /// No seat is free.
    case termFull = 17
    /// More seats are taken than were asked for.
    case capacityBelowEnrolled = 18
    /// Nobody can apply for the course now.
    case courseNotPublished = 19
    /// The user is no active instructor.
    case instructorInvalid = 20
    /// The user is not in a status from which this is possible.
    case invalidUserTransition = 21
    /// The course is not in a status from which this is possible.
    case invalidCourseTransition = 22
    /// The term is not in a status from which this is possible.
    case invalidTermTransition = 23
    /// The enrollment is not in a status from which this is possible.
    case invalidEnrollmentTransition = 24
    /// The course has terms that are not over.
    case courseHasActiveTerms = 25
    /// The user has live enrollments.
    case userHasActiveEnrollments = 26
    /// The user still teaches.
    case instructorHasActiveCourses = 27
    /// The window for applications is not open yet.
    case enrollmentPeriodNotOpen = 28
    /// The window for applications has closed.
    case enrollmentPeriodClosed = 29
    /// Enrollments of the term do not change in its status.
    case termClosed = 30
    /// The term has begun.
    case cannotCancelStarted = 31
    /// How the term gives out seats is fixed.
    case admissionLocked = 32
    /// The stream has gone on since the caller looked.
    case versionConflict = 33
    // Given by the engine or an import, never by `decide`.
    /// Another command was recorded under the same id.
    case commandIDReused = 34
    /// An import would cancel more than it may.
    case cancelRatioExceeded = 35
    /// The store cannot answer now.
    case storeUnavailable = 36
    /// The user was erased, or is about to be.
    case userErased = 37
    /// The store cannot forget: it keeps personal texts as they are.
    case personalDataPlain = 38
    // Given by the engine.
    /// A legal hold lies on the user.
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
    /// The kind of the rejection, without what was observed.
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
        /// A number, or an id.
        case number(Int64)
        /// A text, a status or an instant.
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
