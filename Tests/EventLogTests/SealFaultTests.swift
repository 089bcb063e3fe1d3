// Sealing that cannot go on: it says why, leaves nothing behind, and comes back to it without a hurry.

import EnrollmentTesting
import Foundation
import Glibc
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct SealFaultTests {
    /// Looks again and again, for a minute at most.
    private func wait(_ what: String, until isDone: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !isDone() {
            try #require(ContinuousClock.now < deadline, "waited for \(what)")
            sched_yield()
        }
    }

    private func backgroundOptions(retryMilliseconds: Int) -> LogOptions {
        var options = quietOptions()
        options.segmentBytes = 4_000
        options.sealsInBackground = true
        options.sealDutyPercent = 100
        options.sealRetryMilliseconds = retryMilliseconds
        return options
    }

    /// A closed log whose one segment is too long to be sealed in one go.
    private func longLog(_ directory: TemporaryDirectory, _ source: inout BatchSource) throws {
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(60, to: log, records: 4, payload: 50_000)
        try log.close()
        try #require(try LogReader.open(at: directory.log).segments()[0].bytes > 1 << 20)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `sealing begins only where there is space, and takes none before`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: seed)
        try mixedLog(at: directory.log, &source, seals: false)
        let log = try EventLog.open(at: directory.log, options: quietOptions(), fileSystem: disk)
        let segments = try log.reader().segments()
        let bytes = segments.reduce(0) { $0 + $1.bytes }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted()
        disk.claimedBytes = bytes
        let calls = disk.trace.count
        #expect { try log.seal() } throws: { error in
            let error = error as? LogError
            return error?.code == .diskFull && error?.message.contains("\(bytes) are") == true
        }
        #expect(disk.trace[calls...].contains { $0.hasPrefix("space") })
        #expect(!disk.trace[calls...].contains { $0.hasPrefix("write") || $0.hasSuffix(".seg.tmp") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted() == files)
        #expect(try log.reader().segments() == segments)
        // The writer has what was left.
        try source.append(2, to: log)
        disk.claimedBytes = 10 * bytes + 1 << 20
        #expect(try log.seal().sources == segments.count)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
    }

    @Test func `a copy that finds no room in the manifest gives its space back`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 3)
        try mixedLog(at: directory.log, &source, seals: false)
        let log = try EventLog.open(at: directory.log, options: quietOptions(), fileSystem: disk)
        disk.refuse("write", "MANIFEST.tmp", ENOSPC)
        #expect(code { _ = try log.seal() } == .diskFull)
        #expect(disk.trace.contains { $0.hasPrefix("rename") && $0.hasSuffix(".seg.tmp") })
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.log)
        #expect(!names.contains { $0.contains(".seg") })
        disk.relent()
        try source.append(1, to: log)
        #expect(try log.seal().segments == 1)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
        #expect(try LogVerifier.verify(at: directory.log).isSound)
    }

    @Test func `in the background it tells what failed, tries again, and forgets it when it works`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 4)
        disk.claimedBytes = 0
        let log = try EventLog.create(
            at: directory.log, options: backgroundOptions(retryMilliseconds: 1), fileSystem: disk)
        #expect(log.sealingFailure == nil && log.statistics().sealingFailures == 0)
        try source.append(10, to: log, records: 20, payload: 60)
        try wait("three failures") { log.statistics().sealingFailures >= 3 }
        #expect(log.sealingFailure?.code == .diskFull)
        #expect(!disk.trace.contains { $0.hasSuffix(".seg.tmp") })
        // Another reason, which leaves a copy behind that must go.
        disk.claimedBytes = nil
        disk.refuse("sync", ".seg.tmp", EIO)
        try wait("another failure") { log.sealingFailure?.code == .io }
        disk.relent()
        try wait("a sealed segment") { try log.reader().segments().contains { $0.state == .sealed } }
        try wait("the end of the failure") { log.sealingFailure == nil }
        #expect(log.statistics().sealingFailures >= 4)
        try source.append(2, to: log)
        try log.close()
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
        let verified = try LogVerifier.verify(at: directory.log)
        #expect(verified.problems == [] && verified.notes == [])
    }

    @Test func `while it waits after a failure, closed segments do not hurry it, and closing the log does`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 5)
        disk.claimedBytes = 0
        let log = try EventLog.create(
            at: directory.log, options: backgroundOptions(retryMilliseconds: 3_600_000), fileSystem: disk)
        try source.append(3, to: log, records: 20, payload: 100)
        try wait("the failure") { log.sealingFailure != nil }
        try source.append(60, to: log, records: 20, payload: 100)
        #expect(try log.reader().segments().count > 10)
        #expect(log.statistics().sealingFailures == 1)
        #expect(disk.trace.count { $0.hasPrefix("space") } == 1)
        let before = ContinuousClock.now
        try log.close()
        #expect(ContinuousClock.now - before < .seconds(600), "closing waited for the next attempt")
    }

    @Test func `it ends with the writer, whose failure it cannot mend`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 6)
        try mixedLog(at: directory.log, &source, seals: false)
        let durable = source.expected
        disk.refuse("rename", "MANIFEST.tmp", EIO)
        let log = try EventLog.open(
            at: directory.log, options: backgroundOptions(retryMilliseconds: 1), fileSystem: disk)
        try wait("the thread's end") { log.sealer.monitor.withLock { $0.isFinished } }
        #expect(log.sealingFailure?.code == .indeterminate && log.statistics().sealingFailures == 1)
        #expect(code { try source.append(1, to: log) } == .poisoned)
        try log.close()
        let again = try EventLog.open(at: directory.log, options: quietOptions())
        #expect(try allRecords(again.reader()) == durable)
        try again.close()
    }

    @Test func `the wait after a failure doubles, to an end`() {
        let delays = (1...40).map { RetryDelay(firstMilliseconds: 1000).nanoseconds(after: $0) }
        #expect(delays[0] == 1_000_000_000)
        for number in 1...RetryDelay.doublings { #expect(delays[number] == 2 * delays[number - 1]) }
        #expect(delays[RetryDelay.doublings...].allSatisfy { $0 == 1_024_000_000_000 })
        // No setting makes it busy, or overflows.
        #expect(RetryDelay(firstMilliseconds: -5).nanoseconds(after: 0) == 1_000_000)
        #expect(RetryDelay(firstMilliseconds: Int.max).nanoseconds(after: Int.max) == 3_600_000_000_000 << 10)
    }

    @Test func `reading a copy back rests as often as copying it, and stops when it is told to`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 7)
        try longLog(directory, &source)
        let log = try EventLog.open(at: directory.log, options: quietOptions(), fileSystem: disk)
        let sealer = Sealer(directory: log.core.directory, core: log.core)
        let plan = SealPlan(targetBytes: 64 << 20, takesAll: true)
        func isReadingBack() -> Bool { disk.trace.contains { $0.hasPrefix("read") && $0.hasSuffix(".seg.tmp") } }
        var report = SealReport()
        var rests = 0
        #expect(
            try !sealer.sealNext(plan, &report) {
                rests += 1
                return !isReadingBack()
            })
        let calls = disk.trace.count { $0.hasPrefix("read") && $0.hasSuffix(".seg.tmp") }
        #expect(calls > 0 && calls < 6, "it read on for \(calls) calls")
        #expect(rests > 1 && report == SealReport())
        #expect(try log.reader().segments().map(\.state) == [.closed])
        #expect(!(try FileManager.default.contentsOfDirectory(atPath: directory.log)).contains { $0.contains(".seg") })
        var restsReadingBack = 0
        let before = disk.trace.count
        #expect(
            try sealer.sealNext(plan, &report) {
                let isBack = disk.trace[before...].contains { $0.hasPrefix("read") && $0.hasSuffix(".seg.tmp") }
                restsReadingBack += isBack ? 1 : 0
                return true
            })
        try log.close()
        let blocks = try LogVerifier.verify(at: directory.log).blocks
        #expect(blocks > 5 && restsReadingBack == Int(blocks))
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    @Test func `closing the log stops the thread while it reads a copy back`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 8)
        try longLog(directory, &source)
        var options = backgroundOptions(retryMilliseconds: 1)
        options.segmentBytes = 2 << 20
        disk.hold("read", ".seg.tmp")
        let log = try EventLog.open(at: directory.log, options: options, fileSystem: disk)
        try wait("the thread to read back") { disk.isHolding }
        log.sealer.requestStop()
        disk.release()
        #expect(code { _ = try log.seal() } == .closed)
        try log.close()
        #expect(log.sealingFailure == nil)
        let reader = try LogReader.open(at: directory.log)
        #expect(try reader.segments().map(\.state) == [.closed])
        #expect(try allRecords(reader) == source.expected)
        #expect(!(try FileManager.default.contentsOfDirectory(atPath: directory.log)).contains { $0.contains(".seg") })
    }

    @Test func `a caller who seals is told that the log was closed, before and meanwhile`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 9)
        try longLog(directory, &source)
        let log = try EventLog.open(at: directory.log, options: quietOptions(), fileSystem: disk)
        disk.hold("sync", ".seg.tmp")
        let outcome = Mutex<LogError.Code?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let found = code { _ = try log.seal() }
            outcome.withLock { $0 = found }
            done.signal()
        }
        try wait("the copy") { disk.isHolding }
        log.sealer.requestStop()
        disk.release()
        done.wait()
        #expect(outcome.withLock { $0 } == .closed)
        try log.close()
        #expect(code { _ = try log.seal() } == .closed)
        #expect(!(try FileManager.default.contentsOfDirectory(atPath: directory.log)).contains { $0.contains(".seg") })
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    @Test(arguments: [(50, 1.0), (25, 3.0), (100, 0.0), (0, 99.0), (400, 0.0)])
    func `the thread rests as long as its share of a core asks for`(percent: Int, rest: Double) {
        let begun = Monitor<Int>.now()
        var pace = Pace(dutyPercent: percent)
        let made = Monitor<Int>.now()
        while Monitor<Int>.now() < made + 2_000_000 {}
        let before = Monitor<Int>.now()
        let until = pace.restUntil()
        let after = Monitor<Int>.now()
        #expect(Double(until - before) >= rest * Double(before - made) * 0.999)
        #expect(Double(until - after) <= rest * Double(after - begun) * 1.001)
    }
}
