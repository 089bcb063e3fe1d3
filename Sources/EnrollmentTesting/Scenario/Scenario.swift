// Rules as examples: given what happened, when a command comes, then these events or this refusal.

public import Enrollment
public import Testing

/// An example of a rule, run against the true decider.
///
/// ```swift
/// Scenario()
///     .given(.registerUser(email: "kim@example.kr", name: "Kim", role: .student))
///     .when(.suspendUser(1))
///     .then(.userSuspended(1, reason: nil))
/// ```
///
/// Steps may go on: each `when` starts from what the steps before it left. Failures are recorded as issues of the
/// running test, at the line of the step. After every step the invariants must hold.
public struct Scenario: Sendable {
    /// The state that was reached.
    public private(set) var state = EnrollmentState()
    /// The clock of the next step; `at:` sets it.
    public private(set) var now: Timestamp
    private var outcome: Result<[Event], Rejection>?
    private var refusal: Event?

    /// Makes a scenario that begins with an empty state at an instant.
    public init(now: Timestamp = .day(0)) { self.now = now }

    /// The same, with the clock set.
    public func at(_ time: Timestamp) -> Scenario { advanced(to: time) }

    /// Facts that are simply true, whether or not a command could have made them.
    public func given(_ events: Event..., at time: Timestamp? = nil) -> Scenario {
        var next = advanced(to: time)
        for event in events { next.state.evolve(event, at: EventTime(recordedAt: next.now)) }
        return next
    }

    /// Commands that must be accepted on the way to the example.
    public func given(
        _ commands: Command..., by actor: Actor = .system, at time: Timestamp? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Scenario {
        commands.reduce(advanced(to: time)) { scenario, command in
            let next = scenario.when(command, by: actor, sourceLocation: sourceLocation)
            if case .failure(let rejection) = next.outcome {
                Issue.record("given \(command): refused with \(rejection)", sourceLocation: sourceLocation)
            }
            return next
        }
    }

    /// The command that the example is about.
    ///
    /// Its events, or its recorded refusal, become part of the state.
    public func when(
        _ command: Command, by actor: Actor = .system, at time: Timestamp? = nil, effectiveAt: Timestamp? = nil,
        expectedVersion: StreamVersion? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Scenario {
        var next = advanced(to: time)
        let context = CommandContext(
            actor: actor, now: next.now, effectiveAt: effectiveAt, expectedVersion: expectedVersion)
        let eventTime = EventTime(recordedAt: next.now, effectiveAt: effectiveAt)
        do throws(Rejection) {
            let events = try state.decide(command, context)
            next.outcome = .success(events)
            next.refusal = nil
            for event in events { next.state.evolve(event, at: eventTime) }
        } catch {
            next.outcome = .failure(error)
            next.refusal = state.refusal(of: command, for: error)
            if let refusal = next.refusal { next.state.evolve(refusal, at: eventTime) }
        }
        for finding in next.state.checkInvariants() {
            Issue.record("invariant: \(finding)", sourceLocation: sourceLocation)
        }
        return next
    }

    private func advanced(to time: Timestamp?) -> Scenario {
        var next = self
        if let time { next.now = time }
        return next
    }
}

extension Scenario {
    /// The command became exactly these events, in this order; none means that it changed nothing.
    @discardableResult
    public func then(_ expected: Event..., sourceLocation: SourceLocation = #_sourceLocation) -> Scenario {
        switch outcome {
        case .success(let events):
            if events != expected {
                Issue.record("expected \(expected), got \(events)", sourceLocation: sourceLocation)
            }
        case .failure(let rejection):
            Issue.record("expected \(expected), refused with \(rejection)", sourceLocation: sourceLocation)
        case nil:
            Issue.record("then without when", sourceLocation: sourceLocation)
        }
        return self
    }

    /// The command changed nothing, and is accepted all the same.
    @discardableResult
    public func thenNothing(sourceLocation: SourceLocation = #_sourceLocation) -> Scenario {
        then(sourceLocation: sourceLocation)
    }

    /// The command was refused for this reason, with these ids and values.
    @discardableResult
    public func thenRefused(
        _ expected: Rejection, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Scenario {
        switch outcome {
        case .success(let events):
            Issue.record("expected \(expected), got \(events)", sourceLocation: sourceLocation)
        case .failure(let rejection):
            if rejection != expected {
                Issue.record("expected \(expected), refused with \(rejection)", sourceLocation: sourceLocation)
            }
        case nil:
            Issue.record("thenRefused without when", sourceLocation: sourceLocation)
        }
        return self
    }

    /// The refusal appears in the history like this; nil means that it leaves no trace.
    @discardableResult
    public func thenRecorded(
        _ expected: Refusal?, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Scenario {
        if refusal != expected.map({ .commandRefused($0) }) {
            Issue.record(
                "expected \(expected.map { "\($0)" } ?? "no record"), got \(refusal.map { "\($0)" } ?? "none")",
                sourceLocation: sourceLocation)
        }
        return self
    }
}
