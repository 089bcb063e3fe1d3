// Following a log from outside while it grows, rolls, is sealed, closes, opens again and is restored.

import EnrollmentTesting
import Foundation
import Glibc
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct TailTests {
    @Test(arguments: [1, 2, 3] as [UInt64], [true, false])
    func `a follower sees everything once and in order, across rolls, seals and restarts`(
        seed: UInt64, hasWatch: Bool
    ) throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        var options = LogOptions()
        options.segmentBytes = 8192
        options.sealsInBackground = false
        var log = try EventLog.create(at: directory.log, options: options)
        try source.append(3, to: log)
        let fileSystem: any FileSystem = hasWatch ? PosixFileSystem() : FaultyFileSystem()
        let follower = try LogReader.open(at: directory.log, fileSystem: fileSystem).follow(from: 1)
        let seen = Collected()
        let thread = Thread { seen.collect(follower) }
        thread.start()
        for round in 0..<12 {
            try source.append(20, to: log, records: 6, payload: 60)
            if round % 3 == 1 { _ = try log.seal() }
            if round % 4 == 3 {
                try log.close()
                log = try EventLog.open(at: directory.log, options: options)
            }
            // Nothing that is not durable is ever handed out.
            #expect(seen.count <= Int(log.durablePosition.rawValue))
        }
        seen.wait(for: source.expected.count)
        try log.close()
        follower.cancel()
        seen.waitForEnd()
        #expect(seen.records == source.expected)
        #expect(seen.failure == nil)
    }

    @Test func `a follower in the writer's process ends when the log is closed`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 4)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(3, to: log)
        let follower = try log.reader().follow(from: 2)
        let seen = Collected()
        Thread { seen.collect(follower) }.start()
        try source.append(50, to: log)
        seen.wait(for: source.expected.count - 1)
        try log.close()
        seen.waitForEnd()
        #expect(seen.records == Array(source.expected.dropFirst()))
        #expect(seen.failure?.code == .closed)
    }

    @Test func `a writer wakes a follower without its own looks`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(1, to: log)
        let follower = try following(directory, pollMilliseconds: 3_600_000)
        let seen = Collected()
        Thread { seen.collect(follower) }.start()
        seen.wait(for: source.expected.count)
        for _ in 0..<5 {
            try source.append(1, to: log)
            seen.wait(for: source.expected.count)
        }
        follower.cancel()
        seen.waitForEnd()
        #expect(seen.records == source.expected)
        try log.close()
    }

    @Test func `an idle follower looks at TAIL now and then, and seldom at the manifest`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 6)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(5, to: log)
        let fileSystem = FaultyFileSystem()
        let follower = try following(directory, fileSystem, pollMilliseconds: 5)
        var block = DecodedBlock()
        while try follower.next(into: &block, timeoutMilliseconds: 0) {}
        let before = fileSystem.trace.count
        #expect(try !follower.next(into: &block, timeoutMilliseconds: 300))
        let calls = fileSystem.trace[before...]
        // Sixty polls, and some for waking early; busy waiting would make thousands.
        #expect(calls.count { $0.hasPrefix("open") && $0.hasSuffix("TAIL") } <= 120)
        #expect(calls.count { $0.hasPrefix("open") && $0.hasSuffix("MANIFEST") } <= 15)
        #expect(calls.contains { $0.hasPrefix("open") && $0.hasSuffix("TAIL") })
        try log.close()
    }

    @Test func `a restored log with another epoch is an error`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 7)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(5, to: log)
        try log.close()
        let follower = try following(directory, pollMilliseconds: 1)
        var block = DecodedBlock()
        while try follower.next(into: &block, timeoutMilliseconds: 0) {}
        let place = LogDirectory(path: directory.log, fileSystem: PosixFileSystem())
        var manifest = try place.readManifest()
        manifest.epoch += 1
        try place.replace(Format.manifestName, temporary: "MANIFEST.tmp", with: manifest.encoded())
        #expect { _ = try follower.next(into: &block, timeoutMilliseconds: 30_000) } throws: {
            ($0 as? LogError)?.code == .foreign
        }
        #expect { _ = try LogReader.open(at: directory.log).follow(from: Position(manifest.last + 2)) } throws: {
            ($0 as? LogError)?.code == .positionOutOfRange
        }
    }

    @Test(arguments: [InMemoryFileSystem.Operation.open, .read])
    func `a follower that could not read tries again, and hands out no record twice and passes over none`(
        operation: InMemoryFileSystem.Operation
    ) throws {
        let disk = InMemoryFileSystem()
        var source = BatchSource(seed: 9)
        var options = quietOptions()
        options.segmentBytes = 400_000
        let log = try EventLog.create(at: "/log", options: options, fileSystem: disk)
        // Longer than what is read at a time, so that a read fails within a segment too.
        try source.append(40, to: log, records: 1, payload: 60_000)
        let reader = try LogReader.open(at: "/log", fileSystem: disk)
        #expect(try reader.segments().count > 2)
        var places: Set<Int> = []
        for call in 1... {
            let follower = try reader.follow(from: 1)
            disk.fail(operation, onCall: call, errno: EIO)
            var seen: [LogRecord] = []
            var failures = 0
            var block = DecodedBlock()
            while seen.count < source.expected.count {
                do throws(LogError) {
                    #expect(try follower.next(into: &block, timeoutMilliseconds: 0))
                    seen += (0..<block.count).map { block.record(at: $0) }
                } catch {
                    #expect(error.code == .io, "\(error)")
                    failures += 1
                    places.insert(seen.count)
                    try #require(failures < 9, "the follower stays failed at position \(seen.count + 1)")
                }
            }
            #expect(seen == source.expected)
            if failures == 0 { break }
        }
        disk.fail(operation, onCall: .max / 2, errno: EIO)
        let firsts = Set(try reader.segments().map { Int($0.firstPosition.rawValue) - 1 })
        if operation == .read { #expect(places.subtracting(firsts).count > 1, "\(places)") }
        try log.close()
    }

    @Test func `an asynchronous caller gets each block, and nil once it is cancelled`() async throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 8)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(5, to: log)
        let follower = try LogReader.open(at: directory.log).follow(from: 1)
        let expected = source.expected
        let task = Task {
            var records: [LogRecord] = []
            while let block = try await follower.nextBlock() {
                for index in 0..<block.count { records.append(block.record(at: index)) }
                if records.count == expected.count { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return records
        }
        #expect(try await task.value == expected)
        try log.close()
    }

    private func following(
        _ directory: TemporaryDirectory, _ fileSystem: any FileSystem = PosixFileSystem(), pollMilliseconds: Int
    ) throws -> LogFollower {
        let place = LogDirectory(path: directory.log, fileSystem: fileSystem)
        let manifest = try place.readManifest()
        let index = SparseIndex()
        let watch = fileSystem.watch(place.path, file: Format.tailName) ?? BlindWatch()
        return LogFollower(
            .files(place, manifest.logID, epoch: manifest.epoch, index, watch),
            try LogView(reading: place, expecting: manifest.logID, epoch: manifest.epoch, index), from: 1,
            pollMilliseconds: pollMilliseconds)
    }
}

