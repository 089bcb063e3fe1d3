// Threads that read ahead: the same blocks, errors where they belong, and nothing left behind.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct ReadingAheadTests {
    @Test(arguments: [1, 2, 3] as [UInt64], [2, 4])
    func `workers hand over the same records as one thread, for any range and filter`(
        seed: UInt64, workers: Int
    ) throws {
        let made = try ReadingLog(seed: seed)
        var generator = SplitMix64(seed: seed)
        for reader in try made.readers() {
            for round in 0..<12 {
                let range = anyRange(made.last, &generator)
                let order: ReadOrder = round % 2 == 0 ? .ascending : .descending
                let filter = round % 3 == 0 ? RecordFilter(types: [UInt8(generator.next() % 128)]) : RecordFilter()
                func read(_ workers: Int) throws -> [LogRecord] {
                    let (records, failure) = rest(
                        of: try reader.blocks(
                            from: Position(range.lowerBound), through: Position(range.upperBound), order: order,
                            matching: filter, workers: workers))
                    #expect(failure == nil)
                    return records
                }
                let alone = try read(1)
                #expect(try read(workers) == alone)
                if round == 1 { #expect(!alone.isEmpty) }
            }
        }
        try made.log.close()
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `damage shows behind the same records as with one thread`(seed: UInt64) throws {
        let made = try ReadingLog(seed: seed, segmentBytes: 64 << 10)
        try made.log.close()
        var generator = SplitMix64(seed: seed)
        let segments = try LogReader.open(at: made.directory.log).segments()
        let victim = segments[Int(generator.next() % UInt64(segments.count))]
        let page = UInt64(4096)
        let place = page + generator.next() % (UInt64(victim.bytes) - page)
        try flip(made.directory.log + "/" + victim.name, at: Int(place))
        let reader = try LogReader.open(at: made.directory.log)
        let alone = rest(of: try reader.blocks(from: 1))
        let ahead = rest(of: try reader.blocks(from: 1, workers: 2))
        #expect(ahead.records == alone.records)
        #expect(ahead.failure?.code == alone.failure?.code)
        #expect(ahead.failure?.offset == alone.failure?.offset)
        #expect(ahead.failure?.path == alone.failure?.path)
        #expect(alone.records == Array(made.expected.prefix(alone.records.count)))
    }

    @Test func `a refused read is an error for the consumer, and no hang`() throws {
        let made = try ReadingLog(seed: 7)
        try made.log.close()
        let segments = try LogReader.open(at: made.directory.log).segments()
        let fileSystem = FaultyFileSystem()
        let reader = try LogReader.open(at: made.directory.log, fileSystem: fileSystem)
        var cursor = try reader.blocks(from: 1, workers: 2)
        fileSystem.refuse("read", segments[segments.count / 2].name, EIO)
        var block = DecodedBlock()
        #expect { while try cursor.next(into: &block) {} } throws: { ($0 as? LogError)?.code == .io }
    }

    @Test(arguments: [0, 1, 5]) func `a cursor that goes away leaves no thread and no memory`(taken: Int) throws {
        let made = try ReadingLog(seed: 8)
        weak var readAhead: ReadAhead?
        weak var ring: ReadAheadRing?
        var workers = -1
        do {
            var kept: ReadAheadRing?
            do {
                var cursor: BlockCursor? = try made.log.reader().blocks(from: 1, workers: 2)
                var block = DecodedBlock()
                for _ in 0..<taken { #expect(try cursor?.next(into: &block) == true) }
                readAhead = cursor?.readAhead
                kept = readAhead?.ring
                #expect(readAhead != nil)
                cursor = nil
            }
            workers = try #require(kept).workers
            ring = kept
            #expect(ring != nil)
        }
        #expect(workers == 0)
        #expect(readAhead == nil)
        // The thread that ended last may hold its reference a moment longer than it takes to say so.
        let patience = Date().addingTimeInterval(30)
        while ring != nil, Date() < patience { sched_yield() }
        #expect(ring == nil)
        try made.log.close()
    }

    @Test func `few blocks are read ahead of a slow consumer`() throws {
        let made = try LargeSealedLog(seed: 9, marked: 1)
        let fileSystem = FaultyFileSystem()
        let reader = try LogReader.open(at: made.directory.log, fileSystem: fileSystem)
        var cursor = try reader.blocks(from: 1, workers: 2)
        let ring = try #require(cursor.readAhead?.ring)
        var block = DecodedBlock()
        #expect(try cursor.next(into: &block))
        let patience = Date().addingTimeInterval(30)
        while ring.ahead < ring.capacity, Date() < patience { sched_yield() }
        #expect(ring.capacity <= 16)
        #expect(ring.ahead == ring.capacity)
        // The log has over twenty blocks, so a worker without bounds would be further by now.
        #expect(rest(of: cursor).records.count + block.count == made.log.lastPosition.rawValue)
    }
}
