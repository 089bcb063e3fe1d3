// What is counted, under which names, and in which units.

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
import MetricsTestKit
import Testing

@Suite struct `Metrics` {
    @Test func `count commands by kind and outcome, and refusals by code`() async throws {
        let host = Host()
        let engine = try await memoryStore()
        let service = host.service(engine)
        try await service.prepareTerm(capacity: 1, users: 2)
        let id = CommandID.random()
        _ = try await service.apply(1, id: id)
        _ = try await service.apply(1, id: id)
        for _ in 1...2 { await #expect(throws: ExecutionError.self) { try await service.apply(2) } }
        await #expect(throws: ExecutionError.self) {
            try await service.execute(.createCourse(title: "Other"), id: id, by: .system)
        }
        try await engine.close()
        await #expect(throws: ExecutionError.self) { try await service.apply(2) }

        func applications(_ outcome: String) throws -> Int64 {
            try host.metrics.expectCounter(
                "enrollment.commands", [("command", "ApplyEnrollment"), ("outcome", outcome)]
            ).totalValue
        }
        #expect(try applications("accepted") == 1)
        #expect(try applications("repeated") == 1)
        #expect(try applications("refused") == 2)
        #expect(try applications("failed") == 1)
        func refusals(_ code: String) throws -> Int64 {
            try host.metrics.expectCounter("enrollment.refusals", [("code", code)]).totalValue
        }
        #expect(try refusals("TERM_FULL") == 2)
        #expect(try refusals("COMMAND_ID_REUSED") == 1)
        #expect(try refusals("STORE_UNAVAILABLE") == 0)
        #expect(host.metrics.counterTotal(label: "enrollment.refusals") == 3)
        #expect(try host.metrics.expectTimer("enrollment.command.duration").values.count == 11)
    }

    @Test func `count the commands and the time of each group that shared a sync`() async throws {
        let host = Host()
        let disk = FaultyFileSystem(on: InMemoryFileSystem())
        let engine = try await memoryStore(disk)
        let service = host.service(engine)
        // The first of a segment has a sync more, of the file's header.
        _ = try await service.execute(.createCourse(title: "First"), by: .system)
        disk.hold("sync", ".log")
        let held = Task { try await service.execute(.createCourse(title: "Held"), by: .system) }
        try await waitUntil { disk.isHolding }
        let many = Task {
            await service.execute(
                contentsOf: (1...20).map {
                    CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "\($0)"))
                })
        }
        try await waitUntil { engine.lastPosition == 22 }
        // The sync is held for so long that its time can be told from any other.
        try await Task.sleep(for: .milliseconds(50))
        disk.release()
        _ = try await held.value
        _ = await many.value
        try await engine.close()
        #expect(try host.metrics.expectRecorder("enrollment.group.commands").values == [1, 1, 20])
        let syncs = try host.metrics.expectTimer("enrollment.sync.duration").values
        #expect(syncs.count == 3 && syncs[1] > 50_000_000 && syncs[1] < 600_000_000_000)
        #expect(host.metrics.counterTotal(label: "enrollment.commands") == 22)
    }

    @Test func `show how many events wait for the disk`() async throws {
        var options = ServiceOptions()
        options.samplingMilliseconds = 10
        let host = Host(options)
        let disk = FaultyFileSystem(on: InMemoryFileSystem())
        let engine = try await memoryStore(disk)
        let service = host.service(engine)
        let waiting = { @Sendable in try host.metrics.expectMeter("enrollment.queue.events").lastValue }
        try await host.run([service]) {
            try await waitUntil { (try? waiting()) == 0 }
            disk.hold("sync", ".log")
            let command = Task { try await service.execute(.createCourse(title: "T"), by: .system) }
            try await waitUntil { try waiting() == 1 }
            disk.release()
            _ = try await command.value
        }
        #expect(try waiting() == 0)
    }

    @Test func `show how far a projection is behind`() async throws {
        var options = ServiceOptions()
        options.samplingMilliseconds = 10
        let host = Host(options)
        try await withTables { engine, tables in
            let service = host.service(engine)
            try await service.prepareTerm(capacity: 1, users: 1)
            let gate = DispatchSemaphore(value: 0)
            let runner = try ProjectionRunner.open(Gated(gate: gate), in: try DatabaseQueue(), following: engine)
            let projection = ProjectionService(
                runner, name: "gated", options: options, logger: host.logger, metrics: host.metrics)
            let lag = { @Sendable in
                try host.metrics.expectMeter("enrollment.projection.lag", [("projection", "gated")]).lastValue
            }
            try await host.run([service, projection]) {
                // Passed by whichever comes first, the test or its failure.
                defer { gate.signal() }
                try await waitUntil { (try? lag()) == 4 }
            }
            #expect(try lag() == 0)
        }
    }
}
