// Copies of a log that cannot be made: each is refused before it could be taken for one.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct CopyRefusalTests {
    private func closedLog(_ seed: UInt64) throws -> (TemporaryDirectory, BatchSource) {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        try mixedLog(at: directory.log, &source)
        return (directory, source)
    }

    @Test func `a destination that is a file is foreign, and stays what it is`() throws {
        let (directory, _) = try closedLog(1)
        let target = directory.path + "/file"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
        #expect(code { _ = try LogBackup.copy(from: directory.log, to: target) } == .foreign)
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("mine".utf8))
    }

    @Test func `a segment that is shorter than the manifest says is no backup`() throws {
        let (directory, _) = try closedLog(2)
        let last = try #require(LogReader.open(at: directory.log).segments().last)
        let file = directory.log + "/" + last.name
        try rewrite(file, try Data(contentsOf: URL(fileURLWithPath: file)).dropLast(64))
        #expect {
            _ = try LogBackup.copy(from: directory.log, to: directory.path + "/backup")
        } throws: { error in
            let error = error as? LogError
            return error?.code == .corrupted && error?.message.contains("shorter") == true
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/backup") == [])
    }

    @Test func `a time that is none in seconds, and the end of epochs, are refused`() throws {
        let (directory, _) = try closedLog(3)
        let target = directory.path + "/restored"
        let milliseconds: Int64 = 1_800_000_000_000
        #expect(
            code { _ = try LogRestore.restore(from: directory.log, to: target, now: milliseconds) } == .invalidArgument)
        #expect(!FileManager.default.fileExists(atPath: target))
        #expect(try Manifest.epoch(after: UInt32.max - 1, now: 5) == UInt32.max)
        #expect(code { _ = try Manifest.epoch(after: UInt32.max, now: 5) } == .invalidArgument)
    }

    @Test(arguments: [(EROFS, nil), (EACCES, .io)] as [(Int32, LogError.Code?)])
    func `where nothing can be written nobody holds the lock; where it may not be looked at, somebody may`(
        errno: Int32, expected: LogError.Code?
    ) throws {
        let (directory, source) = try closedLog(4)
        let disk = FaultyFileSystem()
        disk.refuse("open", "LOCK", errno)
        let target = directory.path + "/restored"
        #expect(
            code { _ = try LogRestore.restore(from: directory.log, to: target, now: 9, fileSystem: disk) } == expected)
        guard expected == nil else { return }
        #expect(try allRecords(LogReader.open(at: target)) == source.expected)
    }

    @Test func `without a manifest, files that tell of no log are not salvaged`() throws {
        let (directory, _) = try closedLog(5)
        for segment in try LogReader.open(at: directory.log).segments() {
            try rewrite(directory.log + "/" + segment.name, Data(count: 8192))
        }
        try FileManager.default.removeItem(atPath: directory.log + "/MANIFEST")
        #expect(
            code { _ = try LogSalvage.salvage(from: directory.log, to: directory.path + "/new", now: 9) }
                == .corrupted)
    }

    @Test func `without a manifest, a segment of another log and a TAIL that is none are left out`() throws {
        let (directory, source) = try closedLog(6)
        let (other, _) = try closedLog(7)
        let stray = try #require(LogReader.open(at: other.log).segments().last).name
        try FileManager.default.copyItem(atPath: other.log + "/" + stray, toPath: directory.log + "/" + stray)
        try rewrite(directory.log + "/TAIL", Data(count: 7))
        try FileManager.default.removeItem(atPath: directory.log + "/MANIFEST")
        let target = directory.path + "/new"
        let report = try LogSalvage.salvage(from: directory.log, to: target, now: 9)
        #expect(report.id == (try LogReader.open(at: target).id))
        #expect(try allRecords(LogReader.open(at: target)) == source.expected)
        #expect(report.unproven.contains { $0.contains("no TAIL") } && report.beyond.isEmpty)
    }

    @Test func `a long log is written again in many blocks, up to the damage`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 8)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        for _ in 0..<40 { try source.appendTogether(200, to: log, records: 4) }
        try log.close()
        let segment = try #require(LogReader.open(at: directory.log).segments().first)
        let path = directory.log + "/" + segment.name
        // Within the last group.
        try flip(path, at: Int(segment.bytes) - 1000)
        let target = directory.path + "/new"
        let report = try LogSalvage.salvage(from: directory.log, to: target, now: 9)
        let kept = try allRecords(LogReader.open(at: target))
        #expect(kept.count > 10_000 && kept.count < source.expected.count)
        #expect(kept == Array(source.expected.prefix(kept.count)) && source.boundaries.contains(kept.count))
        let losses = report.losses.compactMap(\.positions).map(\.lowerBound)
        #expect(losses.contains(Position(Int64(kept.count + 1))))
        #expect(try LogVerifier.verify(at: target).blocks >= 2)
    }
}
