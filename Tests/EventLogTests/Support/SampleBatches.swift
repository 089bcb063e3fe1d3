// Seeded batches, what they become in the log, and directories that vanish after a test.

import EventLog
import Foundation

/// SplitMix64: small, seedable, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Makes batches and remembers the records that they must become.
struct BatchSource {
    var generator: SeededGenerator
    var batch = LogBatch()
    var expected: [LogRecord] = []
    /// How many records there are after each batch.
    var boundaries: [Int] = [0]
    private var versions: [UInt64: Int64] = [:]
    private var time: Int64 = 1_767_225_600_000_000

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Fills `batch` with up to `records` records of up to `payload` bytes.
    mutating func make(records: Int = 4, payload: Int = 12) {
        time += Int64(generator.next() % 3000)
        let command = CommandID(high: generator.next(), low: generator.next())
        let actor = Int64(bitPattern: generator.next() >> (generator.next() % 60)) - 5
        batch.reset(commandID: command, actor: actor, recordedAt: time)
        for index in 0..<Int.random(in: 1...max(1, records), using: &generator) {
            let stream = generator.next() % 8 == 0 ? generator.next() : generator.next() % 20
            var version = versions[stream, default: 0] + 1
            if generator.next() % 50 == 0 { version += Int64(generator.next() % 9) - 4 }
            versions[stream] = version
            let type = UInt8(generator.next() % 128)
            // A run of zeros now and then, which must not look like unwritten space.
            let isZero = generator.next() % 6 == 0
            let length = Int(generator.next() % UInt64(payload + 1)) * (isZero && payload < 2000 ? 60 : 1)
            var bytes = [UInt8](repeating: 0, count: length)
            if !isZero { for place in bytes.indices { bytes[place] = UInt8(generator.next() & 0xFF) } }
            batch.append(type: type, stream: stream, version: version) { $0.append(contentsOf: bytes) }
            expected.append(
                LogRecord(
                    position: Position(Int64(expected.count + 1)), type: type, stream: stream, version: version,
                    recordedAt: time, actor: actor, commandID: command, isBatchStart: index == 0, payload: bytes))
        }
        boundaries.append(expected.count)
    }

    /// Appends some batches and waits for each.
    mutating func append(_ count: Int, to log: EventLog, records: Int = 4, payload: Int = 12) throws {
        for _ in 0..<count {
            make(records: records, payload: payload)
            try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
        }
    }

    /// Appends some batches as one group as far as the committer's timing allows.
    mutating func appendTogether(_ count: Int, to log: EventLog, records: Int = 4, payload: Int = 12) throws {
        for _ in 0..<count {
            make(records: records, payload: payload)
            _ = try log.enqueue(batch)
        }
        try log.waitUntilDurableBlocking(log.lastPosition)
    }
}

/// Reads a log to its end.
func allRecords(_ reader: LogReader, from first: Position = 1, through last: Position? = nil) throws -> [LogRecord] {
    var cursor = try reader.records(from: first, through: last)
    var records: [LogRecord] = []
    while let record = try cursor.next() { records.append(record) }
    return records
}

/// A directory that is removed with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String
    /// Where a test's log goes; does not exist yet.
    var log: String { path + "/log" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("event-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Copies the log as a crash would leave it in the page cache.
    func copyLog(to name: String) throws -> String {
        let copy = path + "/" + name
        if FileManager.default.fileExists(atPath: copy) { try FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: log, toPath: copy)
        return copy
    }
}

/// The path of the only active or newest segment in a directory.
func newestSegment(in directory: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".log") }
    return directory + "/" + (names.max() ?? "none")
}

/// Options for tests: no background confirm block unless a test asks for it.
func quietOptions() -> LogOptions {
    var options = LogOptions()
    options.confirmDelayMilliseconds = 3_600_000
    return options
}
