// The figures of the engine alone, run after run: import, sealing, reading, rebuild, tables as of a position, the live
// projection, and what grows.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation

final class EngineSuite {
    let options: Options
    private(set) var report: Report
    private let start = ContinuousClock.now
    private final class Run { var number = 1 }

    private let run: Run

    init(_ options: Options) throws {
        self.options = options
        let run = Run()
        self.run = run
        report = try Report(path: options.json) { run.number }
    }

    func run() async throws {
        for number in 1...options.runs {
            run.number = number
            say("run \(number) of \(options.runs)")
            try report.add("disk: 4 KiB write + fdatasync", try Floor(writes: 1000).run(in: options.scratch), "µs")
            if let oulad = options.oulad { try await ifTime { try await importing(oulad) } }
            try await ifTime { try await tables() }
            try await ifTime { try await projection() }
        }
        run.number = 1
        for exponent in [4, 5, 6, 7] {
            try await ifTime(expecting: exponent == 7 ? 150 : 10) { try await growth(Int(pow(10, Double(exponent)))) }
        }
    }

    /// Begins nothing that would end after the time given.
    private func ifTime(expecting seconds: Double = 10, _ body: () async throws -> Void) async throws {
        let left = options.minutes * 60 - (ContinuousClock.now - start).seconds
        guard left > seconds else {
            say("    left out: the time was up")
            return
        }
        try await body()
    }

    /// A fresh folder, removed afterwards.
    func scratch<Value>(_ name: String, _ body: (String) async throws -> Value) async throws -> Value {
        let path = options.scratch + "/\(name)-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    func size(of directory: String) throws -> Int64 {
        try FileManager.default.contentsOfDirectory(atPath: directory).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            return sum + (attributes[.size] as? Int64 ?? Int64(attributes[.size] as? UInt64 ?? 0))
        }
    }

    /// The OULAD import, its size, sealing it, and reading what was sealed.
    ///
    /// With its names in plain, as they are pseudonyms already, and with every name sealed in the vault.
    private func importing(_ oulad: String) async throws {
        try await importing(oulad, personalData: "plain", ending: "") { history in
            try reading(history.layout.logPath)
        }
        try await importing(oulad, personalData: "sealed", ending: ", personal data sealed") { _ in }
    }

    private func importing(
        _ oulad: String, personalData: String, ending: String, _ body: (EventHistory) throws -> Void
    ) async throws {
        try await scratch("import") { store in
            _ = try Child.run([
                options.enroll, "init", "--store", store, "--time-zone", "Europe/London",
                "--personal-data", personalData,
            ])
            let imported = try Child.run([options.enroll, "import", "oulad", oulad, "--store", store])
            let history = try EventHistory.open(at: store)
            let events = Double(try history.lastPosition().rawValue)
            // A replay would begin with a snapshot, where there is one.
            try? FileManager.default.removeItem(atPath: history.layout.snapshotsPath)
            try report.add("OULAD import, log and tables" + ending, events / imported.seconds, "events/s")
            try report.add("peak memory of the import" + ending, imported.peakMebibytes, "MiB")
            let start = ContinuousClock.now
            let state = try history.state()
            try report.add("replay, disk to state" + ending, events / (ContinuousClock.now - start).seconds, "events/s")
            guard state.enrollments.count > 20_000 else {
                throw Failure("the import holds \(state.enrollments.count) enrollments")
            }
            var batches = 0.0
            var cursor = try history.cursor()
            while let event = try cursor.next() { batches += event.isBatchStart ? 1 : 0 }
            _ = try Child.run([options.enroll, "log", "seal", "--store", store])
            let bytes = Double(try size(of: history.layout.logPath))
            try report.add("sealed log" + ending, bytes / events, "bytes/event")
            try report.add(
                "sealed log, without command ids" + ending, (bytes - 16 * batches) / events, "bytes/event")
            try body(history)
        }
    }

    /// Reading into columns beside inflating alone, on one core and on two.
    private func reading(_ log: String) throws {
        let directory = options.scratch + "/sealed-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let reading = try SealedReading(repeating: log, times: 30, in: directory)
        for threads in [1, 2] {
            // In turn, and the median of five, since the two are short.
            var ratios: [Double] = []
            var rates: [Double] = []
            for _ in 0..<5 {
                let alone = reading.inflate(threads: threads)
                let seconds = try reading.read(workers: threads)
                ratios.append(seconds / alone)
                rates.append(Double(reading.records) / seconds)
            }
            try report.add("sealed segments into columns", rates.sorted()[2], "events/s", at: Double(threads))
            try report.add("reading against inflating alone", ratios.sorted()[2], "×", at: Double(threads))
        }
    }
}
