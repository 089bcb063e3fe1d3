// Random commands that collide: few people, few terms, few seats, and every kind of mistake now and then.

public import Enrollment

/// A seeded source of commands, weighted towards what is interesting rather than towards what is usual.
///
/// It looks at the state to name things that exist, and to find pending enrollments, free terms and the true
/// version of a stream; how a command ends is not its business.
public struct CommandGenerator: Sendable {
    var random: SplitMix64
    /// Never runs back, and often stands still.
    var now = Timestamp.day(0)

    /// Whether texts come sealed, as an engine with a vault gives them to the rules.
    let sealsTexts: Bool

    /// Makes a generator: the same seed gives the same commands.
    public init(seed: UInt64, sealsTexts: Bool = false) {
        random = SplitMix64(seed: seed)
        self.sealsTexts = sealsTexts
    }

    /// A random command that may mean something in the state, with who gives it and when.
    public mutating func next(in state: EnrollmentState) -> ModelStep {
        if !random.chance(1, in: 4) { now = now.advanced(hours: random.below(5)) }
        let command = sealed(command(of: kind(in: state), in: state))
        var context = CommandContext(actor: actor(for: command, in: state), now: now)
        if case .attestState = command { context.lastPosition = lastPosition(in: state) }
        if random.chance(1, in: 9) { context.effectiveAt = effectiveAt() }
        if random.chance(1, in: 12) { context.expectedVersion = expectedVersion(of: command, in: state) }
        return ModelStep(command, context)
    }

    private static let weights: [(kind: CommandKind, weight: Int)] = [
        (.registerUser, 3), (.updateUser, 3), (.changeUserRole, 3), (.activateUser, 4), (.deactivateUser, 3),
        (.suspendUser, 2), (.reinstateUser, 3), (.eraseUser, 1), (.confirmErasure, 2), (.createCourse, 3),
        (.updateCourse, 2), (.assignInstructor, 3),
        (.publishCourse, 4), (.closeCourse, 2), (.reopenCourse, 3), (.archiveCourse, 2), (.scheduleTerm, 6),
        (.updateTerm, 4), (.setEnrollmentWindow, 5), (.changeTermCapacity, 6), (.startTerm, 3), (.completeTerm, 2),
        (.cancelTerm, 1), (.applyEnrollment, 28), (.approveEnrollment, 14), (.rejectEnrollment, 5),
        (.cancelEnrollment, 11), (.enrollDirectly, 9), (.attestState, 1),
    ]
    private static let total = weights.reduce(0) { $0 + $1.weight }

    private mutating func kind(in state: EnrollmentState) -> CommandKind {
        // A world worth acting in comes first, most of the time.
        if random.chance(3, in: 4) {
            if state.users.count < 6 { return .registerUser }
            if state.courses.count < 2 { return .createCourse }
            if !state.courses.contains(where: { $0.status == .published }) {
                return state.courses.contains { $0.status == .draft } ? .publishCourse : .createCourse
            }
            if !state.terms.contains(where: { $0.status == .scheduled }) { return .scheduleTerm }
        }
        var rest = random.below(Self.total)
        for (kind, weight) in Self.weights {
            if rest < weight { return kind }
            rest -= weight
        }
        return .applyEnrollment
    }

    private mutating func actor(for command: Command, in state: EnrollmentState) -> Actor {
        switch command {
        case .applyEnrollment(let user, _), .updateUser(let user, _, _):
            if random.chance(1, in: 2) { return .user(user) }
        case .cancelEnrollment(let id, _):
            if random.chance(1, in: 2), let enrollment = state[id] { return .user(enrollment.user) }
        case .changeUserRole(let user, _), .suspendUser(let user, _), .deactivateUser(let user, _),
            .eraseUser(let user, _):
            if random.chance(1, in: 12) { return .user(user) }
        default:
            break
        }
        switch random.below(20) {
        case 0..<10: return .system
        case 10..<17:
            let staff = state.users.filter { $0.role == .admin || $0.role == .operator }
            return staff.isEmpty ? .system : .user(random.pick(staff).id)
        default: return .user(user(in: state))
        }
    }

    private mutating func effectiveAt() -> Timestamp {
        switch random.below(12) {
        case 0: Timestamp.earliest.advanced(microseconds: random.chance(1, in: 2) ? 0 : -1)
        case 1: now.advanced(microseconds: 1)
        case 2: Timestamp.latest.advanced(microseconds: Int64(random.below(2)))
        case 3...5: now
        default: now.advanced(hours: -random.below(60))
        }
    }

    private mutating func expectedVersion(of command: Command, in state: EnrollmentState) -> StreamVersion {
        let actual = state.version(of: stream(of: command, in: state))
        switch random.below(8) {
        case 0: return StreamVersion(actual.rawValue - 1)
        case 1: return actual.next
        case 2: return 0
        default: return actual
        }
    }

    private func stream(of command: Command, in state: EnrollmentState) -> EventStream {
        switch command {
        case .registerUser: .user(0)
        case .updateUser(let id, _, _), .changeUserRole(let id, _), .activateUser(let id),
            .deactivateUser(let id, _), .suspendUser(let id, _), .reinstateUser(let id), .eraseUser(let id, _),
            .confirmErasure(let id):
            .user(id)
        case .createCourse: .course(0)
        case .updateCourse(let id, _, _, _), .assignInstructor(let id, _), .publishCourse(let id),
            .closeCourse(let id), .reopenCourse(let id), .archiveCourse(let id):
            .course(id)
        case .scheduleTerm: .term(0)
        case .updateTerm(let id, _, _), .setEnrollmentWindow(let id, _), .changeTermCapacity(let id, _, _, _),
            .startTerm(let id), .completeTerm(let id), .cancelTerm(let id, _), .applyEnrollment(_, let id),
            .enrollDirectly(_, let id, _, _):
            .term(id)
        case .approveEnrollment(let id, _, _), .rejectEnrollment(let id, _), .cancelEnrollment(let id, _):
            .term(state[id]?.term ?? 0)
        case .attestState: .attestations
        }
    }
}
