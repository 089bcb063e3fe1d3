// The rules a second time, written for obviousness: what the true decider is compared with.

public import Enrollment

/// The whole domain as plain arrays of plain structs, changed directly.
///
/// It keeps no counter and no index: whatever it needs to know it finds by looking through everything. It shares the
/// words with the true decider (commands, events, rejections), and none of its code. The n-th element of an array is
/// the entity of id n.
public struct NaiveModel: Sendable {
    package struct User: Sendable {
        package var email: PersonalText?
        package var name: PersonalText?
        package var role: Role
        package var status = UserStatus.active
        package var sourceID: String?
        package var version: Int64 = 1
    }

    package struct Course: Sendable {
        package var title: String
        package var description: String
        package var category: String
        package var instructor: UserID?
        package var status = CourseStatus.draft
        package var sourceID: String?
        package var publishedAt: Timestamp?
        package var version: Int64 = 1
    }

    package struct Term: Sendable {
        package var course: CourseID
        package var termNumber: Int
        package var dates: TermDates
        package var capacity: Int
        package var admission: Admission
        package var status = TermStatus.scheduled
        package var window: EnrollmentWindow?
        package var sourceID: String?
        package var version: Int64 = 1
        package var refusalsVersion: Int64 = 0
    }

    package struct Enrollment: Sendable {
        package var user: UserID
        package var term: TermID
        package var status = EnrollmentStatus.pending
        package var changedAt: Timestamp
    }

    /// What became of a command.
    public enum Outcome: Hashable, Sendable {
        /// What was done, in the words of events; nothing where nothing changed.
        case accepted([Event])
        /// Why nothing was done, and what of it the history keeps.
        case refused(Rejection, recorded: Refusal?)
    }

    package internal(set) var users: [User] = []
    package internal(set) var courses: [Course] = []
    package internal(set) var terms: [Term] = []
    package internal(set) var enrollments: [Enrollment] = []
    package internal(set) var attestations: [StateAttestation] = []

    /// Makes a model before the first command.
    public init() {}

    /// Does what the command says, if the rules allow.
    ///
    /// - Complexity: O(n) in everything that the model holds.
    public mutating func execute(_ command: Command, _ context: CommandContext) -> Outcome {
        do throws(Rejection) {
            try checkInput(of: command, context)
            try checkAuthority(for: command, context)
            return .accepted(try perform(command, context))
        } catch {
            let refusal = record(of: command, error)
            if let refusal { terms[Int(refusal.term.rawValue) - 1].refusalsVersion += 1 }
            return .refused(error, recorded: refusal)
        }
    }

    private mutating func perform(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .registerUser, .updateUser, .changeUserRole, .activateUser, .deactivateUser, .suspendUser,
            .reinstateUser, .eraseUser, .confirmErasure:
            return try performOnUser(command, context)
        case .createCourse, .updateCourse, .assignInstructor, .publishCourse, .closeCourse, .reopenCourse,
            .archiveCourse:
            return try performOnCourse(command, context)
        case .scheduleTerm, .updateTerm, .setEnrollmentWindow, .changeTermCapacity, .startTerm, .completeTerm,
            .cancelTerm:
            return try performOnTerm(command, context)
        case .applyEnrollment, .approveEnrollment, .rejectEnrollment, .cancelEnrollment, .enrollDirectly:
            return try performOnEnrollment(command, context)
        case .attestState(let attestation):
            if let last = context.lastPosition, last < attestation.through {
                throw .invalidInput(field: .through, problem: .outOfRange)
            }
            try expectVersion(Int64(attestations.count), of: .attestations, context)
            attestations.append(attestation)
            return [.stateAttested(attestation)]
        }
    }

    /// Enrollment commands leave a record when the rules refuse them; not when the input, the actor, an id, or the
    /// expected version was wrong.
    private func record(of command: Command, _ rejection: Rejection) -> Refusal? {
        switch rejection {
        case .invalidInput, .unauthorized, .forbidden, .userNotFound, .termNotFound, .enrollmentNotFound,
            .versionConflict:
            return nil
        default:
            break
        }
        var user: UserID
        var term: TermID
        var named: EnrollmentID?
        switch command {
        case .applyEnrollment(let applicant, let wanted), .enrollDirectly(let applicant, let wanted, _, _):
            user = applicant
            term = wanted
        case .approveEnrollment(let id, _, _), .rejectEnrollment(let id, _), .cancelEnrollment(let id, _):
            user = enrollments[Int(id.rawValue) - 1].user
            term = enrollments[Int(id.rawValue) - 1].term
            named = id
        default:
            return nil
        }
        return Refusal(
            command: command.kind, user: user, term: term, enrollment: named, rejection: rejection,
            capacity: terms[Int(term.rawValue) - 1].capacity, taken: seatsTaken(in: term))
    }
}

