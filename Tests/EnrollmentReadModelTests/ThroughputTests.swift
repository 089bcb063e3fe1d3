// Figures, not verdicts: how fast rows are made. Runs where ENROLL_MEASURE is set, best in a release build.

import Enrollment
import EnrollmentReadModel
import EventLog
import Foundation
import Testing

struct ThroughputTests {
    private static let rows = ProcessInfo.processInfo.environment["ENROLL_MEASURE"].flatMap(Int64.init)

    @Test(.enabled(if: rows != nil, "set ENROLL_MEASURE to a number of rows"))
    func `rebuild, materialisation, check and live projection at their speed`() async throws {
        let rows = Self.rows ?? 0
        let log = SyntheticLog(users: 20_000, terms: 64, enrollments: rows)
        let events = Double(log.durablePosition.rawValue)
        try await withScratch { scratch in
            try await report("making the events", events, "events") {
                try log.forEach(from: 1, through: log.durablePosition) { _ in true }
            }
            for _ in 0..<3 {
                try await report("rebuild", Double(rows), "rows") { _ = try Rebuild.run(log, path: scratch.tables) }
            }
            let whole = scratch.directory + "/whole.sqlite"
            try await report("materialize", Double(rows), "rows") {
                _ = try Rebuild.materialize(log, .position(log.durablePosition), into: whole)
            }
            try await report("verify", Double(rows), "rows") {
                let check = try Verifier.run(log, path: scratch.tables)
                #expect(check.findings == [])
            }
            let model = try ReadModel.open(path: scratch.directory + "/live.sqlite", following: log)
            try await report("live projection", events, "events") { try await model.run() }
            try model.close()

            let rush = SyntheticLog(
                admission: .firstCome, users: 20_000, terms: 64, enrollments: min(rows, 64 * 20_000))
            let hot = try ReadModel.open(path: scratch.directory + "/hot.sqlite", following: rush)
            try await report("live projection, first come", Double(rush.durablePosition.rawValue), "events") {
                try await hot.run()
            }
            try hot.close()
            for name in try scratch.files() where name.hasSuffix("sqlite") {
                let size = try FileManager.default.attributesOfItem(atPath: scratch.directory + "/" + name)[.size]
                tell("\(name): \(size ?? "?") bytes")
            }
        }
    }

    /// Beside the time that passed, what the processors worked: on a busy machine only that can be compared.
    private func report(
        _ what: String, _ count: Double, _ unit: String, _ body: () async throws -> Void
    ) async throws {
        let worked = clock()
        let passed = try await ContinuousClock().measure(body) / .seconds(1)
        let seconds = Double(clock() - worked) / Double(CLOCKS_PER_SEC)
        tell(
            """
            \(what): \(Int(count / passed)) \(unit)/s in \((passed * 1000).rounded() / 1000) s, \
            \(Int(count / seconds)) \(unit) per processor second
            """)
    }

    private func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
