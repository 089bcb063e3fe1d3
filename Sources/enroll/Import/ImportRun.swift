// Carries out a plan: step after step in its order, many in flight, each counted and reported when it is durable.

import Enrollment
import EnrollmentEngine

/// One run of a plan.
struct ImportRun<Target: ImportTarget> {
    /// Commands that wait for the disk at the same time; below what the engine lets wait.
    private static var mostInFlight: Int { 8192 }

    private let plan: ImportPlan
    private let stored: StoredSteps
    private let stopsOnRefusal: Bool
    private let report: ReportWriter
    private let shouldStop: () -> Bool
    private var target: Target
    private var summary = ImportSummary()
    private var inFlight: [(step: ImportStep, pending: PendingOutcome)] = []
    private var attempted: Set<Place> = []

    /// - Parameter shouldStop: asked before every step; what was submitted before is still waited for.
    init(
        _ plan: ImportPlan, on target: Target, stored: StoredSteps, stopsOnRefusal: Bool, report: ReportWriter,
        shouldStop: @escaping () -> Bool
    ) {
        self.plan = plan
        self.target = target
        self.stored = stored
        self.stopsOnRefusal = stopsOnRefusal
        self.report = report
        self.shouldStop = shouldStop
    }

    /// Gives the counts also where the engine fails: what was answered before is stored.
    ///
    /// - Throws: ``Failure`` where the report cannot be written.
    mutating func run(progress: (Int) -> Void) async throws -> ImportSummary {
        do { try await carryOut(progress) } catch let error as ExecutionError { summary.fail(error) }
        return summary
    }

    private mutating func carryOut(_ progress: (Int) -> Void) async throws {
        summary.count(plan)
        for line in plan.lines { try report.writeRejected(line) }
        let decidedBefore = plan.steps.lastIndex { $0.isInJournal && stored.contains($0) } ?? -1
        for (index, step) in plan.steps.enumerated() {
            guard !shouldStop() else {
                summary.end = .interrupted
                break
            }
            if let place = step.request.application { attempted.insert(place) }
            let refusedBefore = summary.refusedCount
            if stored.contains(step) {
                inFlight.append((step, .known(.replayed(stored.rejection(of: step)))))
            } else if step.isInJournal && index < decidedBefore {
                inFlight.append((step, .known(.skipped(.notDecidedAgain))))
            } else {
                inFlight.append((step, try await decide(step)))
            }
            if stopsOnRefusal || inFlight.count == Self.mostInFlight { try await settle() }
            if stopsOnRefusal && summary.refusedCount > refusedBefore {
                summary.end = .stoppedOnRefusal
                break
            }
            if index % 512 == 0 { progress(index) }
        }
        try await settle()
    }

    /// Resolves a step in the state that all steps before it made, and gives its command.
    private mutating func decide(_ step: ImportStep) async throws -> PendingOutcome {
        let (request, attempted, target) = (step.request, attempted, target)
        switch target.read({ request.resolved(in: $0, attempted: attempted, address: target.address) }) {
        case .present: return .known(.present)
        case .applicationRefused: return .known(.skipped(.applicationRefused))
        case .unknown(let code, let observed): return .known(.unknown(code, observed))
        case .command(let command):
            guard let actor = actor(of: step) else {
                return .known(.unknown(.unauthorized, "no user has the source id \((step.actor ?? "").shortened())"))
            }
            return try await submit(
                CommandEnvelope(id: step.id, actor: actor, command: command, effectiveAt: step.effectiveAt))
        }
    }

    private func actor(of step: ImportStep) -> Actor? {
        guard let sourceID = step.actor else { return .system }
        return target.read { $0.user(sourceID: sourceID) }.map(Actor.user)
    }

    private mutating func submit(_ envelope: CommandEnvelope) async throws -> PendingOutcome {
        while true {
            do throws(ExecutionError) {
                return try target.submit(envelope)
            } catch {
                let isFull = if case .overloaded = error { !inFlight.isEmpty } else { false }
                // Also where the engine failed: what was submitted before knows the first cause.
                try await settle()
                if !isFull { throw error }
            }
        }
    }

    /// Waits until everything so far is durable, and counts and reports it in its order.
    private mutating func settle() async throws {
        for (step, pending) in inFlight {
            let outcome = try await pending.outcome()
            summary.count(outcome, of: step.request)
            switch outcome {
            case .accepted, .present, .replayed(nil): break
            case .refused(let rejection), .replayed(let rejection?):
                try report.writeRejected(ReportLine(step, rejection))
            case .unknown(let code, let observed): try report.writeRejected(ReportLine(step, code.name, observed))
            case .skipped(let reason):
                try report.writeFollowing(ReportLine(step, reason.rawValue, reason.explanation))
            }
        }
        inFlight.removeAll(keepingCapacity: true)
    }
}
