// A log in memory that histories are written to by the true decider, and that projections and rebuilds read.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Synchronization

/// Recorded events, as source of a rebuild and as feed of a projection.
final class MemoryLog: EventSource, EventFeed {
    private struct State {
        var events: [RecordedEvent] = []
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let identity: LogIdentity
    private let state: Mutex<State>

    init(_ events: [RecordedEvent] = [], storeID: String = "5af3", epoch: Int64 = 1) {
        identity = LogIdentity(storeID: storeID, epoch: epoch)
        state = Mutex(State(events: events))
    }

    var events: [RecordedEvent] { state.withLock { $0.events } }
    var durablePosition: Position { Position(Int64(events.count)) }
    func lastPosition() -> Position { durablePosition }

    func append(_ events: [RecordedEvent]) {
        wake { $0.events += events }
    }

    /// Ends every feed once it has given everything.
    func close() {
        wake { $0.isClosed = true }
    }

    func forEach(from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool) throws {
        let events = events
        for place in stride(from: Int(first.rawValue) - 1, to: min(Int(last.rawValue), events.count), by: 1) {
            guard try body(events[place]) else { return }
        }
    }

    func nextEvents(after position: Position, limit: Int) async throws -> [RecordedEvent] {
        while true {
            let found: [RecordedEvent]? = state.withLock { state in
                let rest = state.events.dropFirst(Int(position.rawValue)).prefix(limit)
                return rest.isEmpty && !state.isClosed && !Task.isCancelled ? nil : Array(rest)
            }
            if let found { return found }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let mustWait = state.withLock { state in
                        guard state.events.count <= Int(position.rawValue), !state.isClosed, !Task.isCancelled else {
                            return false
                        }
                        state.waiting.append(continuation)
                        return true
                    }
                    if !mustWait { continuation.resume() }
                }
            } onCancel: {
                wake { _ in }
            }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Decides commands one after the other and keeps what the log would hold.
struct History {
    private(set) var state = EnrollmentState()
    private(set) var events: [RecordedEvent] = []
    /// The clock of the next command.
    var now = Timestamp.day(0)
    private var commands: UInt64 = 0

    var log: MemoryLog { MemoryLog(events) }

    /// Decides a command; what it became, or its recorded refusal, joins the history.
    mutating func execute(_ step: ModelStep) {
        let context = step.context
        now = max(now, context.now)
        var made: [Event]
        do throws(Rejection) {
            made = try state.decide(step.command, context)
        } catch {
            made = state.refusal(of: step.command, for: error).map { [$0] } ?? []
        }
        record(made, by: context.actor, effectiveAt: context.effectiveAt)
    }

    mutating func execute(_ commands: Command..., effectiveAt: Timestamp? = nil) {
        for command in commands {
            execute(ModelStep(command, CommandContext(actor: .system, now: now, effectiveAt: effectiveAt)))
        }
    }

    /// Records events as one batch, whether or not a decision could have made them.
    mutating func record(_ made: [Event], by actor: Actor = .system, effectiveAt: Timestamp? = nil) {
        commands += 1
        let time = EventTime(recordedAt: now, effectiveAt: effectiveAt)
        for (index, event) in made.enumerated() {
            state.evolve(event, at: time)
            events.append(recorded(event, time, by: actor, isBatchStart: index == 0))
        }
    }

    /// What the log would hold next, without becoming part of the history.
    func recorded(
        _ event: Event, _ time: EventTime, by actor: Actor = .system, isBatchStart: Bool = true
    ) -> RecordedEvent {
        RecordedEvent(
            position: Position(Int64(events.count) + 1), stream: event.stream, version: 1, time: time, actor: actor,
            commandID: CommandID(high: 0, low: commands), isBatchStart: isBatchStart, event: event)
    }

    /// Random commands that collide, until the log holds `count` events.
    static func random(seed: UInt64, events count: Int) -> History {
        var generator = CommandGenerator(seed: seed, sealsTexts: seed % 2 == 0)
        var history = History()
        while history.events.count < count { history.execute(generator.next(in: history.state)) }
        return history
    }

    /// A small world: an operator, `students` students, a course that is not published yet and its first term.
    static func world(students: Int = 3, capacity: Int = 2, admission: Admission = .approval) -> History {
        var history = History()
        history.execute(.registerUser(email: "op@example.org", name: "Op", role: .operator, sourceID: "op"))
        for number in 1...students {
            history.execute(.registerUser(email: "s\(number)@example.org", name: "S \(number)", role: .student))
        }
        history.execute(
            .createCourse(title: "Course", description: "About", category: "C", sourceID: "course"),
            .scheduleTerm(
                course: 1, termNumber: 1, dates: .days(100, 200), capacity: capacity, admission: admission,
                sourceID: "term"))
        return history
    }
}
