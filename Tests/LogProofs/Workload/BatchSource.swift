// Seeded batches and what they become in the log.

package import EnrollmentTesting
package import EventLog

/// Makes batches and remembers the records that they must become.
package struct BatchSource: Sendable {
    package var generator: SplitMix64
    package var batch = LogBatch()
    package var expected: [LogRecord] = []
    /// How many records there are after each batch.
    package var boundaries: [Int] = [0]
    private var versions: [UInt64: Int64] = [:]
    private var time: Int64 = 1_767_225_600_000_000

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// Fills `batch` with up to `records` records of up to `payload` bytes.
    package mutating func make(records: Int = 4, payload: Int = 12) {
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
    package mutating func append(_ count: Int, to log: EventLog, records: Int = 4, payload: Int = 12) throws {
        for _ in 0..<count {
            make(records: records, payload: payload)
            try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
        }
    }

    /// Appends some batches as one group as far as the committer's timing allows.
    package mutating func appendTogether(_ count: Int, to log: EventLog, records: Int = 4, payload: Int = 12) throws {
        for _ in 0..<count {
            make(records: records, payload: payload)
            _ = try log.enqueue(batch)
        }
        try log.waitUntilDurableBlocking(log.lastPosition)
    }
}

extension BatchSource {
    /// Drops what a crash rightly lost, so that the next batches get its positions.
    package mutating func forget(after count: Int) {
        expected.removeLast(expected.count - count)
        boundaries.removeAll { $0 > count }
    }
}

/// Reads a log to its end.
package func allRecords(_ reader: LogReader, from first: Position = 1, through last: Position? = nil) throws
    -> [LogRecord]
{
    var cursor = try reader.records(from: first, through: last)
    var records: [LogRecord] = []
    while let record = try cursor.next() { records.append(record) }
    return records
}

/// Options for tests: no background confirm block unless a test asks for it.
package func quietOptions() -> LogOptions {
    var options = LogOptions()
    options.confirmDelayMilliseconds = 3_600_000
    options.sealsInBackground = false
    return options
}
