// What the benchmarks work on: a course with one open term, records of a plausible size, a store with applications.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation

/// A state in which anyone may apply for term 1, which has a seat for everyone.
enum Seminar {
    static let time = EventTime(recordedAt: .day(10))

    static func context(_ user: UserID) -> CommandContext { CommandContext(actor: .user(user), now: .day(10)) }

    static func open(people: Int) throws -> EnrollmentState {
        var state = EnrollmentState()
        let commands: [Command] =
            [
                .createCourse(title: "Course"), .publishCourse(1),
                .scheduleTerm(
                    course: 1, termNumber: 1, dates: .days(30, 90), capacity: 1_000_000_000, admission: .firstCome),
            ]
            + (0..<people).map { .registerUser(email: "u\($0)@example.org", name: "User \($0)", role: .student) }
        for command in commands {
            let events = try state.decide(command, CommandContext(actor: .system, now: .day(0)))
            for event in events { state.evolve(event, at: EventTime(recordedAt: .day(0))) }
        }
        return state
    }
}

enum Records {
    /// Enqueues one record as large as an application's.
    @discardableResult
    static func append(_ index: Int64, _ batch: inout LogBatch, to log: EventLog) throws -> Position {
        batch.reset(commandID: .random(), actor: index & 1023, recordedAt: 1_700_000_000_000_000 + index)
        batch.append(type: 48, stream: UInt64(index & 63) << 2 | 3, version: index >> 6 + 1) { bytes in
            withUnsafeBytes(of: index.bigEndian) { bytes.append(contentsOf: $0.suffix(6)) }
        }
        while true {
            do throws(LogError) {
                return try log.enqueue(batch, writesAtOnce: false).upperBound
            } catch {
                guard error.code == .overloaded else { throw error }
                try log.waitUntilDurableBlocking(Position(log.durablePosition.rawValue + 1))
            }
        }
    }

    static func sealedLog(of count: Int64) throws -> EventLog {
        let log = try EventLog.create(at: "/log", fileSystem: InMemoryFileSystem())
        var batch = LogBatch()
        for index in 0..<count { try append(index, &batch, to: log) }
        try log.waitUntilDurableBlocking(log.lastPosition)
        _ = try log.seal()
        return log
    }
}

/// A store on the disk in which so many people have applied, and were let in at once.
struct SampleStore {
    let path: String

    static func make(people: Int) async throws -> SampleStore {
        let store = SampleStore(path: NSTemporaryDirectory() + "/library-benchmark-\(CommandID.random())")
        var options = EngineOptions()
        // A replay would begin with it.
        options.snapshots = .off
        let engine = try await EnrollmentEngine.create(at: store.path, personalData: .plain, options: options)
        let today = Day(daysSinceEpoch: Int32(Date().timeIntervalSince1970 / 86_400))
        let dates = engine.calendar.dates(from: today.advanced(by: 30), through: today.advanced(by: 90))
        try await execute(
            [
                .createCourse(title: "Course"), .publishCourse(1),
                .scheduleTerm(course: 1, termNumber: 1, dates: dates, capacity: people, admission: .firstCome),
            ] + (0..<people).map { .registerUser(email: "u\($0)@example.org", name: "User \($0)", role: .student) },
            engine)
        try await execute((1...Int64(people)).map { .applyEnrollment(user: UserID($0), term: 1) }, engine)
        try await engine.close()
        return store
    }

    private static func execute(_ commands: [Command], _ engine: EnrollmentEngine) async throws {
        let envelopes = commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) }
        for result in await engine.execute(contentsOf: envelopes) { _ = try result.get() }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
