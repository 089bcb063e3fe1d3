// Logs that were written once must open for ever, and a reader of our own making elsewhere must agree about all of
// them.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct GoldenLogTests {
    /// With `RECORD_LOGS=1` logs that are missing are written, and the test fails once, so that nobody does so
    /// unawares.
    @Test func `there is a golden log for each case and none besides`() throws {
        if ProcessInfo.processInfo.environment["RECORD_LOGS"] == "1" {
            let names = try GoldenLogRecorder.recordMissing()
            Issue.record("recorded \(names.count): \(names); look at them, and run again without RECORD_LOGS")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: GoldenLog.folder.path)
        #expect(Set(names.filter { !$0.hasPrefix(".") }) == Set(GoldenLog.all.map(\.name)))
    }

    @Test(arguments: GoldenLog.all) func `a golden log reads as it did when it was written`(golden: GoldenLog) throws {
        let directory = try TemporaryDirectory()
        try golden.copy(to: directory.log)
        let expected = try golden.expected
        let reader = try LogReader.open(at: directory.log)
        let contents = try LogContents(of: reader)
        #expect(contents.records == expected.records && contents.digest == expected.digest)
        #expect(try reader.lastPosition().rawValue == expected.lastPosition)
        #expect(contents.lastPosition == expected.lastPosition)
        let report = try LogVerifier.verify(at: directory.log)
        #expect(report.problems == [])
        #expect(report.records == Int64(expected.records))
    }

    @Test(arguments: GoldenLog.all) func `a golden log can be written on, sealed and read again`(golden: GoldenLog)
        throws
    {
        let directory = try TemporaryDirectory()
        try golden.copy(to: directory.log)
        let expected = try golden.expected.opening
        if let refusal = expected.refused {
            #expect { try EventLog.open(at: directory.log) } throws: { ($0 as? LogError)?.code.description == refusal }
            return
        }
        var log = try EventLog.open(at: directory.log, options: quietOptions())
        #expect(log.recovery.setAside.count == expected.setAside)
        #expect(log.recovery.rewrittenRecords == expected.rewrittenRecords)
        let before = try LogContents(of: log.reader())
        #expect(before.records == expected.records && before.digest == expected.digest)
        let time = try allRecords(log.reader()).last?.recordedAt ?? 0
        var batch = LogBatch()
        for number in 1...3 as ClosedRange<Int64> {
            batch.reset(commandID: CommandID(high: 9, low: UInt64(number)), actor: 1, recordedAt: time + number)
            batch.append(type: 1, stream: 77, version: number) { $0.append(contentsOf: [1, 2, 3]) }
            try log.waitUntilDurableBlocking(log.enqueue(batch).upperBound)
        }
        try log.close()
        let written = try LogContents(of: LogReader.open(at: directory.log))
        #expect(written.records == before.records + 3)
        log = try EventLog.open(at: directory.log, options: quietOptions())
        _ = try log.seal()
        try log.close()
        let reader = try LogReader.open(at: directory.log)
        #expect(try reader.segments().allSatisfy { $0.state == .sealed })
        #expect(try LogContents(of: reader) == written)
        #expect(try LogContents(of: reader, through: before.lastPosition).digest == before.digest)
        #expect(try LogVerifier.verify(at: directory.log).problems == [])
    }

    @Test(.enabled(if: IndependentReader.isWanted, "needs python3"), arguments: GoldenLog.all)
    func `the independent reader finds the same in a golden log`(golden: GoldenLog) throws {
        let expected = try golden.expected
        let found = try IndependentReader.contents(of: golden.url.path)
        #expect(found.records == expected.records && found.digest == expected.digest)
        #expect(found.lastPosition == expected.lastPosition)
    }

    /// Some segments, of which a seed with bit 0 seals the first ones; the last stays open when `isOpen`.
    private func makeLog(_ directory: TemporaryDirectory, seed: UInt64) throws -> EventLog {
        var source = BatchSource(seed: seed)
        var options = quietOptions()
        options.segmentBytes = 20_000
        if seed % 3 == 0 { options.confirmDelayMilliseconds = 0 }
        try EventLog.create(at: directory.log, options: options).close()
        for _ in 0..<3 {
            let log = try EventLog.open(at: directory.log, options: options)
            try source.append(6, to: log, records: 20, payload: 50)
            try source.appendTogether(40, to: log, records: 30, payload: 20)
            try log.close()
        }
        let log = try EventLog.open(at: directory.log, options: options)
        if seed % 2 == 1 { _ = try log.seal() }
        try source.append(5, to: log, records: 20)
        return log
    }

    @Test(.enabled(if: IndependentReader.isWanted, "needs python3"), arguments: 1...6 as ClosedRange<UInt64>)
    func `the independent reader finds every record of a random log`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let log = try makeLog(directory, seed: seed)
        let live = try LogContents(of: log.reader())
        #expect(live.records > 1000)
        #expect(try IndependentReader.contents(of: directory.log) == live, "while it is being written")
        try log.close()
        #expect(try IndependentReader.contents(of: directory.log) == live, "closed")
        let lines = try IndependentReader.read(directory.log, ["--records"]).output.split(separator: "\n")
        let ours = try allRecords(LogReader.open(at: directory.log)).map(Self.line)
        #expect(lines.count == ours.count)
        #expect(zip(lines, ours).allSatisfy { $0 == $1[...] })
    }

    private static func line(_ record: LogRecord) -> String {
        let command = record.commandID.description.filter { $0 != "-" }
        let payload = record.payload.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(record.position)\t\(record.type)\t\(record.isBatchStart ? 1 : 0)\t\(record.stream)\t"
            + "\(record.version)\t\(record.recordedAt)\t\(record.actor)\t\(command)\t\(payload)"
    }

    @Test(.enabled(if: IndependentReader.isWanted, "needs python3"), arguments: [1, 2, 3, 4] as [UInt64])
    func `the independent reader finds every flipped bit`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        try makeLog(directory, seed: seed).close()
        var generator = SplitMix64(seed: seed)
        let segments = try LogReader.open(at: directory.log).segments()
        for _ in 0..<4 {
            let segment = try #require(segments.randomElement(using: &generator))
            let path = directory.log + "/" + segment.name
            let sound = try Data(contentsOf: URL(fileURLWithPath: path))
            var data = sound
            data[Int.random(in: 0..<Int(segment.bytes), using: &generator)] ^= 1 << UInt8(generator.next() % 8)
            let mode = [FileAttributeKey.posixPermissions: 0o600]
            try FileManager.default.setAttributes(mode, ofItemAtPath: path)
            try data.write(to: URL(fileURLWithPath: path))
            let result = try IndependentReader.read(directory.log)
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("\(segment.name): offset "), "\(result.errors)")
            try sound.write(to: URL(fileURLWithPath: path))
        }
    }
}
