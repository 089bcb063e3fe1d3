// Sealing: the same records in fewer bytes, by whatever way they came, and a file that says what is in it.

import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct SealTests {
    /// A log of several closed segments, some of one tiny opening each.
    private func makeLog(
        _ directory: TemporaryDirectory, seed: UInt64, segmentBytes: Int64 = 20_000, openings: Int = 4
    ) throws -> BatchSource {
        var source = BatchSource(seed: seed)
        var options = quietOptions()
        options.segmentBytes = segmentBytes
        for opening in 0..<openings {
            let log =
                opening == 0
                ? try EventLog.create(at: directory.log, options: options)
                : try EventLog.open(at: directory.log, options: options)
            try source.append(1, to: log)
            try source.appendTogether(30, to: log, records: 30, payload: 40)
            try log.close()
        }
        return source
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `sealing keeps every record, shrinks the log and leaves nothing beside`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var source = try makeLog(directory, seed: seed)
        let log = try EventLog.open(at: directory.log, options: quietOptions())
        let report = try log.seal()
        #expect(report.sources >= 4)
        #expect(report.segments == 1, "neighbours that fit together become one")
        #expect(report.records == Int64(source.expected.count))
        #expect(report.bytesAfter < report.bytesBefore)
        #expect(try allRecords(log.reader()) == source.expected)
        try source.append(3, to: log)
        #expect(try log.seal() == SealReport(), "the active segment is left alone, and what is sealed is sealed")
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
        let verified = try LogVerifier.verify(at: directory.log)
        #expect(verified.problems == [] && verified.notes == [])
        #expect(verified.records == Int64(source.expected.count))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.log)
        #expect(names.filter { $0.hasSuffix(".seg") }.count == 1 && names.filter { $0.hasSuffix(".log") }.count == 1)
        let reader = try LogReader.open(at: directory.log)
        #expect(try reader.segments().map(\.state) == [.sealed, .closed])
        for first in stride(from: 1, through: Int64(source.expected.count), by: 37) {
            let found = try allRecords(reader, from: Position(first), through: Position(first + 2))
            #expect(found == Array(source.expected[Int(first - 1)..<min(source.expected.count, Int(first + 2))]))
        }
    }

    @Test func `the digest of history does not depend on segments or blocks`() throws {
        var digests: Set<LogDigest> = []
        for segmentBytes in [5_000, 20_000, 1 << 26] as [Int64] {
            let directory = try TemporaryDirectory()
            _ = try makeLog(directory, seed: 7, segmentBytes: segmentBytes)
            var options = quietOptions()
            options.segmentBytes = segmentBytes
            let log = try EventLog.open(at: directory.log, options: options)
            _ = try log.seal()
            let segments = try log.reader().segments()
            #expect(segments.allSatisfy { $0.state == .sealed })
            #expect(segmentBytes < 1 << 20 || segments.count == 1)
            digests.insert(try #require(segments.last?.digest))
            try log.close()
            #expect(try LogVerifier.verify(at: directory.log).isSound)
        }
        #expect(digests.count == 1)
    }

    @Test func `a batch that fills several blocks stays one batch`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        var source = BatchSource(seed: 3)
        source.batch.reset(commandID: .random(), actor: 1, recordedAt: 1)
        for index in 0..<40_000 {
            source.batch.append(type: 1, stream: UInt64(index % 7), version: Int64(index / 7 + 1)) { $0.append(9) }
        }
        try log.waitUntilDurableBlocking(try log.enqueue(source.batch).upperBound)
        try log.close()
        let again = try EventLog.open(at: directory.log, options: quietOptions())
        let before = try allRecords(again.reader())
        _ = try again.seal()
        let after = try allRecords(again.reader())
        #expect(after == before && after.count { $0.isBatchStart } == 1)
        try again.close()
        #expect(try LogVerifier.verify(at: directory.log).blocks >= 5)
    }

    @Test func `many small openings end in few segments`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 9)
        try EventLog.create(at: directory.log, options: quietOptions()).close()
        var options = quietOptions()
        var most = 0
        for round in 0..<200 {
            options.sealsInBackground = true
            options.sealDutyPercent = 100
            let log = try EventLog.open(at: directory.log, options: options)
            try source.append(1, to: log, records: 1, payload: 4)
            try log.close()
            if round >= SealPlan.ripeCount { most = max(most, try LogReader.open(at: directory.log).segments().count) }
        }
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
        #expect(most <= 2 * SealPlan.ripeCount, "sealing in the background does not keep up")
        #expect(try LogVerifier.verify(at: directory.log).isSound)
    }

    @Test func `what is sealed cannot be written to, and says so in its mode`() throws {
        let directory = try TemporaryDirectory()
        _ = try makeLog(directory, seed: 5, openings: 1)
        let log = try EventLog.open(at: directory.log, options: quietOptions())
        _ = try log.seal()
        let name = try #require(log.reader().segments().first?.name)
        try log.close()
        #expect(try PosixFileSystem().status(directory.log + "/" + name)?.permissions == 0o400)
    }

    @Test func `a cursor goes on when the originals vanish under it`() throws {
        let directory = try TemporaryDirectory()
        let source = try makeLog(directory, seed: 6, segmentBytes: 3_000)
        var live = try LogReader.open(at: directory.log).records(from: 1)
        let writer = try EventLog.open(at: directory.log, options: quietOptions())
        var own = try writer.reader().records(from: 1)
        var found = [try live.next(), try live.next()]
        var ownFound = [try own.next()]
        _ = try writer.seal()
        while let record = try live.next() { found.append(record) }
        while let record = try own.next() { ownFound.append(record) }
        #expect(found.compactMap { $0 } == source.expected)
        #expect(ownFound.compactMap { $0 } == source.expected)
        try writer.close()
    }

    @Test func `originals go to the quarantine when they are to be kept`() throws {
        let directory = try TemporaryDirectory()
        let source = try makeLog(directory, seed: 8)
        var options = quietOptions()
        options.sealedOriginals = .kept
        let log = try EventLog.open(at: directory.log, options: options)
        let originals = try log.reader().segments().map(\.name)
        _ = try log.seal()
        try log.close()
        let kept = try FileManager.default.contentsOfDirectory(atPath: directory.log + "/quarantine")
        #expect(Set(kept).isSuperset(of: originals))
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    @Test func `appends go on while another thread seals`() async throws {
        let directory = try TemporaryDirectory()
        var options = quietOptions()
        options.segmentBytes = 4_000
        options.sealsInBackground = true
        options.sealDutyPercent = 100
        var source = BatchSource(seed: 11)
        let log = try EventLog.create(at: directory.log, options: options)
        for _ in 0..<60 {
            try source.appendTogether(3, to: log, records: 20, payload: 40)
            let reader = try LogReader.open(at: directory.log)
            let seen = try allRecords(reader)
            #expect(seen == Array(source.expected.prefix(seen.count)))
        }
        #expect(try allRecords(log.reader()) == source.expected)
        #expect(log.sealingFailure == nil)
        try log.close()
        #expect(try LogReader.open(at: directory.log).segments().contains { $0.state == .sealed })
        #expect(try LogVerifier.verify(at: directory.log).isSound)
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }
}
