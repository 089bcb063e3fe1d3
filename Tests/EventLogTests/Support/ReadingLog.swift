// Logs to read from: sealed, closed and active segments in one, with what must come out of them.

import EventLog
import EnrollmentTesting
import Foundation
import LogProofs

/// A log with every kind of segment, and the records in it.
struct ReadingLog {
    let directory: TemporaryDirectory
    let log: EventLog
    var source: BatchSource

    /// Makes a log whose first part is sealed, whose second is closed and whose last segment is active.
    init(seed: UInt64, segmentBytes: Int64 = 16 << 10, batches: Int = 60, records: Int = 12, payload: Int = 40) throws {
        directory = try TemporaryDirectory()
        source = BatchSource(seed: seed)
        var options = quietOptions()
        options.segmentBytes = segmentBytes
        log = try EventLog.create(at: directory.log, options: options)
        try append(batches, records: records, payload: payload)
        _ = try log.seal()
        try append(batches, records: records, payload: payload)
    }

    mutating func append(_ batches: Int, records: Int = 12, payload: Int = 40) throws {
        for _ in 0..<batches / 4 { try source.appendTogether(4, to: log, records: records, payload: payload) }
    }

    var expected: [LogRecord] { source.expected }
    var last: Int64 { Int64(source.expected.count) }

    /// The reader in this process, and one that knows only the files.
    func readers() throws -> [LogReader] { [log.reader(), try LogReader.open(at: directory.log)] }
}

/// A random range of positions from 1 through `last`.
func anyRange(_ last: Int64, _ generator: inout SplitMix64) -> ClosedRange<Int64> {
    let ends = (0..<2).map { _ in Int64(generator.next() % UInt64(last)) + 1 }
    return min(ends[0], ends[1])...max(ends[0], ends[1])
}

/// Reads a record cursor to its end.
func rest(of cursor: consuming RecordCursor) throws -> [LogRecord] {
    var cursor = cursor
    var records: [LogRecord] = []
    while let record = try cursor.next() { records.append(record) }
    return records
}

/// Reads a block cursor to its end, or to the error that ends it.
func rest(of cursor: consuming BlockCursor) -> (records: [LogRecord], failure: LogError?) {
    var cursor = cursor
    var block = DecodedBlock()
    var records: [LogRecord] = []
    do {
        while try cursor.next(into: &block) {
            for index in 0..<block.count { records.append(block.record(at: index)) }
        }
    } catch {
        return (records, error)
    }
    return (records, nil)
}
