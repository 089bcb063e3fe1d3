// Blocks that are sound in themselves and wrong where they stand: each is told for what it is, to writers and readers.

import LogProofs
import Testing

@testable import EventLog

@Suite struct BlockPlaceTests {
    /// Five groups of one small block each.
    private func small(_ seed: UInt64) throws -> CrashedLog {
        try CrashedLog(seed: seed) { source, log in try source.append(5, to: log, records: 1, payload: 100) }
    }

    /// A small group, and one of several blocks that nothing confirms.
    private func long(_ seed: UInt64) throws -> CrashedLog {
        let left = try CrashedLog(seed: seed) { source, log in
            try source.append(1, to: log)
            let time = try #require(source.expected.last).recordedAt
            source.batch.reset(commandID: .random(), actor: 1, recordedAt: time)
            for index in 0..<40_000 {
                source.batch.append(type: 1, stream: 1, version: Int64(index + 1)) { $0.append(7) }
            }
            try log.waitUntilDurableBlocking(try log.enqueue(source.batch).upperBound)
        }
        try left.disk.unlink(CrashedLog.path + "/TAIL")
        try #require(left.offsets.count == 4)
        return left
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `a last group that is whole but wrong in its first block is ambiguous`(seed: UInt64) throws {
        let left = try long(seed)
        var bytes = left.bytes
        bytes[left.offsets[1] + 70] ^= 1
        try left.store(bytes, left.file)
        #expect(left.refusal()?.code == .ambiguousTail)
        #expect(left.disk.state.bytes(left.file) == bytes)
        #expect(
            code {
                _ = try LogRestore.restore(
                    from: CrashedLog.path, to: "/disk/restored", now: 5, fileSystem: left.disk)
            } == .ambiguousTail)
        // Told to, it sets the group aside and keeps what is before it.
        let log = try left.open(accepting: true)
        #expect(log.recovery.setAside.count == 1)
        #expect(try allRecords(log.reader()) == left.source.expected)
        try log.close()
    }

    @Test func `a last group with two damaged blocks is ambiguous, too`() throws {
        let left = try long(3)
        var bytes = left.bytes
        bytes[left.offsets[1] + 70] ^= 1
        bytes[left.offsets[2] + 20] ^= 1
        try left.store(bytes, left.file)
        let refusal = try #require(left.refusal())
        #expect(refusal.code == .ambiguousTail && refusal.message.contains("a block of the last group"))
    }

    @Test func `a last group whose first block is wrong and whose rest is missing was never told of`() throws {
        let left = try long(4)
        var bytes = left.bytes
        bytes[left.offsets[1] + 70] ^= 1
        for index in left.offsets[2]..<bytes.count { bytes[index] = 0 }
        try left.store(bytes, left.file)
        let log = try left.open()
        #expect(log.recovery.setAside.count == 1)
        #expect(try allRecords(log.reader()) == left.source.expected)
        try log.close()
    }

    /// What is wrong with the last block, and what its refusal says.
    private static let wrongs: [(what: String, says: String, code: LogError.Code)] = [
        ("version", "newer version", .newerFormat), ("flags", "newer version", .newerFormat),
        ("type", "newer version", .newerFormat), ("chain", "chain of checksums", .corrupted),
        ("position", "begins at position", .corrupted), ("durable end", "no group ends", .corrupted),
    ]

