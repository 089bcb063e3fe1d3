// What a row asks for, in the ids of the outside world; and how it becomes a command once the state is known.

import Enrollment

/// Who, in which term: the outside world's name for an enrollment.
struct Place: Hashable, Sendable {
    let user: String
    let term: String
}

/// A request of an import.
///
/// Source ids become ids only when it is its turn: what comes before may create them.
enum ImportRequest: Hashable, Sendable {
    case registerUser(email: String, name: String, role: Role, sourceID: String)
    case deactivateUser(String)
    case suspendUser(String, reason: String)

    case createCourse(title: String, description: String, category: String, instructor: String?, sourceID: String)
    case publishCourse(String)
    case closeCourse(String)
    case archiveCourse(String)

    case scheduleTerm(
        course: String, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission, sourceID: String)
    case setEnrollmentWindow(String, EnrollmentWindow)
    case changeTermCapacity(String, to: Int, allowOverbooked: Bool, reason: String?)
    case startTerm(String)
    case completeTerm(String)
    case cancelTerm(String, reason: String?)

    case apply(Place)
    case enrollDirectly(Place, override: Bool, reason: String?)
    case approve(Place, override: Bool, reason: String?)
    case reject(Place, reason: String?)
    case cancel(Place, reason: String?)

    /// The place that the request applies for, if it is one.
    var application: Place? {
        switch self {
        case .apply(let place), .enrollDirectly(let place, _, _): place
        default: nil
        }
    }

    var kind: CommandKind {
        switch self {
        case .registerUser: .registerUser
        case .deactivateUser: .deactivateUser
        case .suspendUser: .suspendUser
        case .createCourse: .createCourse
        case .publishCourse: .publishCourse
        case .closeCourse: .closeCourse
        case .archiveCourse: .archiveCourse
        case .scheduleTerm: .scheduleTerm
        case .setEnrollmentWindow: .setEnrollmentWindow
        case .changeTermCapacity: .changeTermCapacity
        case .startTerm: .startTerm
        case .completeTerm: .completeTerm
        case .cancelTerm: .cancelTerm
        case .apply: .applyEnrollment
        case .enrollDirectly: .enrollDirectly
        case .approve: .approveEnrollment
        case .reject: .rejectEnrollment
        case .cancel: .cancelEnrollment
        }
    }
}

extension ImportRequest: CustomStringConvertible {
    /// As report lines show it: `ApplyEnrollment 11391 AAA/2013J`.
    var description: String {
        let subject =
            switch self {
            case .registerUser(_, _, _, let id), .deactivateUser(let id), .suspendUser(let id, _),
                .createCourse(_, _, _, _, let id), .publishCourse(let id), .closeCourse(let id),
                .archiveCourse(let id), .scheduleTerm(_, _, _, _, _, let id), .setEnrollmentWindow(let id, _),
                .startTerm(let id), .completeTerm(let id), .cancelTerm(let id, _):
                id
            case .changeTermCapacity(let id, let capacity, _, _): "\(id) to \(capacity)"
            case .apply(let place), .enrollDirectly(let place, _, _), .approve(let place, _, _),
                .reject(let place, _), .cancel(let place, _):
                "\(place.user) \(place.term)"
            }
        return "\(kind.name) \(subject)"
    }
}

/// What a request is in a state.
enum Resolution: Sendable {
    case command(Command)
    /// The state is as the request wants it, by another way than this import.
    case present
    /// Nothing to do: the application that it follows was refused.
    case applicationRefused
    /// A source id that leads nowhere.
    case unknown(RejectionCode, String)
}

extension ImportRequest {
    /// The command that the request is now.
    ///
    /// - Parameters:
    ///   - attempted: the places that the import applied for so far, whatever came of it.
    ///   - address: gives an address as the state knows it.
    func resolved(
        in state: EnrollmentState, attempted: Set<Place>, address: (String) -> PersonalText
    ) -> Resolution {
        do throws(UnknownSource) {
            return try resolution(in: state, attempted, address)
        } catch {
            return .unknown(error.code, "no \(error.kind) has the source id \(error.sourceID.shortened())")
        }
    }

