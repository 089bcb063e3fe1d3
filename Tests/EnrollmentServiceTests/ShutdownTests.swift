// How services end: gracefully, cancelled, or with the failure of what they run.

import CoreMetrics
import Dispatch
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentService
import EnrollmentTesting
import EventLog
import GRDB
import LogProofs
import ServiceLifecycle
import Testing

/// A projection that cannot apply anything.
private struct Stubborn: Projection {
    struct Refusal: Error {}
    let name = "stubborn"
    let version: Int64 = 1
    func recreateTables(in database: Database) throws {}
    func apply(_ event: RecordedEvent, in database: Database) throws { throw Refusal() }
}

/// Lets a gated projection through when the host shuts down, and not before.
private struct Opener: Service {
    let gate: DispatchSemaphore

    func run() async throws {
        // Signalled whatever ends the wait: the projection must not hang.
        defer { gate.signal() }
        try await gracefulShutdown()
    }
}

@Suite struct `A shutdown` {
    @Test func `acknowledges what was accepted, closes the log, and takes nothing more`() async throws {
        let disk = FaultyFileSystem(on: InMemoryFileSystem())
        let engine = try await memoryStore(disk)
        let host = Host()
        let service = host.service(engine)
        disk.hold("sync", ".log")
        let group = ServiceGroup(services: [service], logger: host.logger)
        let running = Task { try await group.run() }
        let accepted = (1...10).map { number in
            Task { try await service.execute(.createCourse(title: "Course \(number)"), by: .system) }
        }
        try await waitUntil { disk.isHolding && engine.lastPosition == 10 }
        await group.triggerGracefulShutdown()
        try await waitUntil { host.told.contains("engine closing") }
        // Closed to what comes now, while what it has is not durable yet.
        try await waitUntil { refuses(engine) }
        #expect(engine.durablePosition < 10)
        disk.release()
        var positions: Set<Position> = []
        for task in accepted { positions.insert(try await task.value.position) }
        try await running.value
        #expect(positions.count == 10 && engine.durablePosition >= 10)
        let error = await #expect(throws: ExecutionError.self) {
            try await service.execute(.createCourse(title: "Late"), by: .system)
        }
        #expect(error?.code == .storeUnavailable)
        // The lock was given back, and all ten are there.
        let again = try await EnrollmentEngine.open(at: "/store", options: engineOptions(disk))
        #expect(again.read { state in positions.allSatisfy { _ in state[CourseID(10)] != nil } })
        #expect(again.recovery.setAside.isEmpty)
        try await again.close()
    }

    @Test(arguments: [false, true])
    func `lets the tables catch up, in whichever order the services stand`(engineFirst: Bool) async throws {
        let host = Host()
        try await withTables { engine, tables in
            let service = host.service(engine)
            let projection = host.service(tables)
            let services: [any Service] = engineFirst ? [service, projection] : [projection, service]
            try await host.run(services) {
                try await service.prepareTerm(capacity: 500, users: 500)
                let applications = (1...500).map { (number: Int64) in
                    let user = UserID(number)
                    return CommandEnvelope(
                        id: .random(), actor: .user(user), command: .applyEnrollment(user: user, term: 1))
                }
                for result in await service.execute(contentsOf: applications) { _ = try result.get() }
            }
            #expect(tables.position == engine.durablePosition && tables.lag == 0)
            #expect(try tables.tables.term(1)?.enrolledCount == 500)
            // Nothing runs any more.
            try tables.close()
        }
    }

    @Test func `lets a projection catch up that was far behind when it came`() async throws {
        let host = Host()
        try await withTables { engine, _ in
            let service = host.service(engine)
            try await service.prepareTerm(capacity: 1, users: 300)
            let gate = DispatchSemaphore(value: 0)
            var options = ProjectionOptions()
            options.maximumEventsPerTransaction = 1
            let runner = try ProjectionRunner.open(
                Gated(gate: gate), in: try DatabaseQueue(), following: engine, options: options)
            let projection = ProjectionService(runner, name: "gated", logger: host.logger, metrics: host.metrics)
            try await host.run([service, projection, Opener(gate: gate)]) {
                #expect(runner.position == 0)
            }
            #expect(runner.position == engine.durablePosition && runner.lag == 0)
        }
    }

    @Test func `does not wait for a projection longer than the host allows`() async throws {
        var options = ServiceOptions()
        options.catchUpMilliseconds = 0
        let host = Host(options)
        try await withTables { engine, tables in
            let service = host.service(engine)
            try await service.prepareTerm(capacity: 1, users: 3)
            try await host.run([service, host.service(tables)]) {}
            #expect(tables.position <= engine.durablePosition)
            try tables.close()
        }
    }

    @Test func `by cancellation closes the log, too`() async throws {
        let disk = FaultyFileSystem(on: InMemoryFileSystem())
        let engine = try await memoryStore(disk)
        let service = Host().service(engine)
        let running = Task { try await service.run() }
        disk.hold("sync", ".log")
        let command = Task { try await service.execute(.createCourse(title: "T"), by: .system) }
        try await waitUntil { disk.isHolding }
        running.cancel()
        disk.release()
        #expect(try await command.value.position == 1)
        try await running.value
        let again = try await EnrollmentEngine.open(at: "/store", options: engineOptions(disk))
        #expect(again.lastPosition == 1)
        try await again.close()
    }

    @Test func `comes by itself when the log fails`() async throws {
        var options = ServiceOptions()
        options.samplingMilliseconds = 10
        let host = Host(options)
        let disk = InMemoryFileSystem()
        let engine = try await memoryStore(disk)
        let service = host.service(engine)
        let running = Task { try await service.run() }
        disk.fail(.sync, errno: 5, sticky: true)
        await #expect(throws: ExecutionError.self) {
            try await service.execute(.createCourse(title: "T"), by: .system)
        }
        let error = await #expect(throws: EngineError.self) { try await running.value }
        #expect(error?.code == .indeterminate && engine.failure?.code == .indeterminate)
        #expect(host.told.contains("error engine failed"))
    }

    @Test func `comes when a projection fails, with its place in the log`() async throws {
        let host = Host()
        try await withTables { engine, tables in
            let service = host.service(engine)
            try await service.prepareTerm(capacity: 1, users: 1)
            let runner = try ProjectionRunner.open(Stubborn(), in: try DatabaseQueue(), following: engine)
            let projection = ProjectionService(
                runner, name: "stubborn", logger: host.logger, metrics: host.metrics)
            let error = await #expect(throws: ReadModelError.self) {
                try await ServiceGroup(services: [service, projection], logger: host.logger).run()
            }
            #expect(error?.code == .poisonEvent && error?.position == 1)
            #expect(host.told.contains("error projection failed"))
            // The group has cancelled the engine, which is closed by now.
            #expect(refuses(engine))
        }
    }

    /// Whether an engine takes nothing more: it would answer with a submission that is a refusal, else.
    private func refuses(_ engine: EnrollmentEngine) -> Bool {
        let envelope = CommandEnvelope(id: .random(), actor: .system, command: .publishCourse(999))
        do { _ = try engine.submit(envelope) } catch { return error.code == .storeUnavailable }
        return false
    }
}
