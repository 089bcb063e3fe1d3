// The true decider and the naive model side by side: after every command both must say the same and be the same.

public import Enrollment

/// Runs commands through `decide` and `evolve` on one side and through ``NaiveModel`` on the other.
public struct ModelComparison: Sendable {
    /// The state that the rules made.
    public private(set) var state = EnrollmentState()
    /// The naive model beside it.
    public private(set) var model = NaiveModel()

    /// An event that was decided and that a replay would not accept.
    private var impossible: Event?

    /// Makes a comparison before the first command.
    public init() {}

    /// Runs one command on both sides.
    ///
    /// With `checksInvariants` the state's invariants are checked too, which costs more than all the rest.
    ///
    /// - Returns: what came of it, and the first difference between the two sides in words; nil where there is none.
    public mutating func run(
        _ step: ModelStep, checksInvariants: Bool = true
    ) -> (outcome: NaiveModel.Outcome, difference: String?) {
        let expected = model.execute(step.command, step.context)
        let outcome = decide(step)
        if let impossible { return (outcome, "canEvolve denies \(impossible)") }
        guard outcome == expected else { return (outcome, "decided \(outcome), the model \(expected)") }
        if let difference = Self.firstDifference(state, model) { return (outcome, "after \(outcome): \(difference)") }
        guard checksInvariants else { return (outcome, nil) }
        return (outcome, state.checkInvariants().first.map { "after \(outcome): \($0)" })
    }

    private mutating func decide(_ step: ModelStep) -> NaiveModel.Outcome {
        let time = EventTime(recordedAt: step.context.now, effectiveAt: step.context.effectiveAt)
        do throws(Rejection) {
            let events = try state.decide(step.command, step.context)
            for event in events { evolve(event, at: time) }
            return .accepted(events)
        } catch {
            guard let event = state.refusal(of: step.command, for: error) else {
                return .refused(error, recorded: nil)
            }
            evolve(event, at: time)
            guard case .commandRefused(let refusal) = event else { return .accepted([event]) }
            return .refused(error, recorded: refusal)
        }
    }
}

extension ModelComparison {
    /// What was decided must pass the check that a replay makes; nothing else is applied.
    private mutating func evolve(_ event: Event, at time: EventTime) {
        if impossible == nil, !state.canEvolve(event) { impossible = event }
        if impossible == nil { state.evolve(event, at: time) }
    }

    /// Where a state and a model differ, every field of every entity compared; nil where they are equal.
    ///
    /// - Complexity: linear in the entities.
    public static func firstDifference(_ state: EnrollmentState, _ model: NaiveModel) -> String? {
        guard state.users.count == model.users.count, state.courses.count == model.courses.count,
            state.terms.count == model.terms.count, state.enrollments.count == model.enrollments.count
        else { return "the numbers of entities differ" }
        guard state.attestationsVersion.rawValue == model.attestations.count else {
            return "\(state.attestationsVersion) attestations, the model \(model.attestations.count)"
        }
        var approved = [Int](repeating: 0, count: model.terms.count)
        var pending = approved
        var live = [Int](repeating: 0, count: model.users.count)
        for (slot, mine) in model.enrollments.enumerated() {
            let theirs = state.enrollments[slot]
            guard theirs.status == mine.status, theirs.changedAt == mine.changedAt, theirs.user == mine.user,
                theirs.term == mine.term, theirs.id.rawValue == Int64(slot) + 1
            else { return "enrollment \(theirs), the model \(mine)" }
            guard mine.status == .pending || mine.status == .approved else { continue }
            let term = Int(mine.term.rawValue) - 1
            if mine.status == .pending { pending[term] += 1 } else { approved[term] += 1 }
            if !model.isOver(model.terms[term].status) { live[Int(mine.user.rawValue) - 1] += 1 }
        }
        for (slot, mine) in model.users.enumerated() where !isSame(state.users[slot], mine, live[slot]) {
            return "user \(state.users[slot]), the model \(mine) with \(live[slot]) live"
        }
        for (slot, mine) in model.courses.enumerated() where !isSame(state.courses[slot], mine) {
            return "course \(state.courses[slot]), the model \(mine)"
        }
        for (slot, mine) in model.terms.enumerated()
        where !isSame(state.terms[slot], mine, approved: approved[slot], pending: pending[slot]) {
            return "term \(state.terms[slot]), the model \(mine), \(approved[slot]) approved, \(pending[slot]) pending"
        }
        return nil
    }

    private static func isSame(_ theirs: User, _ mine: NaiveModel.User, _ live: Int) -> Bool {
        theirs.version.rawValue == mine.version && theirs.status == mine.status && theirs.role == mine.role
            && theirs.liveEnrollments == live && theirs.email == mine.email && theirs.name == mine.name
            && theirs.sourceID == mine.sourceID
    }

    private static func isSame(_ theirs: Course, _ mine: NaiveModel.Course) -> Bool {
        theirs.version.rawValue == mine.version && theirs.status == mine.status
            && theirs.instructor == mine.instructor && theirs.publishedAt == mine.publishedAt
            && theirs.title == mine.title && theirs.description == mine.description
            && theirs.category == mine.category && theirs.sourceID == mine.sourceID
    }

    private static func isSame(_ theirs: Term, _ mine: NaiveModel.Term, approved: Int, pending: Int) -> Bool {
        let taken = mine.admission == .approval ? approved + pending : approved
        return theirs.version.rawValue == mine.version && theirs.refusalsVersion.rawValue == mine.refusalsVersion
            && theirs.status == mine.status && theirs.capacity == mine.capacity && theirs.admission == mine.admission
            && theirs.enrolledCount == approved && theirs.pendingCount == pending && theirs.taken == taken
            && theirs.free == (taken > mine.capacity ? 0 : mine.capacity - taken) && theirs.dates == mine.dates
            && theirs.window == mine.window && theirs.course == mine.course && theirs.termNumber == mine.termNumber
            && theirs.sourceID == mine.sourceID
    }
}
