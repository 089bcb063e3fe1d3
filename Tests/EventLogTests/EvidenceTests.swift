// Damage that only one kind of evidence shows: a far later proof, or the chain between headers.

import LogProofs
import Testing

@testable import EventLog

@Suite struct EvidenceTests {
    private let path = "/disk/log"

    /// A log that was never closed, of single groups, and its one segment.
    private func crashed(groups: Int) throws -> (disk: SimulatedDisk, file: String, bytes: [UInt8]) {
        let disk = SimulatedDisk()
        var source = BatchSource(seed: 31)
        let log = try EventLog.create(at: path, options: quietOptions(), fileSystem: disk)
        try source.append(groups, to: log, records: 1, payload: 200)
        let name = try log.reader().segments()[0].name
        let state = disk.state
        try log.close()
        let left = SimulatedDisk(state.afterProcessDeath)
        return (left, path + "/" + name, try #require(left.state.bytes(path + "/" + name)))
    }

    private func store(_ bytes: [UInt8], _ file: String, on disk: SimulatedDisk) throws {
        let descriptor = try disk.open(file, .readWrite)
        defer { disk.close(descriptor) }
        _ = try bytes.withUnsafeBytes { try disk.write(descriptor, $0, at: 0) }
    }

    @Test(arguments: [false, true])
    func `a wiped stretch is damage however far behind it the proof stands`(hasTail: Bool) throws {
        let (disk, file, original) = try crashed(groups: 120)
        let offsets = blockOffsets(in: original)
        let far = try #require(offsets.last)
        let start = offsets[2]
        #expect(far - start > 16 << 10)
        var bytes = original
        // Nothing but holes between the third group and the last but one: what a tear would look like, nearly.
        for index in start..<offsets[offsets.count - 2] { bytes[index] = 0 }
        try store(bytes, file, on: disk)
        if !hasTail { try disk.unlink(path + "/TAIL") }
        #expect(code { try EventLog.open(at: path, options: quietOptions(), fileSystem: disk).close() } == .corrupted)
        #expect(disk.state.bytes(file) == bytes, "a refused opening changes nothing")
    }

    @Test func `a block that does not continue the chain is damage, though all its own checksums fit`() throws {
        let (disk, file, original) = try crashed(groups: 6)
        let offsets = blockOffsets(in: original)
        var bytes = original
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            // The fourth block follows another third one; from there on everything fits again.
            var chain = UnsafeRawPointer(base).load(offsets[3] + 52, UInt32.self) ^ 0x55
            for offset in offsets[3...] {
                base.store(offset + 52, chain)
                chain = checksum(UnsafeRawBufferPointer(start: base + offset, count: 60))
                base.store(offset + 60, chain)
            }
        }
        try store(bytes, file, on: disk)
        try disk.unlink(path + "/TAIL")
        #expect(code { try EventLog.open(at: path, options: quietOptions(), fileSystem: disk).close() } == .corrupted)
        let seen = try allRecords(LogReader.open(at: path, fileSystem: disk))
        #expect(seen.count <= 3, "a reader goes no further than the chain")
    }

    @Test func `of a group that was cut between its blocks nothing is recovered`() throws {
        let disk = SimulatedDisk()
        let log = try EventLog.create(at: path, options: quietOptions(), fileSystem: disk)
        var source = BatchSource(seed: 32)
        try source.append(1, to: log)
        let kept = source.expected.count
        source.batch.reset(commandID: .random(), actor: 1, recordedAt: try #require(source.expected.last).recordedAt)
        for index in 0..<40_000 {
            source.batch.append(type: 1, stream: 1, version: Int64(index + 1)) { $0.append(7) }
        }
        try log.waitUntilDurableBlocking(try log.enqueue(source.batch).upperBound)
        let file = path + "/" + (try log.reader().segments()[0].name)
        let state = disk.state
        try log.close()
        let left = SimulatedDisk(state.afterProcessDeath)
        var bytes = try #require(left.state.bytes(file))
        let offsets = blockOffsets(in: bytes)
        #expect(offsets.count == 4, "one small group, and one of three blocks")
        for index in offsets[2]..<bytes.count { bytes[index] = 0 }
        try store(bytes, file, on: left)
        try left.unlink(path + "/TAIL")
        let again = try EventLog.open(at: path, options: quietOptions(), fileSystem: left)
        #expect(again.lastPosition == Position(Int64(kept)))
        #expect(again.recovery.rewrittenRecords == 0 && again.recovery.setAside.count == 1)
        #expect(try allRecords(again.reader()) == Array(source.expected.prefix(kept)))
        try again.close()
    }

    @Test func `no sector of a block is all zero, whatever the records hold`() throws {
        let disk = SimulatedDisk()
        var options = quietOptions()
        options.compressionThresholdBytes = Int.max
        let log = try EventLog.create(at: path, options: options, fileSystem: disk)
        var batch = LogBatch()
        for length in [512, 600, 1_024, 5_000, 60_000] {
            batch.reset(commandID: .random(), actor: 1, recordedAt: 1)
            batch.append(type: 1, stream: 1, version: 1) { $0 += [UInt8](repeating: 0, count: length) }
            try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
        }
        let segment = try log.reader().segments()[0]
        let bytes = try #require(disk.state.bytes(path + "/" + segment.name))
        var sectors = 0
        for start in stride(from: 0, to: Int(segment.bytes), by: Format.sectorBytes) {
            let end = min(start + Format.sectorBytes, Int(segment.bytes))
            #expect(bytes[start..<end].contains { $0 != 0 }, "the sector at \(start)")
            sectors += 1
        }
        #expect(sectors > 100)
        #expect(try allRecords(log.reader()).allSatisfy { $0.payload.allSatisfy { $0 == 0 } })
        try log.close()
    }

    @Test func `a header counts nowhere but in its own place and segment`() throws {
        let (_, _, bytes) = try crashed(groups: 3)
        let place = blockOffsets(in: bytes)[1]
        let salt = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.map { $0.load(place + 48, UInt32.self) } ?? 0
        }
        func isHeader(at offset: Int, salt: UInt32) -> Bool {
            bytes.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress,
                    case .header = BlockHeader.decoded(base + place, offset: Int64(offset), salt: salt)
                else { return false }
                return true
            }
        }
        #expect(isHeader(at: place, salt: salt))
        #expect(!isHeader(at: place + 64, salt: salt))
        #expect(!isHeader(at: place, salt: salt ^ 1))
    }
}