extension Manifest {
    fileprivate var last: Int64 { segments.last?.end.lastPosition ?? 0 }
}

/// What a follower on a thread of its own has seen.
private final class Collected: Sendable {
    private let state = Mutex((records: [LogRecord](), failure: LogError?.none))
    private let progress = NSCondition()
    private let isDone = Atomic(false)

    var records: [LogRecord] { state.withLock { $0.records } }
    var failure: LogError? { state.withLock { $0.failure } }
    var count: Int { state.withLock { $0.records.count } }

    func collect(_ follower: LogFollower) {
        var block = DecodedBlock()
        do {
            while try follower.next(into: &block) {
                let new = (0..<block.count).map { block.record(at: $0) }
                state.withLock { $0.records += new }
                signal()
            }
        } catch {
            state.withLock { $0.failure = error }
        }
        isDone.store(true, ordering: .releasing)
        signal()
    }

    private func signal() {
        progress.lock()
        progress.broadcast()
        progress.unlock()
    }

    /// Waits until so many records were seen, or the follower has ended.
    func wait(for count: Int) { wait { self.count >= count || self.isDone.load(ordering: .acquiring) } }

    func waitForEnd() { wait { self.isDone.load(ordering: .acquiring) } }

    private func wait(until condition: () -> Bool) {
        let patience = Date().addingTimeInterval(60)
        progress.lock()
        while !condition(), progress.wait(until: patience) {}
        progress.unlock()
        #expect(condition())
    }
}
