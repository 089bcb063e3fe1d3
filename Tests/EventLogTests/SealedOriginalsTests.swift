// Originals that are kept for a time: they go when it is over, and nothing else of the quarantine does.

import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct SealedOriginalsTests {
    private let second: Int64 = 1_000_000
    private let start: Int64 = 1_767_225_600_000_000

    private func append(_ time: Int64, to log: EventLog) throws {
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 1, recordedAt: time)
        batch.append(type: 1, stream: 1, version: 1) { $0.append(contentsOf: [1, 2, 3]) }
        try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
    }

    private func options(_ originals: SealedOriginals, background: Bool = false) -> LogOptions {
        var options = quietOptions()
        options.sealedOriginals = originals
        options.sealsInBackground = background
        return options
    }

    /// A log with two closed segments, sealed; the last record is of the time `start`.
    private func sealed(_ directory: TemporaryDirectory, _ originals: SealedOriginals) throws -> [String] {
        for number in 0..<2 {
            let log =
                number == 0
                ? try EventLog.create(at: directory.log, options: options(originals))
                : try EventLog.open(at: directory.log, options: options(originals))
            try append(start - second + second * Int64(number), to: log)
            try log.close()
        }
        let log = try EventLog.open(at: directory.log, options: options(originals))
        let names = try log.reader().segments().map(\.name)
        #expect(try log.seal().sources == 2)
        try log.close()
        return names
    }

    private func quarantine(_ directory: TemporaryDirectory) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: directory.log + "/quarantine")) ?? [])
    }

    @Test func `are kept until the log is so much younger, and go with the next sealing`() throws {
        let directory = try TemporaryDirectory()
        let names = try sealed(directory, .keptFor(seconds: 60))
        let kept = Set(names.map { "until-\(start + 60 * second)-\($0)" })
        #expect(quarantine(directory) == kept)
        // Whoever opens it next need not want the same: the name says how long.
        for (time, isThere) in [(start + 60 * second - 1, true), (start + 60 * second, false)] {
            let log = try EventLog.open(at: directory.log, options: options(.removed))
            try append(time, to: log)
            #expect(quarantine(directory) == kept, "only sealing removes them")
            _ = try log.seal()
            try log.close()
            #expect(quarantine(directory).isEmpty == !isThere)
        }
        #expect(try allRecords(LogReader.open(at: directory.log)).count == 4)
        #expect(try LogVerifier.verify(at: directory.log).isSound)
    }

    @Test func `go in the background too`() async throws {
        let directory = try TemporaryDirectory()
        _ = try sealed(directory, .keptFor(seconds: 60))
        var options = options(.removed, background: true)
        options.segmentBytes = 4200
        let log = try EventLog.open(at: directory.log, options: options)
        for number in 0..<40 { try append(start + 61 * second + Int64(number), to: log) }
        try await waitUntil { quarantine(directory).isEmpty }
        #expect(log.sealingFailure == nil)
        try log.close()
    }

    @Test func `stay for good where the time has no end, or none was said`() throws {
        for originals in [SealedOriginals.kept, .keptFor(seconds: .max)] {
            let directory = try TemporaryDirectory()
            let names = try sealed(directory, originals)
            let log = try EventLog.open(at: directory.log, options: options(.removed))
            try append(.max - 1, to: log)
            _ = try log.seal()
            try log.close()
            #expect(quarantine(directory).count == names.count)
        }
    }

    @Test func `alone go: not what is no segment, of another log, or not sealed`() throws {
        let other = try TemporaryDirectory()
        let foreign = try sealed(other, .kept)
        let directory = try TemporaryDirectory()
        let names = try sealed(directory, .keptFor(seconds: 0))
        let place = directory.log + "/quarantine/"
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: place + "until-1-\(names[0])"))
        try FileManager.default.copyItem(
            atPath: other.log + "/quarantine/\(foreign[0])", toPath: place + "until-2-\(foreign[0])")
        try Data().write(to: URL(fileURLWithPath: place + "until-x-\(names[0])"))
        let log = try EventLog.open(at: directory.log, options: options(.removed))
        try append(start + second, to: log)
        // A segment of this log that nobody has sealed.
        let active = try #require(try log.reader().segments().last?.name)
        try FileManager.default.copyItem(
            atPath: directory.log + "/" + active, toPath: place + "until-3-\(active)")
        for name in try FileManager.default.contentsOfDirectory(atPath: place) {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place + name)
        }
        _ = try log.seal()
        try log.close()
        #expect(
            quarantine(directory) == [
                "until-1-\(names[0])", "until-2-\(foreign[0])", "until-x-\(names[0])", "until-3-\(active)",
            ])
    }
}
