// Reading sealed segments into columns, beside inflating the same bytes and doing nothing with them.

import CInflate
import EventLog
import Foundation

/// A sealed log, many times as long as the one it is made from, and its deflated columns in memory.
struct SealedReading {
    private let directory: String
    private let columns: [DeflatedColumn]
    /// How many records there are.
    let records: Int

    /// A column as a block holds it: raw deflate (RFC 1951), and how long it is inflated.
    private struct DeflatedColumn: Sendable {
        let bytes: [UInt8]
        let length: Int
    }

    /// Appends a log's records to a new log, `times` over under new command ids, and seals it.
    init(repeating source: String, times: Int, in directory: String) throws {
        self.directory = directory
        var options = LogOptions()
        options.sealsInBackground = false
        let log = try EventLog.create(at: directory, options: options)
        var versions: [UInt64: Int64] = [:]
        var shift: Int64 = 0
        for _ in 0..<times {
            shift = try Self.copy(try LogReader.open(at: source), to: log, &versions, shift: shift)
        }
        try log.close()
        let again = try EventLog.open(at: directory, options: options)
        _ = try again.seal()
        try again.close()
        records = Int(try LogReader.open(at: directory).lastPosition().rawValue)
        columns = try Self.deflatedColumns(of: directory)
        guard records > 0, !columns.isEmpty else { throw Failure("nothing was sealed") }
    }

    /// Copies all records, later by `shift`; gives the shift with which they follow on themselves.
    private static func copy(
        _ source: LogReader, to log: EventLog, _ versions: inout [UInt64: Int64], shift: Int64
    ) throws -> Int64 {
        var blocks = try source.blocks(from: 1)
        var block = DecodedBlock()
        var batch = LogBatch()
        var first: Int64?
        var last: Int64 = 0
        while try blocks.next(into: &block) {
            for index in 0..<block.count {
                if block.isBatchStart[index] {
                    try enqueue(batch, log)
                    last = block.recordedAt[index] + shift
                    first = first ?? last
                    batch.reset(commandID: .random(), actor: block.actors[index], recordedAt: last)
                }
                let stream = block.streams[index]
                versions[stream, default: 0] += 1
                batch.append(type: block.types[index], stream: stream, version: versions[stream] ?? 0) {
                    $0.append(contentsOf: block.payload[block.payloadRange(at: index)])
                }
            }
        }
        try enqueue(batch, log)
        return shift + last - (first ?? 0) + 1000
    }

    private static func enqueue(_ batch: LogBatch, _ log: EventLog) throws {
        while !batch.isEmpty {
            do {
                _ = try log.enqueue(batch)
                return
            } catch {
                guard error.code == .overloaded else { throw error }
                try log.waitUntilDurableBlocking(log.lastPosition)
            }
        }
    }

    /// Reads everything into columns; the time in seconds.
    func read(workers: Int) throws -> Double {
        let start = ContinuousClock.now
        var blocks = try LogReader.open(at: directory).blocks(from: 1, workers: workers)
        var block = DecodedBlock()
        var count = 0
        while try blocks.next(into: &block) { count += block.count }
        guard count == records else { throw Failure("\(count) of \(records) records were read") }
        return (ContinuousClock.now - start).seconds
    }

    /// Inflates all deflated columns, and nothing else; the time in seconds.
    func inflate(threads: Int) -> Double {
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            var stream = z_stream()
            inflateInit2_(&stream, -15, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
            defer { inflateEnd(&stream) }
            var output = [UInt8](repeating: 0, count: 1 << 21)
            for index in Swift.stride(from: thread, to: columns.count, by: threads) {
                Self.inflate(columns[index], &stream, into: &output)
            }
        }
        return (ContinuousClock.now - start).seconds
    }

    private static func inflate(_ column: DeflatedColumn, _ stream: inout z_stream, into output: inout [UInt8]) {
        column.bytes.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                inflateReset(&stream)
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(column.length)
                let code = CInflate.inflate(&stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "a column does not inflate: \(code)")
            }
        }
    }

    /// Finds the columns as FORMAT.md describes them: 64-byte headers, then columns of descriptor, lengths and bytes.
    private static func deflatedColumns(of directory: String) throws -> [DeflatedColumn] {
        var columns: [DeflatedColumn] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".seg") {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
            var header = 4096
            while header + 64 <= bytes.count, bytes[header + 4] == 1 {
                let stored = (0..<4).reduce(0) { $0 | Int(bytes[header + 8 + $1]) << ($1 * 8) }
                var offset = header + 64
                let end = offset + stored
                while offset < end {
                    let codec = bytes[offset] & 3
                    offset += 1
                    let length = varint(bytes, &offset)
                    let raw = codec == 1 ? varint(bytes, &offset) : length
                    if codec == 1 {
                        columns.append(DeflatedColumn(bytes: Array(bytes[offset..<offset + length]), length: raw))
                    }
                    offset += length
                }
                header = end + (64 - stored % 64) % 64
            }
        }
        return columns
    }

    private static func varint(_ bytes: [UInt8], _ offset: inout Int) -> Int {
        var value = 0
        var shift = 0
        while true {
            let byte = bytes[offset]
            offset += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }
}
