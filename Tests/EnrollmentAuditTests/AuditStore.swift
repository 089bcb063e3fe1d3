// Stores in memory with a history that a test can count on, for audits of what was decided.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

/// A store on a disk of its own, to which commands are given one after the other.
final class AuditStore {
    static let path = "/store"
    let disk = InMemoryFileSystem()
    private let clock = ManualClock(.day(0))
    private var engine: EnrollmentEngine?

    /// An empty store.
    init() async throws {
        var options = EngineOptions()
        options.fileSystem = disk
        engine = try await EnrollmentEngine.create(
            at: Self.path, origin: "test", personalData: .plain, options: options, clock: clock)
    }

    /// A course of user 1, published on day 0, whose term 1 runs on the days 100 to 200; and students from user 2 on.
    static func furnished(
        capacity: Int, students: Int, admission: Admission = .approval
    ) async throws -> AuditStore {
        let store = try await AuditStore()
        try await store.give(.registerUser(email: "t@x.org", name: "T", role: .instructor))
        for number in 0..<students {
            try await store.give(.registerUser(email: "s\(number)@x.org", name: "S \(number)", role: .student))
        }
        try await store.give(.createCourse(title: "Logic", instructor: 1))
        try await store.give(.publishCourse(1))
        try await store.give(
            .scheduleTerm(
                course: 1, termNumber: 1, dates: .days(100, 200), capacity: capacity, admission: admission))
        return store
    }

    /// Gives a command, and tells where it was decided; a refusal is an answer like any other.
    @discardableResult
    func give(
        _ command: Command, by actor: Actor = .system, at time: Timestamp = .day(0), effectiveAt: Timestamp? = nil,
        expecting version: StreamVersion? = nil
    ) async throws -> Position {
        clock.set(time)
        let envelope = CommandEnvelope(
            id: .random(), actor: actor, command: command, effectiveAt: effectiveAt, expectedVersion: version)
        let engine = try #require(engine)
        do {
            return try await engine.execute(contentsOf: [envelope])[0].get().position
        } catch ExecutionError.refused(_, let position, _, _) {
            return position
        } catch ExecutionError.versionConflict(_, let position, _) {
            return position
        }
    }

    /// Random commands, most of which rules refuse.
    static func random(seed: UInt64, commands: Int) async throws -> AuditStore {
        let store = try await AuditStore()
        var generator = CommandGenerator(seed: seed)
        var state = EnrollmentState()
        for _ in 0..<commands {
            let step = generator.next(in: state)
            let context = step.context
            try await store.give(
                step.command, by: context.actor, at: context.now, effectiveAt: context.effectiveAt,
                expecting: context.expectedVersion)
            var events: [Event]
            do throws(Rejection) { events = try state.decide(step.command, context) } catch {
                events = state.refusal(of: step.command, for: error).map { [$0] } ?? []
            }
            for event in events {
                state.evolve(event, at: EventTime(recordedAt: context.now, effectiveAt: context.effectiveAt))
            }
        }
        return store
    }

    /// Writes decisions that nobody made, after which no more commands can be given.
    func plant(_ plant: (inout PlantedLog) throws -> Void) async throws {
        try await engine?.close()
        engine = nil
        var log = try PlantedLog(store: Self.path, fileSystem: disk)
        try plant(&log)
        try log.close()
    }

    /// What is durable, beside the engine that goes on.
    func beside() throws -> EventHistory { try EventHistory.open(at: Self.path, fileSystem: disk) }

    /// What is durable.
    func history() async throws -> EventHistory {
        try await engine?.close()
        engine = nil
        return try EventHistory.open(at: Self.path, fileSystem: disk)
    }
}

extension EventHistory {
    /// All events, in order.
    func events() throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var cursor = try cursor()
        while let event = try cursor.next() { events.append(event) }
        return events
    }
}