    private func resolution(
        in state: EnrollmentState, _ attempted: Set<Place>, _ address: (String) -> PersonalText
    ) throws(UnknownSource) -> Resolution {
        switch self {
        case .registerUser(let email, let name, let role, let sourceID):
            if let user = state.user(sourceID: sourceID).flatMap({ state[$0] }),
                // A sealed name cannot be compared; the address, the role and the source id say who it is.
                user.name?.plain ?? name == name, user.role == role, state.user(email: address(email)) == user.id
            {
                return .present
            }
            return .command(
                .registerUser(email: .plain(email), name: .plain(name), role: role, sourceID: sourceID))
        case .deactivateUser(let id): return .command(.deactivateUser(try state.knownUser(id)))
        case .suspendUser(let id, let reason):
            return .command(.suspendUser(try state.knownUser(id), reason: .plain(reason)))
        case .createCourse(let title, let description, let category, let instructor, let sourceID):
            var teacher: UserID?
            if let instructor { teacher = try state.knownUser(instructor) }
            if let course = state.course(sourceID: sourceID).flatMap({ state[$0] }),
                course.title == title, course.category == category, course.instructor == teacher
            {
                return .present
            }
            return .command(
                .createCourse(
                    title: title, description: description, category: category, instructor: teacher,
                    sourceID: sourceID))
        case .publishCourse(let id): return try course(id, in: state, isAt: .published, else: Command.publishCourse)
        case .closeCourse(let id): return try course(id, in: state, isAt: .closed, else: Command.closeCourse)
        case .archiveCourse(let id): return try course(id, in: state, isAt: .archived, else: Command.archiveCourse)
        case .scheduleTerm(let course, let number, let dates, let capacity, let admission, let sourceID):
            let course = try state.knownCourse(course)
            if let term = state.term(sourceID: sourceID).flatMap({ state[$0] }), term.course == course,
                term.termNumber == number, term.dates == dates, term.capacity == capacity,
                term.admission == admission
            {
                return .present
            }
            return .command(
                .scheduleTerm(
                    course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
                    sourceID: sourceID))
        default: return try termResolution(in: state, attempted)
        }
    }

    private func termResolution(
        in state: EnrollmentState, _ attempted: Set<Place>
    ) throws(UnknownSource) -> Resolution {
        switch self {
        case .setEnrollmentWindow(let id, let window):
            return .command(.setEnrollmentWindow(try state.knownTerm(id), window: window))
        case .changeTermCapacity(let id, let capacity, let allowOverbooked, let reason):
            let term = try state.knownTerm(id)
            return .command(
                .changeTermCapacity(
                    term, to: capacity, allowOverbooked: allowOverbooked, reason: reason.map { .plain($0) }))
        case .startTerm(let id): return .command(.startTerm(try state.knownTerm(id)))
        case .completeTerm(let id): return .command(.completeTerm(try state.knownTerm(id)))
        case .cancelTerm(let id, let reason):
            return .command(.cancelTerm(try state.knownTerm(id), reason: reason.map { .plain($0) }))
        case .apply(let place):
            let (user, term) = try state.known(place)
            return .command(.applyEnrollment(user: user, term: term))
        case .enrollDirectly(let place, let override, let reason):
            let (user, term) = try state.known(place)
            return .command(
                .enrollDirectly(user: user, term: term, override: override, reason: reason.map { .plain($0) }))
        case .approve(let place, let override, let reason):
            return try enrollment(place, in: state, attempted) {
                .approveEnrollment($0, override: override, reason: reason.map { .plain($0) })
            }
        case .reject(let place, let reason):
            return try enrollment(place, in: state, attempted) {
                .rejectEnrollment($0, reason: reason.map { .plain($0) })
            }
        case .cancel(let place, let reason):
            return try enrollment(place, in: state, attempted) {
                .cancelEnrollment($0, reason: reason.map { .plain($0) })
            }
        default: preconditionFailure("users, courses and schedules are resolved before")
        }
    }

    private func course(
        _ sourceID: String, in state: EnrollmentState, isAt status: CourseStatus, else command: (CourseID) -> Command
    ) throws(UnknownSource) -> Resolution {
        let id = try state.knownCourse(sourceID)
        return state[id]?.status == status ? .present : .command(command(id))
    }

    /// The live enrollment of a place; else the latest ended one, so that the refusal becomes part of the history.
    private func enrollment(
        _ place: Place, in state: EnrollmentState, _ attempted: Set<Place>, _ command: (EnrollmentID) -> Command
    ) throws(UnknownSource) -> Resolution {
        let (user, term) = try state.known(place)
        if let live = state.liveEnrollment(of: user, in: term) { return .command(command(live)) }
        if let ended = state.enrollments(of: user).first(where: { $0.term == term }) {
            return .command(command(ended.id))
        }
        if attempted.contains(place) { return .applicationRefused }
        return .unknown(.enrollmentNotFound, "\(place.user) never applied for \(place.term)")
    }
}
