// Makes the golden logs of the format that is written now; what is there already stays as it is.

import Foundation
import LogProofs
import Testing

@testable import EventLog

/// Makes logs under `Fixtures/logs`, each with what a reader must find in it.
///
/// To replace one that no release has written yet, remove its folder first.
struct GoldenLogRecorder {
    typealias Make = @Sendable (inout GoldenLogRecorder) throws -> Void

    static let cases: [(name: String, make: Make)] = [
        ("empty", { _ in }),
        ("closed", { try $0.session { try $0.append(8, to: $1) } }),
        ("rolled", { try $0.session(segmentBytes: 5500) { try $0.append(12, to: $1, records: 8, payload: 30) } }),
        ("compressed", { try $0.compressed() }),
        ("long-batch", { try $0.session { try $0.appendLong(to: $1) } }),
        ("active", { try $0.crashed(removing: nil) }),
        ("active-without-tail", { try $0.crashed(removing: "TAIL") }),
        ("torn", { try $0.torn() }),
        ("sealed", { try $0.sealed() }),
        ("direct-actors", { try $0.directActors() }),
        ("mixed", { try $0.mixed() }),
        ("backup", { try $0.backup() }),
    ]

    private let directory: TemporaryDirectory
    private var source: BatchSource
    /// Where the log is that becomes golden.
    private var result: String

    /// Makes what is missing.
    ///
    /// - Returns: the names of the new logs.
    static func recordMissing() throws -> [String] {
        try cases.enumerated().filter { !FileManager.default.fileExists(atPath: GoldenLog(name: $1.name).url.path) }
            .map { number, wanted in
                var recorder = try GoldenLogRecorder(seed: UInt64(number + 1))
                try EventLog.create(at: recorder.directory.log, options: quietOptions()).close()
                try wanted.make(&recorder)
                try recorder.store(GoldenLog(name: wanted.name))
                return wanted.name
            }
    }

    private init(seed: UInt64) throws {
        directory = try TemporaryDirectory()
        source = BatchSource(seed: seed)
        result = directory.log
    }

    /// Opens the log, has something done with it, and closes it.
    private mutating func session(
        segmentBytes: Int64 = 64 << 20, _ body: (inout BatchSource, EventLog) throws -> Void
    ) throws {
        var options = quietOptions()
        options.segmentBytes = segmentBytes
        let log = try EventLog.open(at: directory.log, options: options)
        try body(&source, log)
        try log.close()
    }

    /// A group that deflates, and one that would show sectors of zeros if it were not whitened.
    private mutating func compressed() throws {
        try session { source, log in
            try source.appendTogether(60, to: log, records: 6, payload: 4)
            var batch = LogBatch()
            let time = (source.expected.last?.recordedAt ?? 0) + 1
            batch.reset(commandID: CommandID(high: 1, low: 2), actor: 3, recordedAt: time)
            batch.append(type: 4, stream: UInt64.max, version: 1) { $0 += [UInt8](repeating: 0, count: 3000) }
            try log.waitUntilDurableBlocking(log.enqueue(batch).upperBound)
        }
    }

    /// As a crash leaves the log: two groups confirmed by TAIL or, without it, one by the header of the next.
    private mutating func crashed(removing name: String?) throws {
        result = directory.path + "/crashed"
        let (origin, target) = (directory.log, result)
        try session { source, log in
            try source.append(4, to: log, records: 6, payload: 20)
            try FileManager.default.copyItem(atPath: origin, toPath: target)
        }
        if let name { try FileManager.default.removeItem(atPath: target + "/" + name) }
    }

