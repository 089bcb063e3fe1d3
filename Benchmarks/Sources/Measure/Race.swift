// How many commands a second become durable, with so many callers in flight.

import Enrollment
import EnrollmentEngine
import EventLog
import Foundation

/// One term, a seat for everyone, every command an application that must be on disk before its caller goes on.
struct Race {
    let callers: Int
    let commands: Int

    struct Result {
        var commandsPerSecond: Double
        var medianMicroseconds: Double
        var p99Microseconds: Double
        var commandsPerSync: Double
    }

    func run(in directory: String) async throws -> Result {
        let store = directory + "/race-\(CommandID.random())"
        let engine = try await EnrollmentEngine.create(at: store)
        let term = try await prepare(engine)
        let before = engine.statistics().log
        let next = Counter()
        let total = commands
        let start = ContinuousClock.now
        var latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var latencies: [Double] = []
                    latencies.reserveCapacity(total / callers + 16)
                    while let user = next.next(below: total) {
                        let begin = ContinuousClock.now
                        _ = try await engine.execute(
                            .applyEnrollment(user: UserID(Int64(user + 1)), term: term),
                            by: .user(UserID(Int64(user + 1))))
                        latencies.append((ContinuousClock.now - begin).microseconds)
                    }
                    return latencies
                }
            }
            var all: [Double] = []
            for try await some in group { all += some }
            return all
        }
        let seconds = (ContinuousClock.now - start).microseconds / 1e6
        let after = engine.statistics().log
        guard engine.read({ $0[term]?.enrolledCount }) == commands else { throw Failure("not every seat was taken") }
        try await engine.close()
        try FileManager.default.removeItem(atPath: store)
        latencies.sort()
        return Result(
            commandsPerSecond: Double(commands) / seconds, medianMicroseconds: latencies[latencies.count / 2],
            p99Microseconds: latencies[latencies.count * 99 / 100],
            commandsPerSync: Double(commands) / Double(after.syncs - before.syncs))
    }

    private func prepare(_ engine: EnrollmentEngine) async throws -> TermID {
        let day = Day(daysSinceEpoch: Int32(Date().timeIntervalSince1970 / 86_400))
        var commands: [Command] = (0..<self.commands).map {
            .registerUser(email: "u\($0)@example.org", name: "User \($0)", role: .student)
        }
        commands += [
            .createCourse(title: "Course"), .publishCourse(1),
            .scheduleTerm(
                course: 1, termNumber: 1,
                dates: engine.calendar.dates(from: day.advanced(by: 30), through: day.advanced(by: 90)),
                capacity: self.commands, admission: .firstCome),
        ]
        let results = await engine.execute(
            contentsOf: commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) })
        for result in results { _ = try result.get() }
        return 1
    }
}
