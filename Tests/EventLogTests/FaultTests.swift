// Refused calls: what is answered, what stays in the log, and that nothing is tried twice.

import EventLog
import Foundation
import LogProofs
import Synchronization
import Testing

@Suite struct FaultTests {
    @Test(arguments: ["write", "sync"])
    func `a failed write or sync poisons the writer, and the retry finds out`(operation: String) throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        try source.append(2, to: log)
        let durable = source.expected
        disk.refuse(operation, ".log", EIO)
        source.make()
        let positions = try log.enqueue(source.batch)
        #expect(code { try log.waitUntilDurableBlocking(positions.upperBound) } == .indeterminate)
        disk.relent()
        let calls = disk.trace.count
        source.make()
        #expect(code { _ = try log.enqueue(source.batch) } == .poisoned)
        #expect(code { try log.waitUntilDurableBlocking(positions.upperBound) } == .indeterminate)
        #expect(try allRecords(log.reader()) == durable)
        #expect(code { try log.close() } == .indeterminate)
        #expect(!disk.trace[calls...].contains { $0.hasPrefix("write") || $0.hasPrefix("sync") })
        let again = try EventLog.open(at: directory.log)
        let records = try allRecords(again.reader())
        #expect(records.starts(with: durable) && source.boundaries.contains(records.count))
        try again.close()
    }

    @Test func `a full disk is told before the group is written, and the log opens again`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        try source.append(2, to: log)
        let durable = source.expected
        disk.refuse("write", ".log", ENOSPC)
        // Larger than what is allocated ahead, so that the allocation fails and not the group.
        source.make(records: 1, payload: 5)
        source.batch.append(type: 1, stream: 1, version: 1) {
            $0.append(contentsOf: [UInt8](repeating: 7, count: 65_000))
        }
        source.batch.append(type: 1, stream: 1, version: 2) {
            $0.append(contentsOf: [UInt8](repeating: 7, count: 65_000))
        }
        let random = (0..<65_000).map { _ in UInt8.random(in: 0...255) }
        source.batch.append(type: 1, stream: 1, version: 3) { $0.append(contentsOf: random) }
        let positions = try log.enqueue(source.batch)
        #expect(code { try log.waitUntilDurableBlocking(positions.upperBound) } == .diskFull)
        #expect(try allRecords(log.reader()) == durable)
        #expect(code { try log.close() } == .diskFull)
        disk.relent()
        let again = try EventLog.open(at: directory.log, fileSystem: disk)
        #expect(try allRecords(again.reader()) == durable)
        #expect(again.recovery.setAside.isEmpty)
        try again.close()
    }

    @Test func `a full disk that only TAIL meets does not deny a group that is synced`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        try source.append(2, to: log)
        disk.refuse("write", "TAIL", ENOSPC)
        source.make()
        let positions = try log.enqueue(source.batch)
        // `diskFull` would say that the records are certainly not stored, and a retry under a new id would double them.
        #expect(code { try log.waitUntilDurableBlocking(positions.upperBound) } == .indeterminate)
        #expect(code { try log.close() } == .indeterminate)
        let again = try EventLog.open(at: directory.log)
        #expect(try allRecords(again.reader()) == source.expected)
        try again.close()
    }

    @Test func `the confirm block fits on a disk that is full behind the last group`() throws {
        let base = SimulatedDisk()
        let disk = FaultyFileSystem(on: base)
        var options = quietOptions()
        options.compressionThresholdBytes = Int.max
        let log = try EventLog.create(at: "/disk/log", options: options, fileSystem: disk)
        var batch = LogBatch()
        /// The bytes that are allocated behind the last group.
        func append(_ payload: Int) throws -> Int {
            batch.reset(commandID: .random(), actor: 1, recordedAt: 1)
            batch.append(type: 1, stream: 1, version: 1) { bytes in
                bytes.append(contentsOf: (0..<payload).map { UInt8(truncatingIfNeeded: $0 * 167 + 1) })
            }
            try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
            let segment = try log.reader().segments()[0]
            let size = try base.status("/disk/log/" + segment.name)?.size ?? 0
            return Int(size - segment.bytes)
        }
        let room = try append(60_000)
        // The second group fills the room but for one header.
        #expect(try append(room - 64 - 128) == 64)
        disk.isFull = true
        try log.close()
        disk.isFull = false
        try base.unlink("/disk/log/TAIL")
        let again = try EventLog.open(at: "/disk/log", options: options, fileSystem: disk)
        #expect(again.lastPosition == 2)
        #expect(again.recovery.rewrittenRecords == 0, "the close left the last group unconfirmed")
        try again.close()
    }

    @Test func `short writes are completed`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        disk.longestWrite = 100
        var source = BatchSource(seed: 8)
        let log = try EventLog.create(at: directory.log, fileSystem: disk)
        try source.append(5, to: log)
        try log.close()
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    /// One life of a log: create or open, append, roll, close.
    ///
    /// Returns what was acknowledged.
    private func life(_ path: String, _ disk: FaultyFileSystem, _ source: inout BatchSource) -> (Int, (any Error)?) {
        var options = quietOptions()
        options.segmentBytes = 5000
        var acknowledged = 0
        var opened: [EventLog] = []
        // A failed writer still holds the lock until it is closed; what closing answers was seen by then.
        defer { for log in opened { try? log.close() } }
        do {
            let log = try EventLog.create(at: path, options: options, fileSystem: disk)
            opened.append(log)
            for _ in 0..<4 {
                source.make(records: 2, payload: 400)
                try log.waitUntilDurableBlocking(try log.enqueue(source.batch).upperBound)
                acknowledged = source.expected.count
            }
            try log.close()
            let again = try EventLog.open(at: path, options: options, fileSystem: disk)
            opened.append(again)
            source.make(records: 2, payload: 200)
            try again.waitUntilDurableBlocking(try again.enqueue(source.batch).upperBound)
            acknowledged = source.expected.count
            try again.close()
            return (acknowledged, nil)
        } catch {
            return (acknowledged, error)
        }
    }

    @Test(arguments: [(EIO, false), (EIO, true), (ENOSPC, false), (ENOSPC, true)] as [(Int32, Bool)])
    func `whichever call fails, nothing acknowledged is lost`(errno: Int32, isSticky: Bool) throws {
        let sound = FaultyFileSystem(on: SimulatedDisk())
        var soundSource = BatchSource(seed: 6)
        let path = "/disk/log"
        #expect(life(path, sound, &soundSource).1 == nil)
        let calls = sound.trace.count
        for number in 1...calls {
            let base = SimulatedDisk()
            let disk = FaultyFileSystem(on: base, failing: number, errno: errno, isSticky: isSticky)
            var source = BatchSource(seed: 6)
            let (acknowledged, _) = life(path, disk, &source)
            do {
                let log = try EventLog.open(at: path, options: quietOptions(), fileSystem: base)
                let records = try allRecords(log.reader())
                #expect(records.count >= acknowledged, "call \(number): \(sound.trace[number - 1])")
                #expect(records == Array(source.expected.prefix(records.count)))
                #expect(source.boundaries.contains(records.count))
                try log.close()
                #expect(try LogVerifier.verify(at: path, fileSystem: base).problems == [])
            } catch let error as LogError where error.code == .notFound {
                #expect(acknowledged == 0)
            }
        }
    }

    @Test func `no acknowledgement comes before the sync of its group`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        for _ in 0..<5 {
            let before = disk.trace.count
            try source.append(1, to: log)
            let calls = disk.trace[before...].filter { $0.hasSuffix(".log") || $0.hasSuffix("TAIL") }
            #expect(calls.suffix(3).map { String($0.split(separator: " ")[0]) } == ["write", "sync", "write"])
            #expect(calls.last == "write TAIL")
        }
        try log.close()
    }
}
