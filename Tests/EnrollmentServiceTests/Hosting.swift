// A host for one test: a store, its services in a group, and what they tell.

import CoreMetrics
import Dispatch
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentService
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import InMemoryLogging
import Logging
import MetricsTestKit
import ServiceLifecycle
import Testing

/// What a host sees of its services.
struct Host: Sendable {
    let metrics = TestMetrics()
    let log = InMemoryLogHandler()
    let options: ServiceOptions

    init(_ options: ServiceOptions = .init()) { self.options = options }

    /// At `trace`, so that nothing stays unsaid.
    var logger: Logger {
        var logger = Logger(label: "test") { _ in log }
        logger.logLevel = .trace
        return logger
    }

    func service(_ engine: EnrollmentEngine) -> EngineService {
        EngineService(engine, options: options, logger: logger, metrics: metrics)
    }

    func service(_ readModel: ReadModel) -> ProjectionService {
        ProjectionService(readModel, options: options, logger: logger, metrics: metrics)
    }

    /// All that was logged, as one text.
    var told: String {
        log.entries.map { "\($0.level) \($0.message) \($0.metadata) \($0.error.map { "\($0)" } ?? "")" }
            .joined(separator: "\n")
    }

    /// Runs services as a host does, shuts down gracefully when `body` is done, and waits for the end.
    func run(_ services: [any Service], _ body: @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(services: services, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body() } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Runs a body on a new store in memory, and gives its engine.
func memoryStore(_ disk: any FileSystem = InMemoryFileSystem()) async throws -> EnrollmentEngine {
    try await EnrollmentEngine.create(
        at: "/store", personalData: .plain, options: engineOptions(disk), clock: ManualClock(.day(0)))
}

func engineOptions(_ disk: any FileSystem) -> EngineOptions {
    var options = EngineOptions()
    options.fileSystem = disk
    options.log.confirmDelayMilliseconds = 600_000
    return options
}

/// Runs a body on a new store in a directory of its own, with read tables, and removes it afterwards.
func withTables(_ body: (EnrollmentEngine, ReadModel) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "enrollment-service-\(CommandID.random())"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let engine = try await EnrollmentEngine.create(at: directory, personalData: .plain, clock: ManualClock(.day(0)))
    try await body(engine, try ReadModel.open(at: engine.layout, following: engine))
}

extension EngineService {
    /// A published course with one term of `capacity` seats, open for applications, and `users` students from user 1.
    func prepareTerm(capacity: Int, users: Int) async throws {
        var commands: [Command] = (1...users).map {
            .registerUser(email: "u\($0)@example.org", name: "U \($0)", role: .student)
        }
        commands += [
            .createCourse(title: "Course"), .publishCourse(1),
            .scheduleTerm(
                course: 1, termNumber: 1, dates: .days(100, 200), capacity: capacity, admission: .firstCome),
        ]
        for command in commands { _ = try await execute(command, by: .system) }
    }

    func apply(_ user: UserID, id: CommandID = .random()) async throws(ExecutionError) -> Receipt {
        try await execute(.applyEnrollment(user: user, term: 1), id: id, by: .user(user))
    }
}

/// A projection that applies nothing before it is let through.
struct Gated: Projection {
    let gate: DispatchSemaphore
    let name = "gated"
    let version: Int64 = 1
    func recreateTables(in database: Database) throws {}
    func apply(_ event: RecordedEvent, in database: Database) throws {
        gate.wait()
        gate.signal()
    }
}
