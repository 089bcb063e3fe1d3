// What goes in comes out: across groups, blocks, segments, openings and codecs.

import EventLog
import Foundation
import LogProofs
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random batches come back as they went in`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        let log = try EventLog.create(at: directory.log)
        try source.append(20, to: log)
        try source.appendTogether(3000, to: log)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
        let report = try LogVerifier.verify(at: directory.log)
        #expect(report.problems == [])
        #expect(report.records == Int64(source.expected.count))
    }

    @Test func `a group of many blocks and one of large payloads come back`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 7)
        let log = try EventLog.create(at: directory.log)
        try source.append(1, to: log, records: 60_000, payload: 6)
        try source.append(3, to: log, records: 40, payload: 65_000)
        try source.append(1, to: log, records: 20_000, payload: 1)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
        #expect(try LogVerifier.verify(at: directory.log).problems == [])
    }

    @Test(arguments: [0, Int.max]) func `compressed and stored groups read alike`(threshold: Int) throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 11)
        var options = LogOptions()
        options.compressionThresholdBytes = threshold
        let log = try EventLog.create(at: directory.log, options: options)
        try source.appendTogether(500, to: log)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
    }

    @Test func `every opening that writes begins a segment, and one that only opens leaves no trace`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 3)
        try EventLog.create(at: directory.log).close()
        for opening in 1...4 {
            let log = try EventLog.open(at: directory.log)
            #expect(log.recovery == RecoveryReport())
            #expect(log.lastPosition == Position(Int64(source.expected.count)))
            try source.append(5, to: log)
            try log.close()
            try EventLog.open(at: directory.log).close()
            #expect(try LogReader.open(at: directory.log).segments().count == opening)
        }
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    @Test func `a full segment rolls, and reading by position crosses segments`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        var options = quietOptions()
        options.segmentBytes = 8192
        let log = try EventLog.create(at: directory.log, options: options)
        try source.append(120, to: log)
        #expect(try log.reader().segments().count > 3)
        let total = Int64(source.expected.count)
        for first in stride(from: Int64(1), through: total + 1, by: 7) {
            let last = min(total, first + 40)
            let records = try allRecords(log.reader(), from: Position(first), through: Position(last))
            #expect(records == Array(source.expected[Int(first - 1)..<max(Int(first - 1), Int(last))]))
        }
        try log.close()
        #expect(try LogVerifier.verify(at: directory.log).problems == [])
    }

    @Test func `a position behind the end is refused, and the one after the last is empty`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        let log = try EventLog.create(at: directory.log)
        #expect(try allRecords(log.reader(), from: .zero).isEmpty)
        try source.append(2, to: log)
        let end = log.durablePosition.rawValue
        #expect(try allRecords(log.reader(), from: Position(end + 1)).isEmpty)
        #expect { try log.reader().records(from: Position(end + 2)) } throws: {
            ($0 as? LogError)?.code == .positionOutOfRange
        }
        try log.close()
    }

    @Test func `a canonical encoding does not depend on the block`() throws {
        let record = LogRecord(
            position: 1, type: 2, stream: 3, version: 4, recordedAt: 5, actor: -1,
            commandID: CommandID(high: 1, low: 2), isBatchStart: true, payload: [9, 8])
        let bytes = record.canonicalEncoding()
        #expect(bytes.count == 61)
        #expect(bytes.prefix(10) == [1, 0, 0, 0, 0, 0, 0, 0, 0x82, 3])
        #expect(bytes.suffix(4) == [2, 0, 9, 8])
    }

    @Test func `a command identifier reads its own text`() {
        let identifier = CommandID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
        #expect(identifier.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(CommandID("00112233-4455-6677-8899-AABBCCDDEEFF") == identifier)
        #expect(CommandID("00112233x4455-6677-8899-AABBCCDDEEFF") == nil)
        #expect(CommandID("") == nil)
        #expect(CommandID.random() != CommandID.random())
    }
}
