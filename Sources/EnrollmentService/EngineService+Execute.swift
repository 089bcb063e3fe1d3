// Commands by way of the service: counted, timed, logged by kind, id and outcome, and a span around each call.

internal import Logging
internal import Tracing

public import Enrollment
public import EnrollmentEngine
public import EventLog

extension EngineService {
    /// Executes one command as the engine does, and tells how it went: metrics, a line at `debug`, and the span
    /// `enrollment.execute` where the host has bootstrapped a tracer.
    ///
    /// Neither holds who gives the command nor anything that it says: its id leads to both.
    ///
    /// - Throws: `ExecutionError`, as the engine.
    public func execute(
        _ command: Command, id: CommandID = .random(), by actor: Actor, effectiveAt: Timestamp? = nil,
        expectedVersion: StreamVersion? = nil
    ) async throws(ExecutionError) -> Receipt {
        let start = ContinuousClock.now
        let result = await withSpan("enrollment.execute") { span in
            let result: Result<Receipt, ExecutionError>
            do throws(ExecutionError) {
                result = .success(
                    try await engine.execute(
                        command, id: id, by: actor, effectiveAt: effectiveAt, expectedVersion: expectedVersion))
            } catch { result = .failure(error) }
            tell(command.kind, id, result, on: span)
            return result
        }
        metrics.record(ContinuousClock.now - start)
        return try result.get()
    }

    /// Executes many commands as the engine does, in order, and tells how each went.
    ///
    /// They share one span, with the attribute `enrollment.commands`, and are timed as one call.
    public func execute(contentsOf envelopes: [CommandEnvelope]) async -> [Result<Receipt, ExecutionError>] {
        let start = ContinuousClock.now
        let results = await withSpan("enrollment.execute") { span in
            span.attributes["enrollment.commands"] = envelopes.count
            let results = await engine.execute(contentsOf: envelopes)
            for (envelope, result) in zip(envelopes, results) { tell(envelope.command.kind, envelope.id, result) }
            return results
        }
        metrics.record(ContinuousClock.now - start)
        return results
    }

    private func tell(
        _ kind: CommandKind, _ id: CommandID, _ result: Result<Receipt, ExecutionError>, on span: (any Span)? = nil
    ) {
        let (outcome, refusal, position) = Self.summary(of: result)
        metrics.count(kind, outcome, refusal)
        logger.debug(
            "command",
            metadata: [
                "command": "\(kind.name)", "command_id": "\(id)", "outcome": "\(outcome.rawValue)",
                "code": refusal.map { "\($0.name)" }, "position": position.map { "\($0)" },
            ].compactMapValues { $0 })
        guard let span, span.isRecording else { return }
        span.attributes["enrollment.command"] = kind.name
        span.attributes["enrollment.command_id"] = "\(id)"
        span.attributes["enrollment.outcome"] = outcome.rawValue
        if let refusal { span.attributes["enrollment.code"] = refusal.name }
        if let position { span.attributes["enrollment.position"] = position.rawValue }
        if outcome == .failed { span.setStatus(SpanStatus(code: .error)) }
    }

    private static func summary(
        of result: Result<Receipt, ExecutionError>
    ) -> (EngineMetrics.Outcome, RejectionCode?, Position?) {
        switch result {
        case .success(let receipt): (receipt.isReplay ? .repeated : .accepted, nil, receipt.position)
        case .failure(.refused(let rejection, let position, _, let isReplay)):
            isReplay ? (.repeated, nil, position) : (.refused, rejection.code, position)
        case .failure(.versionConflict(let rejection, let position, _)): (.refused, rejection.code, position)
        case .failure(.commandIDReused(_, let position)): (.refused, .commandIDReused, position)
        case .failure(.overloaded), .failure(.cancelled), .failure(.unavailable): (.failed, nil, nil)
        }
    }
}
