// The rules by which an opening tells a torn tail from damage.

import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct RecoveryTests {
    /// A log of some groups whose writer still lives, so that the files are as a crash leaves them.
    private struct Crashed {
        let directory: TemporaryDirectory
        let log: EventLog
        let source: BatchSource
        /// The offset and position behind each group.
        let ends: [(offset: Int64, position: Int)]
    }

    private func crashed(groups: Int = 5, payload: Int = 300) throws -> Crashed {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 21)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        var ends: [(Int64, Int)] = []
        for _ in 0..<groups {
            try source.append(1, to: log, records: 3, payload: payload)
            ends.append((try log.reader().segments()[0].bytes, source.expected.count))
        }
        return Crashed(directory: directory, log: log, source: source, ends: ends)
    }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        body(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private func openAndClose(_ path: String, _ options: LogOptions = quietOptions()) throws -> EventLog {
        let log = try EventLog.open(at: path, options: options)
        try log.close()
        return log
    }

    @Test func `a refused read is an error and never the end of the log`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        let disk = FaultyFileSystem()
        disk.refuse("read", ".log", EIO)
        #expect(code { _ = try EventLog.open(at: copy, fileSystem: disk) } == .io)
        disk.relent()
        #expect(try EventLog.open(at: copy, fileSystem: disk).lastPosition == crashed.log.lastPosition)
    }

    @Test func `damage before a later durable end is corruption, and nothing is changed`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        let segment = try newestSegment(in: copy)
        try change(segment) { $0[Int(crashed.ends[1].offset) + 70] ^= 1 }
        let before = try Data(contentsOf: URL(fileURLWithPath: segment))
        do {
            _ = try openAndClose(copy)
            Issue.record("the damage went unseen")
        } catch let error as LogError {
            #expect(error.code == .corrupted)
            #expect(error.path == segment)
            #expect(error.offset == crashed.ends[1].offset)
            #expect(error.message.contains("positions \(crashed.ends[1].position + 1) to"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: segment)) == before)
    }

    @Test func `damage before what TAIL proves is corruption`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        let segment = try newestSegment(in: copy)
        // The last group: no later header proves it, only TAIL does. Its first sector is wiped, like a tear.
        let start = Int(crashed.ends[3].offset)
        try change(segment) { for place in start..<(start / 512 * 512 + 512) { $0[place] = 0 } }
        #expect(code { _ = try openAndClose(copy) } == .corrupted)
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        let log = try openAndClose(copy)
        #expect(log.lastPosition == Position(Int64(crashed.ends[3].position)))
        #expect(log.recovery.setAside.count == 1)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: copy + "/quarantine").isEmpty)
        #expect(try LogVerifier.verify(at: copy).problems == [])
    }

    @Test func `an incomplete last group is set aside, a whole but wrong one is refused`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        try change(try newestSegment(in: copy)) { $0[Int(crashed.ends[3].offset) + 100] ^= 0x10 }
        #expect(code { _ = try openAndClose(copy) } == .ambiguousTail)
        var options = quietOptions()
        options.acceptAmbiguousTail = true
        let log = try openAndClose(copy, options)
        #expect(log.lastPosition == Position(Int64(crashed.ends[3].position)))
        #expect(try allRecords(log.reader()) == Array(crashed.source.expected.prefix(crashed.ends[3].position)))
        #expect(try openAndClose(copy).recovery.setAside.isEmpty)
    }

    @Test func `a payload of zeros does not look like a missing sector`() throws {
        let directory = try TemporaryDirectory()
        var options = quietOptions()
        options.compressionThresholdBytes = Int.max
        let log = try EventLog.create(at: directory.log, options: options)
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 1, recordedAt: 1)
        batch.append(type: 1, stream: 1, version: 1) { $0.append(contentsOf: [UInt8](repeating: 0, count: 3000)) }
        try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
        #expect(try allRecords(log.reader())[0].payload == [UInt8](repeating: 0, count: 3000))
        let copy = try directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        try change(try newestSegment(in: copy)) { $0[4096 + 1500] ^= 1 }
        #expect(code { _ = try openAndClose(copy) } == .ambiguousTail)
    }

    @Test func `a whole group that nothing proves is written again into a new segment`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        let log = try EventLog.open(at: copy, options: quietOptions())
        #expect(log.recovery.rewrittenRecords == crashed.ends[4].position - crashed.ends[3].position)
        #expect(try log.reader().segments().count == 2)
        #expect(try allRecords(log.reader()) == crashed.source.expected)
        var source = crashed.source
        try source.append(3, to: log)
        try log.close()
        #expect(try allRecords(LogReader.open(at: copy)) == source.expected)
        #expect(try LogVerifier.verify(at: copy).problems == [])
    }

    @Test func `a group that a projection holds is missing, not torn`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        let segment = try #require(try crashed.log.reader().segments().first).name
        let begin = crashed.ends[3].offset
        let end = crashed.ends[4].offset
        try change(copy + "/" + segment) { bytes in
            for offset in Int(begin)..<Int(end) { bytes[offset] = 0 }
        }
        let before = try FileManager.default.contentsOfDirectory(atPath: copy).sorted()
        var options = quietOptions()
        options.provenPositions = [ProvenPosition(crashed.log.lastPosition, by: "the list at the door")]
        let error = try #require(throws: LogError.self) { _ = try EventLog.open(at: copy, options: options) }
        #expect(error.code == .corrupted && error.path == copy + "/" + segment && error.offset == begin, "\(error)")
        let (found, known) = (crashed.ends[3].position, crashed.ends[4].position)
        #expect(
            error.message.hasPrefix(
                "The log ends at position \(found), but the list at the door proves that position \(known) was "
                    + "acknowledged: the positions \(found + 1) to \(known) are missing."), "\(error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy).sorted() == before)
        // Without that evidence nothing tells the loss from a write that never happened.
        let last = Position(Int64(crashed.ends[3].position))
        #expect(try openAndClose(copy).lastPosition == last)
    }

    @Test func `a closed log that ends before what a projection holds is refused as it is`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 3)
        let log = try EventLog.create(at: directory.log)
        try source.append(4, to: log)
        try log.close()
        let before = try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted()
        var options = quietOptions()
        let last = log.lastPosition.rawValue
        options.provenPositions = [ProvenPosition(log.lastPosition, by: "the tables")]
        try EventLog.open(at: directory.log, options: options).close()
        options.provenPositions += [
            ProvenPosition(Position(last + 1), by: "the note", remedyForOlderCopy: "burn the note"),
            ProvenPosition(Position(last + 3), by: "the seal", remedyForOlderCopy: "break the seal"),
        ]
        let error = try #require(throws: LogError.self) { try EventLog.open(at: directory.log, options: options) }
        #expect(error.code == .corrupted && error.path == directory.log)
        // Each piece of evidence that goes further is told, the furthest first; what agrees is not.
        #expect(
            error.message
                == "The log ends at position \(last), but the seal proves that position \(last + 3) was acknowledged, "
                + "and the note proves that position \(last + 1) was acknowledged: the positions \(last + 1) to "
                + "\(last + 3) are missing. Nothing was shortened. Bring the newer files of the log back. If an older "
                + "copy is meant, break the seal; and burn the note.")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted() == before)
    }

    @Test func `an opening that writes nothing hides no record that only TAIL proves`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        let log = try EventLog.open(at: copy, options: quietOptions())
        #expect(log.lastPosition == crashed.log.lastPosition)
        #expect(try LogReader.open(at: copy).lastPosition() == crashed.log.lastPosition)
        try log.close()
        #expect(try allRecords(LogReader.open(at: copy)) == crashed.source.expected)
        let again = try EventLog.open(at: copy, options: quietOptions())
        #expect(again.recovery == RecoveryReport())
        var source = crashed.source
        try source.append(1, to: again)
        try again.close()
        #expect(try allRecords(LogReader.open(at: copy)) == source.expected)
        #expect(try LogVerifier.verify(at: copy).problems == [])
    }

    @Test func `an unlisted segment that only TAIL proves stays where it is`() throws {
        let crashed = try crashed(groups: 1)
        let copy = try crashed.directory.copyLog(to: "copy")
        let segment = try newestSegment(in: copy)
        let manifest = try String(contentsOfFile: copy + "/MANIFEST", encoding: .utf8)
        let lines = manifest.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"
        try (lines + "sha256 \(LogDigest(hashing: lines.utf8))\n").write(
            toFile: copy + "/MANIFEST", atomically: false, encoding: .utf8)
        #expect(code { _ = try openAndClose(copy) } == .corrupted)
        #expect(FileManager.default.fileExists(atPath: segment))
    }

    @Test func `an unlisted segment without proof is set aside, one with proof is corruption`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        let segment = try newestSegment(in: copy)
        let manifest = try String(contentsOfFile: copy + "/MANIFEST", encoding: .utf8)
        let empty = try TemporaryDirectory()
        try EventLog.create(at: empty.log).close()
        // A manifest of the same log from before its first segment: as if a rename had been lost.
        let lines = manifest.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"
        try (lines + "sha256 \(LogDigest(hashing: lines.utf8))\n").write(
            toFile: copy + "/MANIFEST", atomically: false, encoding: .utf8)
        // With TAIL and without it is told which file there is, and that it is the manifest that must be restored.
        try expectUnnamed(segment) { _ = try openAndClose(copy) }
        try FileManager.default.removeItem(atPath: copy + "/TAIL")
        try expectUnnamed(segment) { _ = try openAndClose(copy) }
        try change(segment) { $0.removeLast($0.count - 4096) }
        let log = try openAndClose(copy)
        #expect(log.lastPosition == .zero)
        #expect(log.recovery.setAside.count == 1)
    }

    private func expectUnnamed(_ segment: String, _ body: () throws -> Void) throws {
        let error = try #require(throws: LogError.self) { try body() }
        #expect(error.code == .corrupted && error.path == segment, "\(error)")
        #expect(error.message.contains("Restore the manifest"), "\(error)")
    }

    @Test func `a missing segment is corruption`() throws {
        let crashed = try crashed()
        let copy = try crashed.directory.copyLog(to: "copy")
        try FileManager.default.removeItem(atPath: try newestSegment(in: copy))
        #expect(code { _ = try openAndClose(copy) } == .corrupted)
        try FileManager.default.removeItem(atPath: copy + "/MANIFEST")
        #expect(code { _ = try EventLog.open(at: copy) } == .notFound)
    }
}

/// The CRC-32 of IEEE 802.3, bit by bit, as eight hexadecimal digits: an independent twin of zlib's.
func slowChecksum(_ bytes: [UInt8]) -> String {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    let digits = String(~sum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
