// A command that was decided and waits for its sync.

internal import Enrollment
internal import EventLog

/// A decided command whose answer is told when the disk has it.
public struct Submission: Sendable {
    let engine: EnrollmentEngine
    let envelope: CommandEnvelope
    let decision: EngineCore.Decision

    /// Waits until the answer is durable, and gives it.
    ///
    /// Cancelling the waiting task changes nothing: the command was decided. May be called again; the answer stays the
    /// same.
    ///
    /// - Throws: ``ExecutionError``.
    public func outcome() async throws(ExecutionError) -> Receipt {
        do { try await engine.log.waitUntilDurable(decision.through) } catch { throw .unavailable(EngineError(error)) }
        return try await answer()
    }

    /// The answer, which is durable by now.
    func answer() async throws(ExecutionError) -> Receipt {
        switch decision {
        case .accepted(let events, let position):
            return Receipt(commandID: envelope.id, position: position, events: events, isReplay: false)
        case .refused(let rejection, let refusal, let position):
            if case .versionConflict(let stream, let expected, let actual) = rejection {
                let since = try await engine.events(of: stream, after: expected, through: actual, before: position)
                throw .versionConflict(rejection, at: position, since: since)
            }
            throw .refused(rejection, at: position, refusal: refusal, isReplay: false)
        case .seenBefore(let position): return try await firstAnswer(at: position)
        }
    }

    /// What was answered when the command came for the first time.
    private func firstAnswer(at position: Position) async throws(ExecutionError) -> Receipt {
        let batch: RecordedBatch
        do {
            batch = try await engine.batches.batch(at: position, through: engine.durablePosition)
        } catch { throw .unavailable(error) }
        guard batch.command == envelope else { throw .commandIDReused(envelope.id, at: position) }
        let last = batch.events[batch.events.count - 1]
        if case .commandRefused(let refusal) = last.event {
            throw .refused(refusal.rejection, at: last.position, refusal: last, isReplay: true)
        }
        return Receipt(commandID: envelope.id, position: last.position, events: batch.events, isReplay: true)
    }
}
