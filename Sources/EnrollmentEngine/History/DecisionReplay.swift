// Every recorded command decided again: whether each seat was given to whom the rules say.

public import EventLog

public import Enrollment

/// A recorded command about which the rules say something else than the log.
public struct DecisionDifference: Sendable {
    /// What the rules say in the state before the command.
    public enum Ruling: Hashable, Sendable {
        /// These events; none where nothing would have changed.
        case events([Event])
        /// No, and what of it is recorded: nothing for commands that are not about an enrollment.
        case refused(Rejection, recorded: Event?)
        /// Nothing at all, since the same id was recorded before.
        case seenBefore(at: Position)
    }

    /// The position of the command's first event.
    public let position: Position
    /// The command that was decided again.
    public let command: CommandEnvelope
    /// What the log has.
    public let recorded: [Event]
    /// What the rules say about it.
    public let ruling: Ruling
}

/// What a replay of decisions went through.
public struct DecisionReport: Hashable, Sendable {
    /// Commands that left events.
    public var commands = 0
    /// Those of them whose event is a refusal.
    public var refusals = 0
    /// How many events the commands left.
    public var events = 0
    /// Commands about which the rules say something else.
    public var differences = 0
    /// The last event that was read.
    public var position = Position.zero
}

extension EventHistory {
    /// Decides every recorded command again, each in the state that the events before it make.
    ///
    /// What the log has is what goes on, right or wrong: so one wrong decision is one difference, and not also everyone
    /// behind it. A command that left no events (it changed nothing, or its refusal was not recorded) is not in the
    /// log, and so not judged.
    ///
    /// - Parameters:
    ///   - last: the last position to judge; the last durable one where none is given. A command that goes on behind
    ///     it is left out.
    ///   - progress: called now and then with the position that was reached.
    ///   - found: called with each difference, in the order of the log.
    /// - Throws: `damaged` where the log cannot be read, or tells of what cannot follow on what was before;
    ///   whatever a closure throws.
    /// - Complexity: O(*n*) in the events; memory for the state and the ids of all commands.
    public func replayDecisions(
        through last: Position? = nil, progress: (Position) throws -> Void = { _ in },
        found: (DecisionDifference) throws -> Void
    ) throws -> DecisionReport {
        var judge = DecisionJudge()
        var cursor = try cursor(through: last)
        var batch: [RecordedEvent] = []
        var command: CommandEnvelope?
        func finishBatch() throws {
            guard let finished = command else { return }
            if let difference = try judge.judge(finished, batch) { try found(difference) }
            if judge.report.commands % 4096 == 0 { try progress(judge.report.position) }
        }
        while let (event, explicit) = try cursor.nextWithCommand() {
            if event.isBatchStart {
                try finishBatch()
                batch.removeAll(keepingCapacity: true)
                command = CommandEnvelope(of: event, explicit)
            }
            batch.append(event)
        }
        try finishBatch()
        return judge.report
    }
}

/// The state before each command, and what became of the judging.
private struct DecisionJudge {
    private(set) var report = DecisionReport()
    private var state = EnrollmentState()
    private var remembered = RememberedCommands()

    mutating func judge(
        _ command: CommandEnvelope, _ batch: [RecordedEvent]
    ) throws(EngineError) -> DecisionDifference? {
        let recorded = batch.map(\.event)
        let ruling =
            remembered.position(of: command.id).map { .seenBefore(at: $0) }
            ?? state.ruling(on: command, before: batch[0].position, at: batch[0].time.recordedAt)
        for event in batch { try evolve(event) }
        remembered.remember(command.id, at: batch[0].position)
        report.commands += 1
        report.events += batch.count
        report.position = batch[batch.count - 1].position
        if case .commandRefused = recorded[0] { report.refusals += 1 }
        if ruling.events == recorded { return nil }
        report.differences += 1
        return DecisionDifference(
            position: batch[0].position, command: command, recorded: recorded, ruling: ruling)
    }

    private mutating func evolve(_ event: RecordedEvent) throws(EngineError) {
        guard state.canEvolve(event.event) else {
            throw EngineError(
                .damaged,
                "The \(event.event.type.name) at position \(event.position) cannot follow what happened before it: "
                    + "no decision behind it can be judged.")
        }
        state.evolve(event.event, at: event.time)
    }
}

extension EventHistory {
    /// Within how many recorded commands an id that comes again means the same command.
    package static var rememberedCommands: Int { RememberedCommands.window }
}

extension EnrollmentState {
    /// What the rules say about a command in this state, its id aside, where its first event would get that position.
    package func ruling(
        on command: CommandEnvelope, before position: Position, at time: Timestamp
    ) -> DecisionDifference.Ruling {
        let context = CommandContext(
            actor: command.actor, now: time, effectiveAt: command.effectiveAt,
            expectedVersion: command.expectedVersion, lastPosition: position.rawValue - 1)
        do throws(Rejection) {
            return .events(try decide(command.command, context))
        } catch {
            return .refused(error, recorded: refusal(of: command.command, for: error))
        }
    }
}

extension DecisionDifference.Ruling {
    /// What the log would have by the rules.
    public var events: [Event] {
        switch self {
        case .events(let events): events
        case .refused(_, let event): event.map { [$0] } ?? []
        case .seenBefore: []
        }
    }
}

extension DecisionDifference: CustomStringConvertible {
    public var description: String {
        let what = "position \(position), command \(command.id): recorded \(names(recorded)); the rules say "
        if case .events(let events) = ruling, !events.isEmpty, names(events) == names(recorded) {
            return what + "the same with other contents: \(events), and not \(recorded)"
        }
        return what + ruling.summary
    }
}

extension DecisionDifference.Ruling {
    /// The ruling in a few words: the events by name, or the code with what it saw.
    public var summary: String {
        switch self {
        case .events([]): return "that nothing changes"
        case .events(let events): return names(events)
        case .refused(let rejection, _):
            let seen = rejection.observed.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
            return rejection.code.name + (seen.isEmpty ? "" : " (\(seen))")
        case .seenBefore(let first): return "nothing, since position \(first) has the same command id"
        }
    }
}

private func names(_ events: [Event]) -> String { events.map(\.type.name).joined(separator: ", ") }
