// The read tables: rebuilt, as of a position, and live beside a race.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation

extension EngineSuite {
    /// Rebuild from a log with three events a row, beside SQLite's own bulk insert of the same rows, and tables as of
    /// a position of the same log.
    func tables() async throws {
        try await scratch("tables") { store in
            // Without a snapshot, from which a replay would begin.
            var options = EngineOptions()
            options.snapshots = .off
            let engine = try await EnrollmentEngine.create(at: store, personalData: .plain, options: options)
            try await threeEventsEach(people: 2000, terms: 50, engine)
            try await engine.close()
            _ = try Child.run([self.options.enroll, "log", "seal", "--store", store])
            let history = try EventHistory.open(at: store)
            let last = try history.lastPosition().rawValue
            let rebuilt = try await replaysAndRebuilds(of: history, last: last, scratch: store)
            let point = Int64.random(in: last / 2...last)
            let tables = try await ReadModel.materialize(
                history, through: Position(point), into: store + "/then.db")
            // Beside a rebuild of as much: an earlier point has less to do.
            let expected = rebuilt * Double(point) / Double(last)
            try report.add("tables as of a position against a rebuild", tables.seconds / expected, "×")
        }
    }

    /// Each a fraction of a second, so five of each in turn, and their medians; gives a rebuild's seconds.
    private func replaysAndRebuilds(of history: EventHistory, last: Int64, scratch: String) async throws -> Double {
        var replays: [Double] = []
        var rebuilds: [Double] = []
        var ratios: [Double] = []
        var bulks: [Double] = []
        var rows: Int64 = 0
        for _ in 0..<5 {
            let start = ContinuousClock.now
            let state = try history.state()
            replays.append((ContinuousClock.now - start).seconds)
            guard state.enrollments.count == 100_000 else {
                throw Failure("a replay gave \(state.enrollments.count) enrollments")
            }
            let rebuilt = try await ReadModel.rebuild(from: history, at: history.layout)
            rows = rebuilt.rows
            rebuilds.append(rebuilt.seconds)
            let copy = scratch + "/bulk-\(CommandID.random()).db"
            let bulk = try BulkInsert(copying: history.layout.readTablesPath, to: copy).run()
            try FileManager.default.removeItem(atPath: copy)
            guard bulk.rows >= rows else { throw Failure("\(bulk.rows) rows of \(rows) were copied") }
            bulks.append(Double(bulk.rows) / bulk.seconds)
            ratios.append(Double(rows) / rebuilt.seconds / bulks[bulks.count - 1])
        }
        let seconds = rebuilds.sorted()[2]
        try report.add("replay of a sealed log", Double(last) / replays.sorted()[2], "events/s")
        try report.add("rebuild of the read tables", Double(rows) / seconds, "rows/s")
        try report.add("events folded by a rebuild", Double(last) / seconds, "events/s")
        try report.add("bulk insert of the same rows in C", bulks.sorted()[2], "rows/s")
        try report.add("rebuild against a bulk insert", ratios.sorted()[2], "×")
        return seconds
    }

    /// Applications, approvals and cancellations: three events an enrollment.
    private func threeEventsEach(people: Int, terms: Int, _ engine: EnrollmentEngine) async throws {
        let school = School(engine)
        try await school.execute(
            [.createCourse(title: "Course"), .publishCourse(1)]
                + (1...terms).map { number in
                    .scheduleTerm(
                        course: 1, termNumber: number, dates: school.dates, capacity: people, admission: .approval)
                })
        try await school.register(0..<people)
        for term in 0..<terms {
            let users = 1...Int64(people)
            let ids = users.map { EnrollmentID($0 + Int64(term * people)) }
            try await school.execute(users.map { .applyEnrollment(user: UserID($0), term: TermID(Int64(term + 1))) })
            try await school.execute(ids.map { .approveEnrollment($0) })
            try await school.execute(ids.map { .cancelEnrollment($0) })
        }
    }

    /// How far the live tables are behind when a race has ended, and how long they need to be there.
    func projection() async throws {
        try await scratch("projection") { store in
            let engine = try await EnrollmentEngine.create(at: store, personalData: .plain)
            let workload = try Workload.named("hot200k")
            try await School(engine).make(workload)
            let model = try ReadModel.open(at: engine.layout, following: engine)
            let running = Task { try await model.run() }
            try await model.wait(for: engine.durablePosition)
            let result = try await Race(workload: workload, callers: 64).run(on: engine)
            let lag = Double(model.lag)
            let start = ContinuousClock.now
            try await model.wait(for: engine.durablePosition)
            let behind = (ContinuousClock.now - start).seconds
            try await engine.close()
            try await running.value
            try model.close()
            try report.add("race beside the live tables", Double(result.accepted) / result.seconds, "commands/s")
            try report.add("live tables behind at its end", lag, "events")
            try report.add("live tables there after", behind, "s")
            let rows = Double(result.accepted) / (result.seconds + behind)
            try report.add("live tables, events written", rows, "events/s")
        }
    }
}
