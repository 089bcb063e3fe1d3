// Restores: an epoch of their own, positions that are never taken for others, and every damaged bit found.

import EnrollmentTesting
import EventLog
import Foundation
import LogProofs
import Testing

@Suite struct RestoreTests {
    @Test func `a restored log is written on in a higher epoch, and sealed`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 4)
        try mixedLog(at: directory.log, &source)
        let backup = directory.path + "/backup"
        _ = try LogBackup.copy(from: directory.log, to: backup)
        let first = directory.path + "/first"
        let report = try LogRestore.restore(from: backup, to: first, now: 1_800_000_000)
        #expect(report.epoch == 1_800_000_000)
        #expect(
            try LogRestore.restore(from: backup, to: directory.path + "/second", now: 1_800_000_001).epoch
                == 1_800_000_001)
        // A clock that is wrong, or a restore of a restore in the same second, still raises the epoch.
        #expect(try LogRestore.restore(from: backup, to: directory.path + "/third", now: -5).epoch == 2)
        #expect(
            try LogRestore.restore(from: first, to: directory.path + "/fourth", now: 1_800_000_000).epoch
                == 1_800_000_001)
        let log = try EventLog.open(at: first, options: smallSegments())
        #expect(log.epoch == 1_800_000_000)
        try source.append(12, to: log, records: 5, payload: 300)
        _ = try log.seal()
        try log.close()
        #expect(try allRecords(LogReader.open(at: first)) == source.expected)
        #expect(try LogVerifier.verify(at: first).isSound)
        let again = try EventLog.open(at: first, options: smallSegments())
        #expect(again.epoch == 1_800_000_000)
        try again.close()
        let last = try LogBackup.copy(from: first, to: directory.path + "/last")
        #expect(last.epoch == 1_800_000_000)
    }

    @Test func `a reader that knows later records is told so`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 4)
        try mixedLog(at: directory.log, &source)
        let backup = directory.path + "/backup"
        _ = try LogBackup.copy(from: directory.log, to: backup)
        let known = source.expected.count
        let log = try EventLog.open(at: directory.log)
        try source.append(5, to: log)
        try log.close()
        let ahead = Position(Int64(source.expected.count + 1))
        let old = try LogReader.open(at: directory.log)
        let path = directory.path + "/restored"
        _ = try LogRestore.restore(from: backup, to: path, now: 77)
        let reader = try LogReader.open(at: path)
        #expect(code { _ = try reader.blocks(from: ahead) } == .positionOutOfRange)
        #expect(reader.epoch > old.epoch && reader.id == old.id)
        #expect(try reader.lastPosition() == Position(Int64(known)))
        // The checkpoint of what was derived from the log proves that it once held more.
        var options = LogOptions()
        options.provenPositions = [ProvenPosition(Position(Int64(known)), by: "the tables")]
        try EventLog.open(at: path, options: options).close()
    }

    @Test func `every flipped byte of a backup is found`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 6)
        try mixedLog(at: directory.log, &source, batches: 5, payload: 12)
        let backup = directory.path + "/backup"
        _ = try LogBackup.copy(from: directory.log, to: backup)
        var generator = SplitMix64(seed: 1)
        for name in try FileManager.default.contentsOfDirectory(atPath: backup).sorted() {
            let length = try Data(contentsOf: URL(fileURLWithPath: backup + "/" + name)).count
            let places = (0..<30).map { _ in Int.random(in: 0..<length, using: &generator) } + [0, length - 1]
            for place in places {
                let bit = Int(generator.next() % 8)
                try flip(backup + "/" + name, at: place, bit: bit)
                let path = directory.path + "/restored"
                let found = code { _ = try LogRestore.restore(from: backup, to: path, now: 3) }
                #expect(
                    [.corrupted, .foreign, .newerFormat].contains(found),
                    "bit \(bit) of \(name) at \(place): \(String(describing: found))")
                try? FileManager.default.removeItem(atPath: path)
                try flip(backup + "/" + name, at: place, bit: bit)
            }
        }
        _ = try LogRestore.restore(from: backup, to: directory.path + "/restored", now: 3)
    }

    @Test func `a log in use is refused, and one that crashed keeps its last group`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 9)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(4, to: log)
        let path = directory.path + "/restored"
        #expect(code { _ = try LogRestore.restore(from: directory.log, to: path, now: 3) } == .locked)
        #expect(!FileManager.default.fileExists(atPath: path))
        let crashed = try directory.copyLog(to: "crashed")
        try log.close()
        // Without TAIL nothing but the block itself tells of the last group.
        try FileManager.default.removeItem(atPath: crashed + "/TAIL")
        let report = try LogRestore.restore(from: crashed, to: path, now: 3)
        #expect(report.lastPosition.rawValue == Int64(source.expected.count))
        #expect(try allRecords(LogReader.open(at: path)) == source.expected)
        let restored = try EventLog.open(at: path)
        try source.append(2, to: restored)
        try restored.close()
        #expect(try allRecords(LogReader.open(at: path)) == source.expected)
        #expect(try LogVerifier.verify(at: path).isSound)
    }
}
