// Backups: taken while a writer is at work, cut short at every point, and refused where they would be no copy.

import EnrollmentTesting
import EventLog
import Foundation
import LogProofs
import Synchronization
import Testing

@Suite struct BackupTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `taken while the log is written, rolled and sealed, it holds a prefix of the records`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var options = LogOptions()
        options.segmentBytes = 6000
        options.sealDutyPercent = 100
        let log = try EventLog.create(at: directory.log, options: options)
        let isStopping = Mutex(false)
        let done = DispatchSemaphore(value: 0)
        let further = DispatchSemaphore(value: 0)
        let written = Mutex<Result<[LogRecord], any Error>?>(nil)
        Thread.detachNewThread {
            var source = BatchSource(seed: seed)
            let result = Result {
                while !isStopping.withLock({ $0 }), source.expected.count < 4000 {
                    try source.append(20, to: log, records: 6, payload: 100)
                    further.signal()
                }
                return source.expected
            }
            written.withLock { $0 = result }
            done.signal()
        }
        var reports: [BackupReport] = []
        for round in 0..<6 {
            #expect(further.wait(timeout: .now() + 60) == .success)
            let before = log.durablePosition
            let report = try LogBackup.copy(from: directory.log, to: directory.path + "/backup\(round)")
            #expect(report.lastPosition >= before)
            reports.append(report)
            // Sealing takes the files away that the next copy may be about to read.
            if round % 3 == 2 { _ = try log.seal() }
        }
        isStopping.withLock { $0 = true }
        done.wait()
        try log.close()
        let expected = try #require(try written.withLock { try $0?.get() })
        for (round, report) in reports.enumerated() {
            let path = directory.path + "/backup\(round)"
            let records = try allRecords(LogReader.open(at: path))
            #expect(records == Array(expected.prefix(Int(report.lastPosition.rawValue))))
            let verification = try LogVerifier.verify(at: path)
            #expect(verification.problems == [] && verification.notes == [])
        }
        #expect(reports.contains { $0.digest != nil })
        #expect(reports.last.map { $0.lastPosition.rawValue } ?? 0 > 0)
    }

    @Test func `a file that is sealed away in the middle of a copy costs nothing`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 3)
        try mixedLog(at: directory.log, &source, seals: false)
        let log = try EventLog.open(at: directory.log, options: smallSegments())
        let disk = FaultyFileSystem()
        let names = try log.reader().segments().map(\.name)
        try #require(names.count > 3)
        // The copy stands still in front of the last segment until all of them have been sealed away.
        disk.hold("open", names[names.count - 1])
        let outcome = Mutex<Result<BackupReport, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        let copy = directory.path + "/backup"
        Thread.detachNewThread {
            let result = Result { try LogBackup.copy(from: directory.log, to: copy, fileSystem: disk) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        while !disk.isHolding { sched_yield() }
        _ = try log.seal()
        disk.release()
        done.wait()
        let report = try #require(try outcome.withLock { try $0?.get() })
        #expect(report.lastPosition.rawValue == Int64(source.expected.count))
        #expect(try allRecords(LogReader.open(at: copy)) == source.expected)
        let files = try FileManager.default.contentsOfDirectory(atPath: copy).sorted()
        let named = try LogReader.open(at: copy).segments().map(\.name)
        #expect(files == named + ["MANIFEST"] && named.count == report.segments)
        #expect(try LogVerifier.verify(at: copy).isSound)
        try log.close()
    }

    @Test func `what is written and not yet synced is left out`() throws {
        let directory = try TemporaryDirectory()
        let disk = FaultyFileSystem()
        var source = BatchSource(seed: 2)
        let log = try EventLog.create(at: directory.log, options: quietOptions(), fileSystem: disk)
        try source.append(3, to: log)
        let durable = source.expected
        disk.hold("sync", ".log")
        source.make()
        let positions = try log.enqueue(source.batch)
        while !disk.isHolding { sched_yield() }
        let report = try LogBackup.copy(from: directory.log, to: directory.path + "/backup")
        disk.release()
        try log.waitUntilDurableBlocking(positions.upperBound)
        try log.close()
        #expect(report.lastPosition.rawValue == Int64(durable.count))
        #expect(try allRecords(LogReader.open(at: directory.path + "/backup")) == durable)
        let copied = try LogReader.open(at: directory.path + "/backup").segments()[0]
        let path = directory.path + "/backup/" + copied.name
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
        // Not a byte more: what follows may never be acknowledged.
        #expect(size == copied.bytes)
    }

    @Test func `it has the modes of the source, is read like a log, and is not written to`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        try mixedLog(at: directory.log, &source)
        let before = try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted()
        let path = directory.path + "/backup"
        let report = try LogBackup.copy(from: directory.log, to: path)
        let segments = try LogReader.open(at: path).segments()
        #expect(segments.contains { $0.state == .sealed } && segments.contains { $0.state == .closed })
        for segment in segments {
            let mode = try FileManager.default.attributesOfItem(atPath: path + "/" + segment.name)[.posixPermissions]
            #expect(mode as? Int == (segment.state == .sealed ? 0o400 : 0o600))
        }
        #expect(report.segments == segments.count)
        #expect(report.bytes == segments.reduce(0) { $0 + $1.bytes })
        #expect(report.digest == segments.last { $0.state == .sealed }?.digest)
        #expect(code { _ = try EventLog.open(at: path) } == .backup)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted() == before)
        // A copy of a copy is one, too.
        let again = try LogBackup.copy(from: path, to: directory.path + "/again")
        #expect(again == report)
        #expect(code { _ = try EventLog.open(at: directory.path + "/again") } == .backup)
    }

    @Test func `a destination that is not new or empty is refused`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        try mixedLog(at: directory.log, &source)
        let path = directory.path + "/backup"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        _ = try LogBackup.copy(from: directory.log, to: path)
        #expect(code { _ = try LogBackup.copy(from: directory.log, to: path) } == .alreadyExists)
        try FileManager.default.removeItem(atPath: path + "/MANIFEST")
        #expect { try LogBackup.copy(from: directory.log, to: path) } throws: {
            ($0 as? LogError)?.code == .alreadyExists && ($0 as? LogError)?.message.contains("cut short") == true
        }
        #expect(code { _ = try LogBackup.copy(from: directory.log, to: directory.path) } == .foreign)
        #expect(code { _ = try LogBackup.copy(from: directory.path + "/none", to: path + "2") } == .notFound)
        #expect(!FileManager.default.fileExists(atPath: path + "2"))
    }

    @Test func `an empty log has a backup`() throws {
        let directory = try TemporaryDirectory()
        try EventLog.create(at: directory.log).close()
        let report = try LogBackup.copy(from: directory.log, to: directory.path + "/backup")
        #expect(report.lastPosition == .zero && report.segments == 0)
        _ = try LogRestore.restore(from: directory.path + "/backup", to: directory.path + "/restored", now: 9)
        var source = BatchSource(seed: 1)
        let log = try EventLog.open(at: directory.path + "/restored")
        try source.append(2, to: log)
        #expect(try allRecords(log.reader()) == source.expected)
        try log.close()
    }

    @Test func `damage of the source is told, and leaves nothing behind that looks like a backup`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 8)
        try mixedLog(at: directory.log, &source)
        for segment in try LogReader.open(at: directory.log).segments() {
            let place = Int(segment.bytes) / 2
            try flip(directory.log + "/" + segment.name, at: place)
            let path = directory.path + "/backup"
            #expect(code { _ = try LogBackup.copy(from: directory.log, to: path) } == .corrupted)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
            try flip(directory.log + "/" + segment.name, at: place)
        }
        _ = try LogBackup.copy(from: directory.log, to: directory.path + "/backup")
    }
}

/// Options under which a log of some kilobytes has several segments.
func smallSegments(_ bytes: Int64 = 6000) -> LogOptions {
    var options = quietOptions()
    options.segmentBytes = bytes
    return options
}

/// A closed log with sealed and, behind them, closed segments.
func mixedLog(
    at path: String, _ source: inout BatchSource, seals: Bool = true, batches: Int = 12, payload: Int = 300,
    fileSystem: any FileSystem = PosixFileSystem()
) throws {
    let options = smallSegments(payload < 100 ? 4400 : 6000)
    var log = try EventLog.create(at: path, options: options, fileSystem: fileSystem)
    try source.append(batches, to: log, records: 5, payload: payload)
    try log.close()
    if seals {
        log = try EventLog.open(at: path, options: options, fileSystem: fileSystem)
        _ = try log.seal()
        try source.append(batches, to: log, records: 5, payload: payload)
        try log.close()
    }
}

/// Turns one bit of a file over, whatever its mode.
func flip(_ path: String, at place: Int, bit: Int = 0) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[place] ^= 1 << UInt8(bit)
    try rewrite(path, bytes)
}

/// Replaces the bytes of a file and keeps its mode.
func rewrite(_ path: String, _ bytes: Data) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: bytes)
    try file.close()
}
