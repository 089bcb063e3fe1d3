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
        return try await engine.answer(to: envelope, decision)
    }
}

extension EnrollmentEngine {
    /// What was decided about a command, which is durable by now, as its caller is told; nil where the log must be
    /// asked first.
    ///
    /// Nearly all answers are such, and one that suspends nobody costs a tenth of one that might.
    func immediateAnswer(
        to envelope: CommandEnvelope, _ decision: EngineCore.Decision
    ) throws(ExecutionError) -> Receipt? {
        switch decision {
        case .accepted(let events, let position):
            return Receipt(
                commandID: envelope.id, position: position, events: try answered(events, to: envelope),
                isReplay: false)
        case .refused(.versionConflict, _, _), .seenBefore, .keyNotAtHand: return nil
        case .refused(let rejection, let recorded, let position):
            throw .refused(rejection, at: position, refusal: recorded.first, isReplay: false)
        }
    }

    /// The same, with a look into the log for retries, and for the events since in a conflict of versions.
    func answer(to envelope: CommandEnvelope, _ decision: EngineCore.Decision) async throws(ExecutionError) -> Receipt {
        if let receipt = try immediateAnswer(to: envelope, decision) { return receipt }
        if case .seenBefore(let position) = decision { return try await firstAnswer(to: envelope, at: position) }
        guard case .refused(.versionConflict(let stream, let expected, let actual), _, let position) = decision else {
            preconditionFailure("every other answer is immediate")
        }
        let since = try await events(of: stream, after: expected, through: actual, before: position)
        throw .versionConflict(
            .versionConflict(stream, expected: expected, actual: actual), at: position, since: since)
    }

    /// What was answered when the command came for the first time.
    private func firstAnswer(
        to envelope: CommandEnvelope, at position: Position
    ) async throws(ExecutionError) -> Receipt {
        let batch: RecordedBatch
        do {
            batch = try await batches.batch(at: position, through: durablePosition)
        } catch { throw .unavailable(error) }
        guard try isSame(batch.command, as: envelope) else { throw .commandIDReused(envelope.id, at: position) }
        let last = batch.events[batch.events.count - 1]
        if case .commandRefused(let refusal) = last.event {
            throw .refused(refusal.rejection, at: last.position, refusal: last, isReplay: true)
        }
        return Receipt(
            commandID: envelope.id, position: last.position, events: try opened(batch.events), isReplay: true)
    }

    private func answered(
        _ events: [RecordedEvent], to envelope: CommandEnvelope
    ) throws(ExecutionError) -> [RecordedEvent] {
        guard let personalData else { return events }
        do throws(EngineError) {
            return try personalData.answered(events, to: envelope.command)
        } catch { throw .unavailable(error) }
    }

    private func opened(_ events: [RecordedEvent]) throws(ExecutionError) -> [RecordedEvent] {
        guard let personalData else { return events }
        do throws(EngineError) { return try personalData.opened(events) } catch { throw .unavailable(error) }
    }

    private func isSame(
        _ recorded: CommandEnvelope, as given: CommandEnvelope
    ) throws(ExecutionError) -> Bool {
        guard let personalData else { return recorded == given }
        do throws(EngineError) {
            return try personalData.isSame(recorded, as: given)
        } catch { throw .unavailable(error) }
    }
}
