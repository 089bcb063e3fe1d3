// Files that the manifest does not name, and files that vanish: what the verifier says of them, and changes nothing.

import EnrollmentTesting
import Foundation
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct LeftoverTests {
    /// Verifies while a call is held, and lets something happen meanwhile.
    private func verify(
        _ path: String, holding operation: String, _ suffix: String, _ meanwhile: () throws -> Void
    ) throws -> VerificationReport {
        let disk = FaultyFileSystem()
        disk.hold(operation, suffix)
        let outcome = Mutex<Result<VerificationReport, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let result = Result<VerificationReport, any Error> { try LogVerifier.verify(at: path, fileSystem: disk) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        while !disk.isHolding { sched_yield() }
        defer { disk.release() }
        try meanwhile()
        disk.release()
        done.wait()
        return try #require(try outcome.withLock { try $0?.get() })
    }

    @Test func `what a crash or a sealing left is noted and harmless`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 1)
        try mixedLog(at: directory.log, &source, seals: false)
        let original = try #require(LogReader.open(at: directory.log).segments().first).name
        let copy = directory.path + "/original"
        try FileManager.default.copyItem(atPath: directory.log + "/" + original, toPath: copy)
        let log = try EventLog.open(at: directory.log, options: quietOptions())
        _ = try log.seal()
        try log.close()
        try FileManager.default.moveItem(atPath: copy, toPath: directory.log + "/" + original)
        try Data("half a copy".utf8).write(to: URL(fileURLWithPath: directory.log + "/1.seg.tmp"))
        try Data(count: 100).write(to: URL(fileURLWithPath: directory.log + "/2.log"))
        try Data("a stranger".utf8).write(to: URL(fileURLWithPath: directory.log + "/notes.txt"))
        let report = try LogVerifier.verify(at: directory.log)
        #expect(report.isSound)
        #expect(Set(report.notes.map { ($0.path as NSString).lastPathComponent }) == ["1.seg.tmp", "2.log", original])
        #expect(report.notes.contains { $0.message.contains("the original of") })
        // The next opening clears them away, the stranger excepted.
        try EventLog.open(at: directory.log, options: quietOptions()).close()
        #expect(try LogVerifier.verify(at: directory.log).notes == [])
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.log)
        #expect(names.contains("notes.txt") && !names.contains(original))
        #expect(try allRecords(LogReader.open(at: directory.log)) == source.expected)
    }

    @Test func `a segment that an older manifest does not name is a problem, not a leftover`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 2)
        try mixedLog(at: directory.log, &source)
        let manifest = try Data(contentsOf: URL(fileURLWithPath: directory.log + "/MANIFEST"))
        let known = try LogReader.open(at: directory.log).segments().map(\.name)
        let log = try EventLog.open(at: directory.log, options: smallSegments())
        try source.append(4, to: log, records: 5, payload: 200)
        try log.close()
        let added = try #require(LogReader.open(at: directory.log).segments().first { !known.contains($0.name) })
        try rewrite(directory.log + "/MANIFEST", manifest)
        let problems = try LogVerifier.verify(at: directory.log).problems
        #expect(
            problems.contains { $0.path.hasSuffix(added.name) && $0.positions?.contains(added.firstPosition) == true })
        #expect(code { try EventLog.open(at: directory.log).close() } == .corrupted)
    }

    @Test func `segments that are sealed away while the log is verified are noted`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 3)
        try mixedLog(at: directory.log, &source, seals: false)
        let log = try EventLog.open(at: directory.log, options: smallSegments())
        let names = try log.reader().segments().map(\.name)
        let report = try verify(directory.log, holding: "open", names[1]) { _ = try log.seal() }
        #expect(report.isSound, "\(report.problems)")
        let told = report.notes.filter { $0.message.contains("sealed while") }
        #expect(told.contains { $0.path.hasSuffix(names[1]) })
        try log.close()
        #expect(try LogVerifier.verify(at: directory.log).records == Int64(source.expected.count))
    }

    @Test func `a leftover that vanishes while it is looked at is none`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 4)
        try mixedLog(at: directory.log, &source)
        let leftover = directory.log + "/2.log"
        try Data(count: 100).write(to: URL(fileURLWithPath: leftover))
        let report = try verify(directory.log, holding: "open", "/2.log") {
            try FileManager.default.removeItem(atPath: leftover)
        }
        #expect(report.isSound && report.notes == [])
    }

    @Test func `a time is found in the sealed segment when the original vanishes on the way`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        try mixedLog(at: directory.log, &source, seals: false)
        let instant = try #require(source.expected.last).recordedAt
        let first = try #require(source.expected.firstIndex { $0.recordedAt >= instant })
        let log = try EventLog.open(at: directory.log, options: smallSegments())
        let reader = try LogReader.open(at: directory.log)
        _ = try log.seal()
        #expect(try reader.firstPosition(atOrAfter: instant) == Position(Int64(first + 1)))
        try log.close()
        // Gone for good it is an error, not an answer.
        let other = try LogReader.open(at: directory.log)
        for segment in try other.segments() { try PosixFileSystem().unlink(directory.log + "/" + segment.name) }
        #expect(code { _ = try other.firstPosition(atOrAfter: instant) } == .corrupted)
    }

    @Test func `a reader notices that another log stands where its log stood`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 6)
        try mixedLog(at: directory.log, &source, seals: false)
        let reader = try LogReader.open(at: directory.log)
        try FileManager.default.removeItem(atPath: directory.log)
        try EventLog.create(at: directory.log, options: quietOptions()).close()
        #expect(code { _ = try allRecords(reader) } == .foreign)
    }

    @Test func `of two who create a log at once, one is told that there is one`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        disk.hold("open", "LOCK")
        let outcome = Mutex<LogError.Code?>(nil)
        let done = DispatchSemaphore(value: 0)
        let path = directory.log
        Thread.detachNewThread {
            let found = code { try EventLog.create(at: path, options: quietOptions(), fileSystem: disk).close() }
            outcome.withLock { $0 = found }
            done.signal()
        }
        while !disk.isHolding { sched_yield() }
        var source = BatchSource(seed: 7)
        let log = try EventLog.create(at: path, options: quietOptions())
        try source.append(2, to: log)
        try log.close()
        disk.release()
        done.wait()
        #expect(outcome.withLock { $0 } == .alreadyExists)
        #expect(try allRecords(LogReader.open(at: path)) == source.expected)
    }
}
