// Measures what the README claims: several runs, interleaved, medians with spread, the disk's own speed beside them.
//
//   Measure --enroll PROGRAM --scratch DIR [--data DIR] [--runs N] [--out FILE]

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation

@main
struct Measure {
    static func main() async throws {
        let options = try Options(CommandLine.arguments)
        var report = Report()
        for run in 1...options.runs {
            say("run \(run) of \(options.runs)")
            report.add("disk: 4 KiB write + fdatasync", "µs", try Floor(writes: 2000).run(in: options.scratch))
            for callers in [1, 64, 1024] {
                let race = Race(callers: callers, commands: callers == 1 ? 5000 : 40_000)
                let result = try await race.run(in: options.scratch)
                let name = "\(callers) caller\(callers == 1 ? "" : "s")"
                report.add("durable commands, \(name)", "commands/s", result.commandsPerSecond)
                report.add("  latency p50, \(name)", "µs", result.medianMicroseconds)
                report.add("  latency p99, \(name)", "µs", result.p99Microseconds)
                report.add("  commands a sync, \(name)", "commands", result.commandsPerSync)
            }
            if let data = options.data { try await measureImport(data, options, &report) }
        }
        let text = report.text(runs: options.runs)
        print(text)
        guard let out = options.out else { return }
        try report.markdown(runs: options.runs).write(toFile: out, atomically: true, encoding: .utf8)
    }

    private static func measureImport(_ data: String, _ options: Options, _ report: inout Report) async throws {
        let store = options.scratch + "/import-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: store) }
        _ = try Child.run([options.enroll, "init", "--store", store, "--time-zone", "Europe/London"])
        let imported = try Child.run([options.enroll, "import", "oulad", data + "/oulad", "--store", store])
        let history = try EventHistory.open(at: store)
        let events = try history.lastPosition().rawValue
        report.add("OULAD import, log and tables", "events/s", Double(events) / imported.seconds)
        report.add("  peak memory of the import", "MiB", imported.peakMebibytes)

        let start = ContinuousClock.now
        let state = try history.state()
        report.add("replay, disk to state", "events/s", Double(events) / (ContinuousClock.now - start).seconds)
        guard state.enrollments.count > 20_000 else {
            throw Failure("the import holds \(state.enrollments.count) enrollments")
        }

        let rebuilt = try await ReadModel.rebuild(from: history, at: history.layout)
        report.add("rebuild of the read tables", "rows/s", Double(rebuilt.rows) / rebuilt.seconds)
        report.add("  events folded", "events/s", Double(rebuilt.events) / rebuilt.seconds)
        let child = try Child.run([options.enroll, "rebuild", "--store", store])
        report.add("  peak memory of a rebuild", "MiB", child.peakMebibytes)

        var batches: Int64 = 0
        var cursor = try history.cursor()
        while let event = try cursor.next() { batches += event.isBatchStart ? 1 : 0 }
        let bytes = try size(of: history.layout.logPath)
        report.add("log, all files", "bytes/event", Double(bytes) / Double(events))
        report.add("  without command ids", "bytes/event", Double(bytes - 16 * batches) / Double(events))

        _ = try Child.run([options.enroll, "log", "seal", "--store", store])
        let sealed = try size(of: history.layout.logPath)
        report.add("log when sealed, all files", "bytes/event", Double(sealed) / Double(events))
        report.add("  without command ids, sealed", "bytes/event", Double(sealed - 16 * batches) / Double(events))
        try measureReading(history.layout.logPath, options, &report)
    }

    /// Reading into columns beside inflating alone, on one core and on two.
    private static func measureReading(_ log: String, _ options: Options, _ report: inout Report) throws {
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
            let name = "\(threads) thread\(threads == 1 ? "" : "s")"
            report.add("sealed segments into columns, \(name)", "events/s", rates.sorted()[2])
            report.add("  time against inflating alone, \(name)", "×", ratios.sorted()[2])
        }
    }

    private static func size(of directory: String) throws -> Int64 {
        try FileManager.default.contentsOfDirectory(atPath: directory).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            return sum + (attributes[.size] as? Int64 ?? Int64(attributes[.size] as? UInt64 ?? 0))
        }
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// What the command line asks for.
struct Options {
    var enroll = ""
    var scratch = ""
    var data: String?
    var runs = 5
    var out: String?

    init(_ arguments: [String]) throws {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Failure("\(name) needs a value") }
            switch name {
            case "--enroll": enroll = value
            case "--scratch": scratch = value
            case "--data": data = value
            case "--runs":
                guard let count = Int(value), count >= 1 else { throw Failure("--runs needs a number from 1") }
                runs = count
            case "--out": out = value
            default: throw Failure("unknown option \(name)")
            }
        }
        if enroll.isEmpty || scratch.isEmpty { throw Failure("--enroll and --scratch are needed") }
    }
}
