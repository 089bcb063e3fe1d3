// Reading in both orders, by stream and by type: the same records as a plain look through everything.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct ReadingOrderTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `descending gives the same records the other way round, for any range`(seed: UInt64) throws {
        let made = try ReadingLog(seed: seed)
        var generator = SplitMix64(seed: seed)
        #expect(Set(try made.log.reader().segments().map(\.state)) == [.sealed, .closed, .active])
        for reader in try made.readers() {
            for _ in 0..<30 {
                let range = anyRange(made.last, &generator)
                let found = try rest(
                    of: reader.records(
                        from: Position(range.lowerBound), through: Position(range.upperBound), order: .descending))
                let wanted = made.expected[Int(range.lowerBound - 1)..<Int(range.upperBound)]
                #expect(found == wanted.reversed())
            }
            #expect(try rest(of: reader.records(from: .zero, order: .descending)) == made.expected.reversed())
            #expect(try rest(of: reader.records(from: Position(made.last + 1), order: .descending)).isEmpty)
        }
    }

    @Test(arguments: [5, 6, 7, 8] as [UInt64])
    func `a filter gives what a look through everything gives`(seed: UInt64) throws {
        let made = try ReadingLog(seed: seed)
        var generator = SplitMix64(seed: seed)
        for reader in try made.readers() {
            for round in 0..<30 {
                let range = anyRange(made.last, &generator)
                var filter = RecordFilter()
                if round % 3 != 0 {
                    filter.streams = Set((0...generator.next() % 3).map { _ in made.anyStream(&generator) })
                }
                if round % 3 != 1 { filter.types = Set((0..<20).map { _ in UInt8(generator.next() % 140) }) }
                let wanted = made.expected[Int(range.lowerBound - 1)..<Int(range.upperBound)].filter { record in
                    filter.streams?.contains(record.stream) ?? true && filter.types?.contains(record.type) ?? true
                }
                for order in [ReadOrder.ascending, .descending] {
                    let found = try rest(
                        of: reader.records(
                            from: Position(range.lowerBound), through: Position(range.upperBound), order: order,
                            matching: filter))
                    #expect(found == (order == .ascending ? wanted : wanted.reversed()))
                }
            }
        }
    }

    @Test func `descending reads an unsealed segment of many stretches, a stretch at a time`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 9)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        for _ in 0..<60 { try source.appendTogether(12, to: log, records: 6, payload: 1000) }
        try source.append(1, to: log, records: 30, payload: 60_000)
        try source.append(40, to: log)
        let bytes = try log.reader().segments().reduce(0) { $0 + $1.bytes }
        #expect(bytes > 6 * SparseIndex.spacing)
        for reader in [log.reader(), try LogReader.open(at: directory.log)] {
            #expect(try rest(of: reader.records(from: 1, order: .descending)) == source.expected.reversed())
            var cursor = try reader.blocks(from: 1, order: .descending)
            var block = DecodedBlock()
            #expect(try cursor.next(into: &block))
            #expect(block.lastPosition == log.durablePosition)
        }
        try log.close()
    }

    @Test func `a stream that is in one block of a large sealed log costs few blocks`() throws {
        let made = try LargeSealedLog(seed: 10, marked: 77)
        let reader = try LogReader.open(at: made.directory.log)
        var all = try reader.blocks(from: 1)
        var block = DecodedBlock()
        while try all.next(into: &block) {}
        #expect(all.decodedBlocks >= 20)
        for order in [ReadOrder.ascending, .descending] {
            var cursor = try reader.records(from: 1, order: order, matching: RecordFilter(streams: [77]))
            #expect(try cursor.next()?.position == Position(made.markedPosition))
            #expect(try cursor.next() == nil)
            // One block holds it; a filter takes about one block in fifty for another such.
            #expect(cursor.blocks.decodedBlocks <= 4)
            var byType = try reader.records(from: 1, order: order, matching: RecordFilter(types: [99]))
            #expect(try byType.next()?.position == Position(made.markedPosition))
            #expect(try byType.next() == nil)
            #expect(byType.blocks.decodedBlocks == 1)
        }
        var late = try reader.records(from: 1, order: .descending)
        #expect(try late.next()?.position == made.log.durablePosition)
        #expect(late.blocks.decodedBlocks == 1)
    }

    @Test func `after an error a cursor gives the same error again, and no record behind it`() throws {
        let made = try ReadingLog(seed: 11)
        let segments = try made.log.reader().segments()
        let victim = try #require(segments.first { $0.state == .closed })
        try made.log.close()
        try flip(made.directory.log + "/" + victim.name, at: Int(victim.bytes) / 2)
        let reader = try LogReader.open(at: made.directory.log)
        for order in [ReadOrder.ascending, .descending] {
            var cursor = try reader.blocks(from: 1, order: order)
            var block = DecodedBlock()
            #expect { while try cursor.next(into: &block) {} } throws: { ($0 as? LogError)?.code == .corrupted }
            #expect { _ = try cursor.next(into: &block) } throws: { ($0 as? LogError)?.code == .corrupted }
        }
    }
}

extension ReadingLog {
    fileprivate func anyStream(_ generator: inout SplitMix64) -> UInt64 {
        expected[Int(generator.next() % UInt64(expected.count))].stream
    }
}

/// A sealed log of over twenty blocks, with one record of its own stream and type in the midst.
struct LargeSealedLog {
    let directory: TemporaryDirectory
    let log: EventLog
    private(set) var markedPosition: Int64 = 0

    /// Makes the log; the record of batch *n* is recorded at *n*, and the marked one follows at 40.
    init(seed: UInt64, marked stream: UInt64) throws {
        directory = try TemporaryDirectory()
        let writer = try EventLog.create(at: directory.log, options: quietOptions())
        var generator = SplitMix64(seed: seed)
        var batch = LogBatch()
        var bytes = [UInt8](repeating: 0, count: 60_000)
        for round in 0..<120 {
            for place in stride(from: 0, to: bytes.count, by: 50) { bytes[place] = UInt8(generator.next() & 0xFF) }
            batch.reset(commandID: CommandID(high: generator.next(), low: 1), actor: 1, recordedAt: Int64(round))
            batch.append(type: UInt8(generator.next() % 8), stream: 1000 + generator.next() % 64, version: 1) {
                $0.append(contentsOf: bytes)
            }
            if round == 40 { batch.append(type: 99, stream: stream, version: 1) { _ in } }
            let positions = try writer.enqueue(batch)
            if round == 40 { markedPosition = positions.upperBound.rawValue }
        }
        try writer.waitUntilDurableBlocking(writer.lastPosition)
        try writer.close()
        log = try EventLog.open(at: directory.log, options: quietOptions())
        _ = try log.seal()
    }
}

/// Turns one bit of a file over, whatever its permissions.
func flip(_ path: String, at offset: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seek(toOffset: UInt64(offset))
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: Data([byte ^ 1]))
    try file.close()
}