    @Test(arguments: 0..<6)
    func `a last block that does not belong there is refused with what is wrong`(number: Int) throws {
        let left = try small(5)
        let (what, says, code) = Self.wrongs[number]
        var bytes = left.bytes
        let last = try #require(left.offsets.last)
        changeHeader(&bytes, at: last) { header in
            switch what {
            case "version": header.store(5, UInt8(9))
            case "flags": header.store(6, UInt16(0x80 >> 1))
            case "type": header.store(4, UInt8(77))
            case "chain": header.store(52, UInt32(0x1234))
            case "position": header.store(16, Int64(9))
            default: header.store(40, Int64(last - 64))
            }
        }
        try left.store(bytes, left.file)
        // TAIL proves the block, so a reader comes to it.
        let (records, failure) = try left.reading()
        if what == "durable end" {
            // Only an opening for writing needs to know what is durable.
            #expect(records == left.source.expected && failure == nil)
        } else {
            #expect(records == left.source.expected.dropLast() && failure?.code == code)
            #expect(failure?.message.contains(says) == true, "\(String(describing: failure))")
        }
        try left.disk.unlink(CrashedLog.path + "/TAIL")
        let refusal = try #require(left.refusal())
        #expect(refusal.code == code && refusal.message.contains(says), "\(refusal)")
        #expect(left.disk.state.bytes(left.file) == bytes, "a refused opening changes nothing")
    }

    @Test(arguments: [(0, "ends before its last position"), (64, "crosses its end")])
    func `a durable end that lies is found by the reader that comes to it`(behind: Int, says: String) throws {
        let left = try small(6)
        var tail = try left.tail()
        tail.durableEnd = Int64(try #require(left.offsets.last) + behind)
        try left.store(tail.encoded(), CrashedLog.path + "/TAIL")
        let (records, failure) = try left.reading()
        #expect(records == left.source.expected.dropLast() && failure?.code == .corrupted)
        #expect(failure?.message.contains(says) == true)
    }

    @Test func `a segment of another log in the place of this one's is foreign`() throws {
        let left = try small(7)
        try left.store(try small(8).bytes, left.file)
        #expect(left.refusal()?.code == .foreign)
    }

    @Test func `a segment in the place of another is found`() throws {
        let disk = SimulatedDisk()
        var source = BatchSource(seed: 9)
        try mixedLog(at: CrashedLog.path, &source, seals: false, fileSystem: disk)
        let names = try LogReader.open(at: CrashedLog.path, fileSystem: disk).segments().map(\.name)
        try disk.rename(CrashedLog.path + "/" + names[1], to: CrashedLog.path + "/" + names[2])
        let problems = try LogVerifier.verify(at: CrashedLog.path, fileSystem: disk).problems
        #expect(problems.contains { $0.path.hasSuffix(names[1]) && $0.message.contains("missing") })
        #expect(problems.contains { $0.path.hasSuffix(names[2]) && $0.message.contains("does not follow") })
    }

    @Test func `a TAIL that no log writes is refused before it is read`() throws {
        let left = try small(10)
        try left.store([UInt8](repeating: 1, count: 5000), CrashedLog.path + "/TAIL")
        let refusal = try #require(left.refusal())
        #expect(refusal.code == .corrupted && refusal.path?.hasSuffix("TAIL") == true)
    }

    @Test(arguments: [true, false])
    func `a TAIL that is ahead of all segments shows that some are gone`(isActive: Bool) throws {
        let path = CrashedLog.path
        let disk = SimulatedDisk()
        var source = BatchSource(seed: 11)
        var options = quietOptions()
        options.segmentBytes = 4400
        var log = try EventLog.create(at: path, options: options, fileSystem: disk)
        try source.append(1, to: log)
        if !isActive { try log.close() }
        let early = disk.state
        if !isActive { log = try EventLog.open(at: path, options: options, fileSystem: disk) }
        try source.append(12, to: log, records: 4, payload: 300)
        let tail = try #require(disk.state.bytes(path + "/TAIL"))
        try log.close()
        let left = SimulatedDisk(early.afterProcessDeath)
        let file = try left.open(path + "/TAIL", .createOrTruncate)
        _ = try tail.withUnsafeBytes { try left.write(file, $0, at: 0) }
        left.close(file)
        for refused in [
            { _ = try EventLog.open(at: path, options: options, fileSystem: left) },
            { _ = try LogRestore.restore(from: path, to: "/disk/restored", now: 5, fileSystem: left) },
        ] as [() throws -> Void] {
            #expect { try refused() } throws: { error in
                let error = error as? LogError
                return error?.code == .corrupted && error?.message.contains("TAIL proves") == true
            }
        }
    }
}
