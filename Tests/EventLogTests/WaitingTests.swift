// Those who wait for the disk, asleep or by a handler: each is answered, once, also by a failure.

import EnrollmentTesting
import Foundation
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct WaitingTests {
    @Test func `everyone who waits learns of the failure, and so does who asks later`() async throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        let told = Mutex<[LogError.Code]>([])
        log.onFailure { error in told.withLock { $0.append(error.code) } }
        var source = BatchSource(seed: 1)
        try source.append(1, to: log)
        let durable = log.lastPosition
        disk.hold("sync", ".log")
        source.make()
        let positions = try log.enqueue(source.batch)
        let waiters = (0..<3).map { _ in
            Task { () -> LogError.Code? in
                do throws(LogError) {
                    try await log.waitUntilDurable(positions.upperBound)
                    return nil
                } catch {
                    return error.code
                }
            }
        }
        try await waitUntil { log.core.monitor.withLock { $0.waiters.count } == 3 }
        #expect(told.withLock { $0 } == [])
        disk.refuse("write", "TAIL", EIO)
        disk.release()
        for waiter in waiters { #expect(await waiter.value == .indeterminate) }
        #expect(code { try log.close() } == .indeterminate)
        #expect(told.withLock { $0 } == [.indeterminate] && log.failure?.code == .indeterminate)
        log.onFailure { error in told.withLock { $0.append(error.code) } }
        #expect(told.withLock { $0 } == [.indeterminate, .indeterminate])
        // What was durable before stays so, and what nobody was given is told from what failed.
        try await log.waitUntilDurable(durable)
        await #expect(throws: LogError.self) { try await log.waitUntilDurable(positions.upperBound) }
    }

    @Test func `who watches hears of each group once, with its batches, records and time`() async throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        var source = BatchSource(seed: 1)
        try source.append(1, to: log)
        let groups = Mutex<[LogGroup]>([])
        log.onGroup { group in groups.withLock { $0.append(group) } }
        disk.hold("sync", ".log")
        source.make()
        let held = source.batch.count
        _ = try log.enqueue(source.batch)
        try await waitUntil { disk.isHolding }
        var records = 0
        for _ in 1...3 {
            source.make()
            records += source.batch.count
            _ = try log.enqueue(source.batch)
        }
        #expect(groups.withLock { $0.isEmpty } && log.failure == nil)
        disk.release()
        try log.close()
        let heard = groups.withLock { $0 }
        #expect(heard.map(\.batches) == [1, 3] && heard.map(\.records) == [held, records])
        #expect(heard.allSatisfy { $0.nanoseconds > 0 })
        #expect(log.failure == nil)
    }

    @Test func `a position that was not handed out is refused instead of waited for`() async throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        do {
            try await log.waitUntilDurable(1)
            Issue.record("it waited for nothing")
        } catch {
            #expect(error.code == .positionOutOfRange)
        }
        try log.close()
    }

    @Test func `a payload closure that takes bytes away is refused, and nothing of the batch is kept`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 1, recordedAt: 1)
        batch.append(type: 1, stream: 1, version: 1) { $0 += [1, 2, 3] }
        batch.append(type: 1, stream: 1, version: 2) { $0.removeLast() }
        #expect(code { _ = try log.enqueue(batch) } == .invalidArgument)
        #expect(log.lastPosition == .zero)
        try log.close()
    }

    @Test func `a reader of an open log knows whose it is`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        let other = try LogReader.open(at: directory.log)
        #expect(log.reader().id == log.id && other.id == log.id)
        #expect(log.reader().epoch == log.epoch && other.epoch == log.epoch)
        try log.close()
    }
}
