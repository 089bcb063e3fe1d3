// Counts how often a command asks for memory, on its way from the caller to the disk and back.

import CAllocationCount
import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Glibc

/// Prints one line a way: its name, and the allocations a command in hundredths.
///
/// The store lies in memory, so that nothing but the engine and the log is counted; the tables have grown to their
/// size before the counting begins.
@main
struct Allocations {
    private static let commands = 10_000

    static func main() async throws {
        for refusals in [EngineOptions.Refusals.recorded, .transient] {
            var options = EngineOptions()
            options.fileSystem = InMemoryFileSystem()
            options.refusals = refusals
            options.log.confirmDelayMilliseconds = 600_000
            let engine = try await EnrollmentEngine.create(
                at: "/store", personalData: .plain, options: options, clock: ManualClock(.day(0)))
            try await prepare(engine)
            let name = refusals == .recorded ? "recorded" : "transient"
            // Terms 1 and 2 take everyone, 3 and 4 a single one; the odd ones warm up.
            _ = try await submit(engine, 1)
            tell("accepted, \(name)", try await submit(engine, 2))
            _ = try await submit(engine, 3)
            tell("refused, \(name)", try await submit(engine, 4))
            try await engine.close()
        }
    }

    private static func prepare(_ engine: EnrollmentEngine) async throws {
        var commands: [Command] = (1...Self.commands).map {
            .registerUser(email: "u\($0)@example.org", name: "U \($0)", role: .student)
        }
        commands += [.createCourse(title: "Course"), .publishCourse(1)]
        for term in 1...4 {
            commands.append(
                .scheduleTerm(
                    course: 1, termNumber: term, dates: .days(100, 200), capacity: term < 3 ? Self.commands : 1,
                    admission: .firstCome))
        }
        let envelopes = commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) }
        for result in await engine.execute(contentsOf: envelopes) { _ = try result.get() }
    }

    /// The allocations of everyone's application for one term, in this and the log's thread.
    private static func submit(_ engine: EnrollmentEngine, _ term: TermID) async throws -> Int {
        let before = allocation_count()
        for number in 1...Int64(commands) {
            let user = UserID(number)
            _ = try engine.submit(
                CommandEnvelope(
                    id: .random(), actor: .user(user), command: .applyEnrollment(user: user, term: term)))
        }
        while engine.durablePosition < engine.lastPosition { sched_yield() }
        return allocation_count() - before
    }

    private static func tell(_ name: String, _ allocations: Int) {
        let hundredths = allocations * 100 / commands
        let line = "\(name): \(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)\n"
        _ = line.withCString { write(1, $0, strlen($0)) }
    }
}
