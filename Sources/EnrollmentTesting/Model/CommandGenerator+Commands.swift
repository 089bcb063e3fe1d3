// One random command of a given kind, and the ids that it names.

import Enrollment

extension CommandGenerator {
    mutating func command(of kind: CommandKind, in state: EnrollmentState) -> Command {
        switch kind {
        case .registerUser:
            .registerUser(email: .plain(email()), name: .plain(name()), role: role(in: state), sourceID: sourceID())
        case .updateUser:
            .updateUser(user(in: state), email: maybe { .plain($0.email()) }, name: maybe { .plain($0.name()) })
        case .changeUserRole: .changeUserRole(user(in: state), role: role(in: state))
        case .activateUser: .activateUser(user(in: state, preferring: .inactive))
        case .deactivateUser: .deactivateUser(user(in: state), cascade: random.chance(1, in: 2))
        case .suspendUser: .suspendUser(user(in: state), reason: reason())
        case .reinstateUser: .reinstateUser(user(in: state, preferring: .suspended))
        case .eraseUser: .eraseUser(user(in: state), cascade: random.chance(1, in: 2))
        case .confirmErasure: .confirmErasure(user(in: state, preferring: .erased))

        case .createCourse:
            .createCourse(
                title: title(), description: description(), category: category(), instructor: instructor(in: state),
                sourceID: sourceID())
        case .updateCourse:
            .updateCourse(
                course(in: state), title: maybe { $0.title() }, description: maybe { $0.description() },
                category: maybe { $0.category() })
        case .assignInstructor: .assignInstructor(course(in: state), instructor: instructor(in: state))
        case .publishCourse: .publishCourse(course(in: state, preferring: .draft))
        case .closeCourse: .closeCourse(course(in: state))
        case .reopenCourse: .reopenCourse(course(in: state, preferring: .closed))
        case .archiveCourse: .archiveCourse(course(in: state))

        case .scheduleTerm:
            .scheduleTerm(
                course: course(in: state), termNumber: termNumber(), dates: dates(), capacity: capacity(),
                admission: random.pick(Admission.allCases), sourceID: sourceID())
        case .updateTerm:
            .updateTerm(
                term(in: state), dates: maybe { $0.dates() }, admission: maybe { $0.random.pick(Admission.allCases) })
        case .setEnrollmentWindow: setEnrollmentWindow(in: state)
        case .changeTermCapacity:
            .changeTermCapacity(
                term(in: state), to: capacity(), allowOverbooked: random.chance(1, in: 3), reason: reason())
        case .startTerm: .startTerm(term(in: state))
        case .completeTerm: .completeTerm(term(in: state, preferring: .ongoing))
        case .cancelTerm: .cancelTerm(term(in: state), reason: reason())

        case .applyEnrollment: .applyEnrollment(user: user(in: state, preferring: .active), term: term(in: state))
        case .approveEnrollment:
            .approveEnrollment(
                enrollment(in: state, preferring: .pending), override: random.chance(1, in: 4), reason: reason())
        case .rejectEnrollment: .rejectEnrollment(enrollment(in: state, preferring: .pending), reason: reason())
        case .cancelEnrollment: .cancelEnrollment(enrollment(in: state, preferring: .approved), reason: reason())
        case .enrollDirectly:
            .enrollDirectly(
                user: user(in: state, preferring: .active), term: term(in: state), override: random.chance(1, in: 3),
                reason: reason())
        case .attestState: .attestState(attestation(of: state))
        }
    }

    /// Behind the end of every log that a test makes.
    private static let farAhead: Int64 = 1 << 40

    /// Where a log of these events might end: all that an attestation needs to know of it.
    func lastPosition(in state: EnrollmentState) -> Int64 {
        let isEmpty = state.users.isEmpty && state.courses.isEmpty && state.attestationsVersion == 0
        return isEmpty ? 0 : Self.farAhead
    }

