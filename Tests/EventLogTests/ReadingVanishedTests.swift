// Cursors whose segments are sealed, and the originals removed, while they are on their way.

import Foundation
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct ReadingVanishedTests {
    @Test(arguments: [ReadOrder.ascending, .descending], [1, 2])
    func `a cursor goes on in the sealed segment`(order: ReadOrder, workers: Int) throws {
        for isLive in [true, false] {
            let (directory, log, source) = try unsealed(seed: 21)
            let reader = isLive ? log.reader() : try LogReader.open(at: directory.log)
            var cursor = try reader.blocks(from: 1, order: order, workers: workers)
            var block = DecodedBlock()
            var found: [LogRecord] = []
            for _ in 0..<3 {
                #expect(try cursor.next(into: &block))
                found += block.records(order)
            }
            let vanishing = try reader.segments().filter { $0.state == .closed }
            #expect(vanishing.count > 12)
            #expect(try log.seal().sources == vanishing.count)
            while try cursor.next(into: &block) { found += block.records(order) }
            #expect(found == (order == .ascending ? source.expected : source.expected.reversed()))
            try log.close()
        }
    }

    @Test(arguments: [ReadOrder.ascending, .descending])
    func `a look-up of streams goes on in the sealed segment`(order: ReadOrder) throws {
        let (directory, log, source) = try unsealed(seed: 22)
        let reader = try LogReader.open(at: directory.log)
        let filter = RecordFilter(streams: [3, 4, 5])
        var cursor = try reader.records(from: 1, order: order, matching: filter)
        var found: [LogRecord] = []
        found.append(try #require(try cursor.next()))
        _ = try log.seal()
        while let record = try cursor.next() { found.append(record) }
        let wanted = source.expected.filter { (3...5).contains($0.stream) }
        #expect(wanted.count > 20)
        #expect(found == (order == .ascending ? wanted : wanted.reversed()))
        try log.close()
    }

    @Test func `an active segment that is sealed away while its end is looked for is found where it went`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 24)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(3, to: log)
        // Without TAIL a reader walks the file of the active segment; it stands still in front of it.
        try PosixFileSystem().unlink(directory.log + "/TAIL")
        let disk = FaultyFileSystem()
        disk.hold("open", try #require(try log.reader().segments().last).name)
        let outcome = Mutex<Result<Position, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let result = Result { try LogReader.open(at: directory.log, fileSystem: disk).lastPosition() }
            outcome.withLock { $0 = result }
            done.signal()
        }
        while !disk.isHolding { sched_yield() }
        try log.close()
        let again = try EventLog.open(at: directory.log, options: quietOptions())
        _ = try again.seal()
        disk.release()
        done.wait()
        #expect(try outcome.withLock { try $0?.get() } == again.lastPosition)
        try again.close()
    }

    @Test func `a segment that is gone without a sealed one is an error`() throws {
        let (directory, log, _) = try unsealed(seed: 23)
        let names = try log.reader().segments().map(\.name)
        try log.close()
        let reader = try LogReader.open(at: directory.log)
        try PosixFileSystem().unlink(directory.log + "/" + names[names.count / 2])
        for (order, workers) in [(ReadOrder.ascending, 1), (.descending, 1), (.ascending, 2)] {
            let (records, failure) = rest(of: try reader.blocks(from: 1, order: order, workers: workers))
            #expect(failure?.code == .corrupted)
            #expect(!records.isEmpty)
        }
    }

    private func unsealed(seed: UInt64) throws -> (TemporaryDirectory, EventLog, BatchSource) {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        var options = quietOptions()
        options.segmentBytes = 8192
        let log = try EventLog.create(at: directory.log, options: options)
        try source.append(140, to: log, records: 8, payload: 80)
        return (directory, log, source)
    }
}

extension DecodedBlock {
    /// The records of a block in an order.
    fileprivate func records(_ order: ReadOrder) -> [LogRecord] {
        let records = (0..<count).map { record(at: $0) }
        return order == .ascending ? records : records.reversed()
    }
}
