// Where the steps of an import go: to the engine, or for a dry run to a copy of the state that is thrown away.

import Enrollment
import EnrollmentEngine

/// What became of a step.
enum StepOutcome: Sendable {
    case accepted(events: Int)
    case refused(Rejection)
    /// Refused by the importer itself: there is nothing that a command could name.
    case unknown(RejectionCode, String)
    /// Stored by an earlier run; with the rejection of that time, if it was refused.
    case replayed(Rejection?)
    case present
    case skipped(SkipReason)
}

/// A decided step whose outcome may still wait for the disk.
enum PendingOutcome: Sendable {
    case known(StepOutcome)
    case submitted(Submission)

    /// - Throws: ``ExecutionError`` where the engine cannot say yes or no.
    func outcome() async throws -> StepOutcome {
        switch self {
        case .known(let outcome): return outcome
        case .submitted(let submission):
            do {
                let receipt = try await submission.outcome()
                return receipt.isReplay ? .replayed(nil) : .accepted(events: receipt.events.count)
            } catch ExecutionError.refused(let rejection, _, _, let isReplay) {
                return isReplay ? .replayed(rejection) : .refused(rejection)
            }
        }
    }
}

/// Decides commands in the order in which they are given.
protocol ImportTarget {
    /// Looks at the state after all that was submitted.
    func read<Value: Sendable>(_ body: (borrowing EnrollmentState) -> Value) -> Value

    /// An address as the state knows it: its digest, where the store seals.
    func address(_ text: String) -> PersonalText

    /// - Throws: `overloaded` where it must wait for what was submitted before, and `unavailable`.
    mutating func submit(_ envelope: CommandEnvelope) throws(ExecutionError) -> PendingOutcome
}

/// The engine: what is decided is stored.
struct EngineTarget: ImportTarget {
    let engine: EnrollmentEngine

    func read<Value: Sendable>(_ body: (borrowing EnrollmentState) -> Value) -> Value {
        engine.read { body($0) }
    }

    func address(_ text: String) -> PersonalText { engine.personalData?.address(text) ?? .plain(text) }

    func submit(_ envelope: CommandEnvelope) throws(ExecutionError) -> PendingOutcome {
        .submitted(try engine.submit(envelope))
    }
}

/// The same rules on a copy of the state: nothing is stored.
struct DryRunTarget: ImportTarget {
    private var state: EnrollmentState
    private var now: Timestamp
    private let clock: any EngineClock
    /// Nil where the store seals nothing.
    private let personalData: PersonalData?

    init(
        state: EnrollmentState, lastRecordedAt: Timestamp, personalData: PersonalData?, clock: any EngineClock
    ) {
        self.state = state
        self.personalData = personalData
        now = lastRecordedAt
        self.clock = clock
    }

    func read<Value: Sendable>(_ body: (borrowing EnrollmentState) -> Value) -> Value { body(state) }

    func address(_ text: String) -> PersonalText { personalData?.address(text) ?? .plain(text) }

    mutating func submit(_ envelope: CommandEnvelope) throws(ExecutionError) -> PendingOutcome {
        now = max(now, clock.now())
        let context = CommandContext(
            actor: envelope.actor, now: now, effectiveAt: envelope.effectiveAt,
            expectedVersion: envelope.expectedVersion)
        let time = EventTime(recordedAt: now, effectiveAt: envelope.effectiveAt)
        do throws(Rejection) {
            let command = personalData?.emptied(envelope.command) ?? envelope.command
            let events = try state.decide(command, context)
            for event in events { state.evolve(event, at: time) }
            return .known(.accepted(events: events.count))
        } catch {
            if let refusal = state.refusal(of: envelope.command, for: error) { state.evolve(refusal, at: time) }
            return .known(.refused(error))
        }
    }
}
