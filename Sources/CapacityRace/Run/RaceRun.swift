// The race itself: clients that take visits as they come, and write down what they were told.

internal import Enrollment
public import EnrollmentEngine
internal import EventLog

/// Runs the visits of a plan on an open engine.
///
/// What is half done in the history, by a process that was killed, is taken up where it stands: an operation that was
/// asked and not answered is asked again under its own id, by most clients; one in eight goes away instead.
public struct RaceRun: Sendable {
    /// One client in so many does not ask again after a crash.
    private static let abandonment = 8

    let engine: EnrollmentEngine
    let history: HistoryFile
    var workload: Workload { history.workload }

    /// Makes a run that calls an engine and writes down what it is told.
    public init(on engine: EnrollmentEngine, writing history: HistoryFile) {
        self.engine = engine
        self.history = history
    }

    /// Runs until every visit is done, or the time is over.
    ///
    /// - Throws: the first failure of the engine; operations without an answer stay as they are.
    public func run() async throws {
        let parameters = workload.parameters
        let start = history.startTime()
        let unfinished = (0..<history.begun).filter { nextStep(of: $0) != nil }
        let pacer = Pacer(history, unfinished: unfinished, start: start, deadline: deadline(from: start))
        defer { pacer.stop() }
        try await withThrowingTaskGroup { group in
            for client in 0..<parameters.clients {
                group.addTask {
                    while let arrival = await pacer.next() { try await visit(arrival, client: client) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func deadline(from start: Int64) -> Int64 {
        workload.parameters.seconds.map { start + Int64($0) * 1_000_000_000 } ?? .max
    }

    private func visit(_ arrival: Pacer.Arrival, client: Int) async throws {
        var intended = arrival.intended
        while let step = nextStep(of: arrival.visit) {
            try await take(step, client: client, intended: intended)
            // What follows an answer begins when that came.
            intended = nil
        }
    }

    // What comes next.

    struct Step {
        let slot: Int
        let kind: Operation.Kind
        /// The enrollment that it is about.
        var enrollment: Int64 = 0
    }

    /// The first step of a visit that is not done, or nil where all are: it follows from the history alone.
    func nextStep(of visit: Int) -> Step? {
        switch workload.visits[visit].kind {
        case .reading: return open(Step(slot: visit, kind: .read))
        case .capacity: return open(Step(slot: visit, kind: .changeCapacity))
        case .application: break
        }
        func slot(_ step: Int) -> Int { step * workload.visitCount + visit }
        let mix = workload.parameters.mix
        if let step = open(Step(slot: slot(0), kind: .apply)) { return step }
        guard let enrollment = accepted(slot(0)) else { return nil }
        if workload.happens(mix.approve, to: visit, step: 1) {
            if let step = open(Step(slot: slot(1), kind: .approve, enrollment: enrollment)) { return step }
            guard accepted(slot(1)) != nil else { return nil }
        }
        guard workload.happens(mix.cancel, to: visit, step: 2) else { return nil }
        if let step = open(Step(slot: slot(2), kind: .cancel, enrollment: enrollment)) { return step }
        guard accepted(slot(2)) != nil, workload.happens(50, to: visit, step: 3) else { return nil }
        return open(Step(slot: slot(3), kind: .apply))
    }

    private func open(_ step: Step) -> Step? {
        let stage = history.stage(step.slot)
        return stage == .blank || stage == .asked ? step : nil
    }

    private func accepted(_ slot: Int) -> Int64? {
        guard let operation = history.operation(slot), operation.outcome == .accepted else { return nil }
        return operation.enrollment
    }

    // Doing it.

    private func take(_ step: Step, client: Int, intended: Int64?) async throws {
        let visit = workload.visits[step.slot % workload.visitCount]
        if history.stage(step.slot) == .asked && step.kind != .read {
            if workload.commandID(ofSlot: step.slot).low % UInt64(Self.abandonment) == 5 {
                return history.setStage(step.slot, .abandoned)
            }
        } else {
            history.ask(
                step.slot, step.kind, client: client, intended: intended, enrollment: step.enrollment,
                capacity: visit.capacity)
        }
        guard var operation = history.operation(step.slot) else { return }
        if step.kind == .read {
            try await read(visit.term, &operation)
        } else {
            try await execute(command(step, visit), by: actor(step, visit), slot: step.slot, &operation)
        }
        operation.end = monotonicNanoseconds()
        history.answer(step.slot, operation)
    }

    private func command(_ step: Step, _ visit: Workload.Visit) -> Command {
        let enrollment = EnrollmentID(step.enrollment)
        switch step.kind {
        case .apply, .read: return .applyEnrollment(user: UserID(Int64(visit.user)), term: TermID(Int64(visit.term)))
        case .approve: return .approveEnrollment(enrollment)
        case .cancel: return .cancelEnrollment(enrollment)
        case .changeCapacity: return .changeTermCapacity(TermID(Int64(visit.term)), to: Int(visit.capacity))
        }
    }

    private func actor(_ step: Step, _ visit: Workload.Visit) -> Actor {
        step.kind == .apply || step.kind == .cancel ? .user(UserID(Int64(visit.user))) : .system
    }

    private func execute(
        _ command: Command, by actor: Actor, slot: Int, _ operation: inout Operation
    ) async throws(ExecutionError) {
        do throws(ExecutionError) {
            let receipt = try await engine.execute(command, id: workload.commandID(ofSlot: slot), by: actor)
            operation.outcome = .accepted
            operation.position = receipt.position.rawValue
            operation.isRecorded = !receipt.events.isEmpty
            operation.isReplay = receipt.isReplay
            if case .enrollmentApplied(let id, _, _, _)? = receipt.events.first?.event {
                operation.enrollment = id.rawValue
            }
        } catch {
            guard case .refused(let rejection, let position, let refusal, let isReplay) = error else {
                // Nothing was executed: it was never asked.
                if case .cancelled = error { history.setStage(slot, .blank) }
                throw error
            }
            operation.outcome = .refused
            operation.code = rejection.code
            operation.position = position.rawValue
            operation.isRecorded = refusal != nil
            operation.isReplay = isReplay
            operation.note(rejection)
        }
    }

    /// Reads a term's seats; answered when everything that it saw is durable.
    private func read(_ term: Int32, _ operation: inout Operation) async throws(ExecutionError) {
        let id = TermID(Int64(term))
        let seen = engine.read { state in state[id].map { ($0.taken, $0.capacity, $0.version.rawValue) } }
        guard let seen else { return }
        // Changes nothing, and so is answered once everything before it is durable.
        _ = try await engine.execute(.setEnrollmentWindow(id, window: nil), by: .system)
        operation.outcome = .accepted
        operation.taken = Int32(clamping: seen.0)
        operation.capacity = Int32(clamping: seen.1)
        operation.version = seen.2
    }
}

extension Operation {
    /// Takes over the numbers that a refusal rests on.
    mutating func note(_ rejection: Rejection) {
        switch rejection {
        case .termFull(_, let capacity, let taken):
            self.capacity = Int32(clamping: capacity)
            self.taken = Int32(clamping: taken)
        case .capacityBelowEnrolled(_, let requested, let taken):
            capacity = Int32(clamping: requested)
            self.taken = Int32(clamping: taken)
        default: break
        }
    }
}
