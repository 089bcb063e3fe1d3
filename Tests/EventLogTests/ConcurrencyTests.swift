// Many callers, one writer: positions without gaps, few syncs, and readers that see nothing too early.

import EventLog
import Foundation
import LogProofs
import Synchronization
import Testing

@Suite struct ConcurrencyTests {
    @Test func `many tasks get gapless positions, and share syncs`() async throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log)
        let tasks = 40
        let batches = 50
        let ranges = try await withThrowingTaskGroup(of: [ClosedRange<Position>].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var batch = LogBatch()
                    var ranges: [ClosedRange<Position>] = []
                    for number in 0..<batches {
                        batch.reset(commandID: .random(), actor: Int64(task), recordedAt: 1)
                        for index in 0...(number % 3) {
                            batch.append(type: 1, stream: UInt64(task), version: Int64(index)) { $0.append(1) }
                        }
                        let range = try await log.append(batch)
                        #expect(log.durablePosition >= range.upperBound)
                        ranges.append(range)
                    }
                    return ranges
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let positions = ranges.flatMap { ($0.lowerBound.rawValue...$0.upperBound.rawValue) }.sorted()
        #expect(positions == Array(1...Int64(positions.count)))
        let statistics = log.statistics()
        #expect(statistics.groups * 4 < Int64(tasks * batches))
        #expect(try allRecords(log.reader()).count == positions.count)
        try log.close()
    }

    @Test func `a reader of the files sees the durable records, and a handler hears of each`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log)
        let heard = Mutex<[Position]>([])
        log.onDurable { position in heard.withLock { $0.append(position) } }
        let reader = try LogReader.open(at: directory.log)
        for _ in 0..<20 {
            try source.append(1, to: log)
            #expect(try reader.lastPosition() == log.durablePosition)
        }
        #expect(try allRecords(reader) == source.expected)
        try log.close()
        #expect(heard.withLock { $0.last } == log.lastPosition)
        #expect(heard.withLock { $0 == $0.sorted() })
    }

    @Test func `a reader never sees what is written but not synced`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        try source.append(3, to: log)
        let durable = source.expected
        disk.refuse("sync", ".log", EIO)
        source.make()
        let position = try log.enqueue(source.batch).upperBound
        #expect(throws: LogError.self) { try log.waitUntilDurableBlocking(position) }
        #expect(try allRecords(log.reader()) == durable)
        #expect(try allRecords(LogReader.open(at: directory.log)) == durable)
        try FileManager.default.removeItem(atPath: directory.log + "/TAIL")
        #expect(try allRecords(LogReader.open(at: directory.log)).count <= durable.count)
    }

    @Test func `what the log cannot store is refused by name`() throws {
        let directory = try TemporaryDirectory()
        var options = quietOptions()
        options.maximumPendingBytes = 4 << 20
        let log = try EventLog.create(at: directory.log, options: options)
        let large = [UInt8](repeating: 1, count: 60_000)
        func code(_ build: (inout LogBatch) -> Void) -> LogError.Code? {
            var batch = LogBatch()
            batch.reset(commandID: .random(), actor: 1, recordedAt: 1000)
            build(&batch)
            do {
                _ = try log.enqueue(batch)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code { _ in } == .invalidArgument)
        #expect(code { $0.append(type: 128, stream: 1, version: 1) { _ in } } == .invalidArgument)
        #expect(code { $0.append(type: 1, stream: 1, version: 1) { $0 = [UInt8](repeating: 1, count: 65_477) } } != nil)
        #expect(code { $0.append(type: 1, stream: 1, version: 1) { $0 = [UInt8](repeating: 1, count: 65_476) } } == nil)
        let tooLarge = code { batch in
            for _ in 0..<600 {
                batch.append(type: 1, stream: 1, version: 1) { $0.append(contentsOf: large) }
            }
        }
        #expect(tooLarge == .batchTooLarge)
        let early = code { batch in
            batch.reset(commandID: .random(), actor: 1, recordedAt: 999)
            batch.append(type: 1, stream: 1, version: 1) { _ in }
        }
        #expect(early == .timeRanBack)
        var wasOverloaded = false
        var heavy = LogBatch()
        heavy.reset(commandID: .random(), actor: 1, recordedAt: 1000)
        for _ in 0..<60 { heavy.append(type: 1, stream: 1, version: 1) { $0.append(contentsOf: large) } }
        for _ in 0..<40 where !wasOverloaded {
            do { _ = try log.enqueue(heavy) } catch { wasOverloaded = error.code == .overloaded }
        }
        #expect(wasOverloaded)
        try log.close()
        #expect(code { $0.append(type: 1, stream: 1, version: 1) { _ in } } == .closed)
        try log.close()
    }
}