extension NaiveModel {
    // Looking things up by looking at everything.

    func existing(_ id: UserID) throws(Rejection) -> Int {
        for number in users.indices where Int64(number) + 1 == id.rawValue { return number }
        throw .userNotFound(id)
    }

    func existing(_ id: CourseID) throws(Rejection) -> Int {
        for number in courses.indices where Int64(number) + 1 == id.rawValue { return number }
        throw .courseNotFound(id)
    }

    func existing(_ id: TermID) throws(Rejection) -> Int {
        for number in terms.indices where Int64(number) + 1 == id.rawValue { return number }
        throw .termNotFound(id)
    }

    func existing(_ id: EnrollmentID) throws(Rejection) -> Int {
        for number in enrollments.indices where Int64(number) + 1 == id.rawValue { return number }
        throw .enrollmentNotFound(id)
    }

    func expectVersion(_ actual: Int64, of stream: EventStream, _ context: CommandContext) throws(Rejection) {
        guard let expected = context.expectedVersion, expected.rawValue != actual else { return }
        throw .versionConflict(stream, expected: expected, actual: StreamVersion(actual))
    }

    /// Sealed addresses are the same where their digests are.
    func isSameAddress(_ one: PersonalText?, _ other: PersonalText?) -> Bool {
        if case .sealed(let one)? = one, case .sealed(let other)? = other { return one.digest == other.digest }
        return one == other
    }

    func isOver(_ status: TermStatus) -> Bool { status == .completed || status == .cancelled }

    func isOpen(_ status: EnrollmentStatus) -> Bool { status == .pending || status == .approved }

    /// Enrolled people have a seat; applicants have one only where the term keeps it for them.
    public func seatsTaken(in term: TermID) -> Int {
        let holdsForApplicants = terms[Int(term.rawValue) - 1].admission == .approval
        var taken = 0
        for enrollment in enrollments where enrollment.term == term {
            if enrollment.status == .approved { taken += 1 }
            if enrollment.status == .pending && holdsForApplicants { taken += 1 }
        }
        return taken
    }

    /// The numbers of the enrollments that `user` holds in terms that are not over.
    func holdings(of user: UserID) -> [Int] {
        enrollments.indices.filter { number in
            let enrollment = enrollments[number]
            return enrollment.user == user && isOpen(enrollment.status)
                && !isOver(terms[Int(enrollment.term.rawValue) - 1].status)
        }
    }

    /// The first course that `user` teaches and that has a term which is not over.
    func courseInProgress(taughtBy user: UserID) -> CourseID? {
        for (number, course) in courses.enumerated() where course.instructor == user {
            let id = CourseID(Int64(number) + 1)
            for term in terms where term.course == id && !isOver(term.status) { return id }
        }
        return nil
    }

    func checkDating(of enrollment: Int, _ context: CommandContext) throws(Rejection) {
        guard let claimed = context.effectiveAt, claimed < enrollments[enrollment].changedAt else { return }
        throw .invalidInput(field: .effectiveAt, problem: .beforeEarlierFact)
    }
}