    /// The last group lost a sector, and nothing says that it was ever acknowledged.
    private mutating func torn() throws {
        result = directory.path + "/crashed"
        let (origin, target) = (directory.log, result)
        try session { source, log in
            try source.append(4, to: log, records: 6, payload: 20)
            let tail = try Data(contentsOf: URL(fileURLWithPath: origin + "/TAIL"))
            let time = (source.expected.last?.recordedAt ?? 0) + 1
            var batch = LogBatch()
            batch.reset(commandID: CommandID(high: 5, low: 6), actor: 7, recordedAt: time)
            batch.append(type: 8, stream: 9, version: 1) { $0 += [UInt8](repeating: 10, count: 1800) }
            try log.waitUntilDurableBlocking(log.enqueue(batch).upperBound)
            try FileManager.default.copyItem(atPath: origin, toPath: target)
            try tail.write(to: URL(fileURLWithPath: target + "/TAIL"))
        }
        let file = URL(fileURLWithPath: try newestSegment(in: target))
        var bytes = try Data(contentsOf: file)
        let end = try #require(bytes.lastIndex { $0 != 0 })
        let sector = (end - 700) / 512 * 512
        bytes.replaceSubrange(sector..<sector + 512, with: Data(count: 512))
        try bytes.write(to: file)
    }

    private mutating func sealed() throws {
        for _ in 0..<2 { try session { try $0.appendTogether(30, to: $1, records: 6) } }
        try session { _ = try $1.seal() }
    }

    /// So many actors in one block that a dictionary does not pay.
    private mutating func directActors() throws {
        try session { try $0.append(90, to: $1, records: 1, payload: 3) }
        try session { _ = try $1.seal() }
    }

    /// One file of what were three, one that is closed, and one that a crash left active.
    private mutating func mixed() throws {
        for _ in 0..<3 { try session { try $0.append(5, to: $1) } }
        try session { _ = try $1.seal() }
        try session { try $0.append(3, to: $1) }
        try crashed(removing: nil)
    }

    private mutating func backup() throws {
        try session { try $0.append(6, to: $1) }
        var manifest = try LogDirectory(path: directory.log, fileSystem: PosixFileSystem()).readManifest()
        manifest.isBackup = true
        try Data(manifest.encoded()).write(to: URL(fileURLWithPath: directory.log + "/MANIFEST"))
    }

    /// Copies the log to its place without most of the zeros ahead, and writes down what is in it.
    private func store(_ golden: GoldenLog) throws {
        try FileManager.default.createDirectory(at: golden.url, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: result) where name != "LOCK" {
            var data = try Data(contentsOf: URL(fileURLWithPath: result + "/" + name))
            if name.hasSuffix(".log"), let end = data.lastIndex(where: { $0 != 0 }) {
                data = data.prefix((end / 512 + 2) * 512)
            }
            try data.write(to: golden.url.appendingPathComponent(name))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let expected = try encoder.encode(try expectation(golden)) + Data("\n".utf8)
        try expected.write(to: golden.url.appendingPathComponent(GoldenLog.expectedName))
    }

    private func expectation(_ golden: GoldenLog) throws -> GoldenLog.Expected {
        let copy = directory.path + "/copy"
        try golden.copy(to: copy)
        let found = try LogContents(of: LogReader.open(at: copy))
        var opening = GoldenLog.Opening(records: found.records, digest: found.digest, setAside: 0, rewrittenRecords: 0)
        do {
            let log = try EventLog.open(at: copy, options: quietOptions())
            let contents = try LogContents(of: log.reader())
            (opening.records, opening.digest) = (contents.records, contents.digest)
            opening.setAside = log.recovery.setAside.count
            opening.rewrittenRecords = log.recovery.rewrittenRecords
            try log.close()
        } catch let error as LogError {
            opening.refused = error.code.description
        }
        return GoldenLog.Expected(
            records: found.records, lastPosition: found.lastPosition, digest: found.digest, opening: opening)
    }
}

extension BatchSource {
    /// A batch that needs several blocks and few bytes.
    fileprivate mutating func appendLong(to log: EventLog) throws {
        try append(2, to: log)
        var batch = LogBatch()
        let time = (expected.last?.recordedAt ?? 0) + 1
        batch.reset(commandID: CommandID(high: 1, low: 2), actor: 3, recordedAt: time)
        for index in 0..<40_000 { batch.append(type: 4, stream: 1 << 40, version: Int64(index + 1)) { _ in } }
        try log.waitUntilDurableBlocking(log.enqueue(batch).upperBound)
        batch.reset(commandID: CommandID(high: 3, low: 4), actor: -3, recordedAt: time)
        batch.append(type: 5, stream: 1 << 41, version: 1) { $0.append(6) }
        try log.waitUntilDurableBlocking(log.enqueue(batch).upperBound)
    }
}