    /// Mostly about what cannot be so, which no rule looks at; sometimes about a position that is not there yet.
    private mutating func attestation(of state: EnrollmentState) -> StateAttestation {
        let bytes = (0..<StateDigest.byteCount).map { _ in UInt8(random.below(256)) }
        let through = random.below(8) == 0 ? Self.farAhead + 1 : 1
        guard let digest = StateDigest(bytes),
            let attestation = StateAttestation(
                through: through, tablesVersion: Int64(random.below(3)), tables: digest,
                terms: Int64(state.terms.count), termVersions: digest)
        else { preconditionFailure("32 bytes and positive numbers make an attestation") }
        return attestation
    }

    private mutating func setEnrollmentWindow(in state: EnrollmentState) -> Command {
        let id = term(in: state)
        switch random.below(6) {
        case 0: return .setEnrollmentWindow(id, window: nil)
        case 1:
            // Exactly to the end of the term, or a moment past it.
            guard let term = state[id] else { return .setEnrollmentWindow(id, window: nil) }
            let closesAt = term.dates.endsAt.advanced(microseconds: Int64(random.below(2)))
            return .setEnrollmentWindow(id, window: EnrollmentWindow(opensAt: now, closesAt: closesAt))
        case 2: return .setEnrollmentWindow(id, window: state[id]?.window)
        default:
            let opensAt = now.advanced(hours: random.below(96) - 72)
            let closesAt = opensAt.advanced(hours: random.below(12) * 24)
            return .setEnrollmentWindow(id, window: EnrollmentWindow(opensAt: opensAt, closesAt: closesAt))
        }
    }

    mutating func maybe<Value>(_ make: (inout CommandGenerator) -> Value) -> Value? {
        random.chance(1, in: 3) ? nil : make(&self)
    }

    // Ids: mostly of what exists, preferring what a command of that kind can act on.

    mutating func user(in state: EnrollmentState, preferring status: UserStatus? = nil) -> UserID {
        if let status, random.chance(2, in: 3) {
            let preferred = state.users.filter { $0.status == status }
            if !preferred.isEmpty { return random.pick(preferred).id }
        }
        return UserID(id(upTo: state.users.count))
    }

    private mutating func instructor(in state: EnrollmentState) -> UserID? {
        if random.chance(1, in: 3) { return nil }
        let instructors = state.users.filter { $0.role == .instructor }
        return instructors.isEmpty || random.chance(1, in: 4) ? user(in: state) : random.pick(instructors).id
    }

    private mutating func course(in state: EnrollmentState, preferring status: CourseStatus? = nil) -> CourseID {
        if let status, random.chance(2, in: 3), let course = state.courses.last(where: { $0.status == status }) {
            return course.id
        }
        return CourseID(id(upTo: state.courses.count))
    }

    private mutating func term(in state: EnrollmentState, preferring status: TermStatus? = nil) -> TermID {
        if let status, random.chance(1, in: 2), let term = state.terms.last(where: { $0.status == status }) {
            return term.id
        }
        if random.chance(4, in: 5) {
            let open = state.terms.filter { $0.status == .scheduled || $0.status == .ongoing }
            let published = open.filter { state[$0.course]?.status == .published }
            let preferred = (published.isEmpty ? open : published).suffix(4)
            if !preferred.isEmpty { return random.pick(Array(preferred)).id }
        }
        return TermID(id(upTo: state.terms.count))
    }

    private mutating func enrollment(
        in state: EnrollmentState, preferring status: EnrollmentStatus
    ) -> EnrollmentID {
        if random.chance(3, in: 4) {
            let preferred = state.enrollments.suffix(40).filter { $0.status == status }
            if !preferred.isEmpty { return random.pick(preferred).id }
        }
        return EnrollmentID(id(upTo: state.enrollments.count))
    }

    private mutating func id(upTo count: Int) -> Int64 {
        if count > 0, !random.chance(1, in: 40) { return Int64(random.below(count)) + 1 }
        return random.pick([0, -1, Int64(count) + 1, .max, .min, 1 << 32 | 1])
    }
}
