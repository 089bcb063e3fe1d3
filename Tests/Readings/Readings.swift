// Writes a log, seals part of it and reads it in every way, on threads of the log alone: for valgrind.
//
// Its main is synchronous, since memcheck cannot bear how the runtime parks the main thread of an asynchronous one.

import EnrollmentTesting
import EventLog
import Glibc

@main
struct Readings {
    private static let batches = 400

    /// What was found wrong, in words.
    private struct Failure: Error { let what: String }

    /// The first argument names the directory in which the log is made; it must not be there yet.
    static func main() {
        guard CommandLine.arguments.count == 2 else {
            tell("usage: readings DIRECTORY")
            exit(64)
        }
        do {
            try run(in: CommandLine.arguments[1])
        } catch {
            tell("readings: \(error)")
            exit(1)
        }
    }

    private static func run(in directory: String) throws {
        var options = LogOptions()
        options.segmentBytes = 20_000
        options.sealsInBackground = false
        let log = try EventLog.create(at: directory, options: options)
        try append(to: log, from: 0)
        _ = try log.seal()
        try append(to: log, from: batches)
        let reader = try LogReader.open(at: directory)
        let states = Set(try reader.segments().map(\.state))
        guard states.count > 1 else { throw Failure(what: "the segments are \(states)") }
        let whole = try read(reader, .ascending, workers: 1)
        guard whole.count == Int(log.lastPosition.rawValue), try read(reader, .ascending, workers: 2) == whole,
            try read(reader, .descending, workers: 1) == whole
        else { throw Failure(what: "the readings differ") }
        var records = try reader.records(from: 1, matching: RecordFilter(streams: [3]))
        var found = 0
        while try records.next() != nil { found += 1 }
        guard found > 0, found < whole.count else { throw Failure(what: "\(found) records of one stream") }
        guard let middle = try reader.firstPosition(atOrAfter: time(of: batches)), middle > 1 else {
            throw Failure(what: "no position for a time")
        }
        let follower = try reader.follow(from: middle)
        var block = DecodedBlock()
        guard try follower.next(into: &block, timeoutMilliseconds: 1000), block.firstPosition == middle else {
            throw Failure(what: "the follower began elsewhere")
        }
        try log.close()
        guard try LogVerifier.verify(at: directory).isSound else { throw Failure(what: "the log is not sound") }
        tell("\(whole.count) records read forward, ahead, backward, by stream, by time, by a follower; verified")
    }

    private static func tell(_ line: String) { _ = (line + "\n").withCString { write(1, $0, strlen($0)) } }

    private static func time(of batch: Int) -> Int64 { 1_767_225_600_000_000 + Int64(batch) * 1000 }

    /// Some batches, some longer than what is compressed, some one by one and some in groups.
    private static func append(to log: EventLog, from first: Int) throws {
        var generator = SplitMix64(seed: UInt64(first) + 1)
        var batch = LogBatch()
        for number in first..<first + batches {
            batch.reset(
                commandID: .random(), actor: Int64(generator.next() % 50), recordedAt: time(of: number))
            for _ in 0...Int(generator.next() % 3) {
                let length = Int(generator.next() % (number % 40 == 0 ? 6000 : 40))
                batch.append(
                    type: UInt8(generator.next() % 9), stream: generator.next() % 12, version: Int64(number)
                ) { bytes in
                    for _ in 0..<length { bytes.append(UInt8(truncatingIfNeeded: generator.next() % 7)) }
                }
            }
            let last = try log.enqueue(batch).upperBound
            if number % 10 == 0 { try log.waitUntilDurableBlocking(last) }
        }
        try log.waitUntilDurableBlocking(log.lastPosition)
    }

    /// How many records there are, and all bytes of their payloads mixed, in whatever order they came.
    private static func read(
        _ reader: LogReader, _ order: ReadOrder, workers: Int
    ) throws -> (count: Int, bytes: UInt64) {
        var blocks = try reader.blocks(from: 1, order: order, workers: workers)
        var block = DecodedBlock()
        var (count, bytes) = (0, UInt64(0))
        while try blocks.next(into: &block) {
            count += block.count
            for byte in block.payload { bytes &+= UInt64(byte) }
        }
        return (count, bytes)
    }
}
