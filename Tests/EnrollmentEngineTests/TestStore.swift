// A store in a scratch directory of its own, with a clock that the test sets.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation

/// Runs a test body on a fresh engine and removes the store afterwards.
func withStore(
    options: EngineOptions = .init(), clock: ManualClock = ManualClock(.day(0)),
    _ body: (EnrollmentEngine, _ directory: String) async throws -> Void
) async throws {
    let directory = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let engine = try await EnrollmentEngine.create(
        at: directory, timeZone: "Asia/Seoul", origin: "test", personalData: .plain, options: options, clock: clock)
    try await body(engine, directory)
    try await engine.close()
}

extension EnrollmentEngine {
    /// A published course with one term of `capacity` seats, open for applications, and `users` students: user 1 is
    /// the first of them.
    @discardableResult
    func prepareTerm(capacity: Int, users: Int, admission: Admission = .firstCome) async throws -> TermID {
        var commands: [Command] = (1...max(1, users)).map {
            .registerUser(email: "u\($0)@example.org", name: "U \($0)", role: .student)
        }
        commands += [
            .createCourse(title: "Course"), .publishCourse(1),
            .scheduleTerm(
                course: 1, termNumber: 1, dates: .days(100, 200), capacity: capacity, admission: admission),
        ]
        let results = await execute(
            contentsOf: commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) })
        for result in results { _ = try result.get() }
        return 1
    }

    /// All events so far, in order.
    func allEvents() async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        for try await event in self.events() { events.append(event) }
        return events
    }
}
