// What logs and spans say, and what they must never say.

import Enrollment
import EnrollmentEngine
import EnrollmentService
import EnrollmentTesting
import EventLog
import InMemoryLogging
import InMemoryTracing
import Instrumentation
import Logging
import Testing
import Tracing

/// A process has one tracer: it is bootstrapped once, and tests find their spans by the command's id.
private let tracer = {
    let tracer = InMemoryTracer()
    InstrumentationSystem.bootstrap(tracer)
    return tracer
}()

@Suite struct `What is told` {
    private static let secrets = ["kim-secret", "Kim Secret", "lee-secret", "Lee Secret", "because of an illness"]

    /// Every kind of outcome of commands that are full of personal data.
    private func misbehave(_ service: EngineService) async throws -> [CommandID] {
        let ids = (0..<7).map { _ in CommandID.random() }
        let register = Command.registerUser(email: "kim-secret@uni.kr", name: "Kim Secret", role: .student)
        _ = try await service.execute(register, id: ids[0], by: .system)
        _ = try await service.execute(register, id: ids[0], by: .system)
        let doomed: [(Command, CommandID)] = [
            (register, ids[1]), (.suspendUser(9, reason: "because of an illness"), ids[2]),
            (.registerUser(email: "lee-secret@uni.kr", name: "Lee Secret", role: .student), ids[0]),
            (.registerUser(email: "lee-secret with blanks", name: "Lee Secret", role: .student), ids[3]),
        ]
        for (command, id) in doomed {
            await #expect(throws: ExecutionError.self) { try await service.execute(command, id: id, by: .user(1)) }
        }
        await #expect(throws: ExecutionError.self) {
            try await service.execute(
                .updateUser(1, name: "Lee Secret"), id: ids[4], by: .system, expectedVersion: 7)
        }
        let envelopes = [
            CommandEnvelope(id: ids[5], actor: .system, command: .updateUser(1, name: "Lee Secret")),
            CommandEnvelope(id: ids[6], actor: .system, command: register),
        ]
        _ = await service.execute(contentsOf: envelopes)
        return ids
    }

    @Test func `names each command and never a person`() async throws {
        _ = tracer
        let host = Host()
        let engine = try await memoryStore()
        let service = host.service(engine)
        let ids = try await misbehave(service)
        try await host.run([service]) {}
        await #expect(throws: ExecutionError.self) {
            try await service.execute(.updateUser(1, name: "Lee Secret"), by: .system)
        }
        let told = host.told
        for id in ids { #expect(told.contains("\(id)")) }
        for code in ["DUPLICATE_EMAIL", "USER_NOT_FOUND", "COMMAND_ID_REUSED", "VERSION_CONFLICT", "INVALID_INPUT"] {
            #expect(told.contains(code), "\(code)")
        }
        let spans = tracer.finishedSpans.map { "\($0.operationName) \($0.attributes) \($0.status as Any) \($0.errors)" }
        for secret in Self.secrets {
            #expect(!told.contains(secret), "\(secret)")
            #expect(!spans.joined().contains(secret), "\(secret)")
        }
    }

    @Test func `is nothing about commands above debug`() async throws {
        let host = Host()
        let service = host.service(try await memoryStore())
        _ = try await misbehave(service)
        #expect(host.log.entries.allSatisfy { $0.level == .debug })
        try await host.run([service]) {}
        let kept = host.log.entries.filter { $0.level >= .info }.map { "\($0.message)" }
        #expect(kept == ["engine open", "engine closing", "engine closed"])
    }

    @Test func `is a span for each call, with kind, id, outcome and position`() async throws {
        let tracer = tracer
        let engine = try await memoryStore()
        let service = Host().service(engine)
        let (id, refused, failed) = (CommandID.random(), CommandID.random(), CommandID.random())
        _ = try await service.execute(.createCourse(title: "T"), id: id, by: .system)
        await #expect(throws: ExecutionError.self) {
            try await service.execute(.publishCourse(9), id: refused, by: .system)
        }
        try await engine.close()
        await #expect(throws: ExecutionError.self) {
            try await service.execute(.publishCourse(1), id: failed, by: .system)
        }
        func attributes(_ id: CommandID) throws -> SpanAttributes {
            let found = tracer.finishedSpans.filter {
                $0.attributes["enrollment.command_id"]?.toSpanAttribute() == .string("\(id)")
            }
            #expect(found.count == 1 && found.first?.operationName == "enrollment.execute")
            return try #require(found.first).attributes
        }
        let accepted = try attributes(id)
        #expect(accepted["enrollment.command"]?.toSpanAttribute() == .string("CreateCourse"))
        #expect(accepted["enrollment.outcome"]?.toSpanAttribute() == .string("accepted"))
        #expect(accepted["enrollment.position"]?.toSpanAttribute() == .int64(1))
        #expect(try attributes(refused)["enrollment.code"]?.toSpanAttribute() == .string("COURSE_NOT_FOUND"))
        #expect(try attributes(failed)["enrollment.outcome"]?.toSpanAttribute() == .string("failed"))
    }
}
