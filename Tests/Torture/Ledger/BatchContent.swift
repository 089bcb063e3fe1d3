// What a batch holds, computed anew by whoever compares it, so that bytes need not be written down elsewhere.

import EnrollmentTesting
import EventLog

/// The records of a named batch.
struct BatchContent {
    /// One record but for its position and time.
    struct Row {
        var type: UInt8
        var stream: UInt64
        var version: Int64
        var payload: [UInt8]
    }

    let commandID: CommandID
    let actor: Int64
    private(set) var rows: [Row] = []

    /// Small ones mostly, now and then one that spans many pages.
    init(_ name: BatchName, seed: UInt64) {
        commandID = name.commandID(seed: seed)
        var generator = SplitMix64(seed: seed ^ commandID.low &* 0x9E37_79B9_7F4A_7C15)
        actor = Int64(generator.below(500))
        let isLarge = generator.chance(1, in: 60)
        let count = isLarge ? 8 + generator.below(24) : 1 + generator.below(4)
        for index in 0..<count {
            let length = generator.below(isLarge ? 2500 : 60)
            let pattern: UInt64 = generator.chance(1, in: 8) ? 0 : generator.next()
            rows.append(
                Row(
                    type: UInt8(generator.below(128)), stream: UInt64(generator.below(200)),
                    version: Int64(name.number * 40 + index), payload: Self.bytes(length, pattern)))
        }
    }

    func fill(_ batch: inout LogBatch, recordedAt: Int64) {
        batch.reset(commandID: commandID, actor: actor, recordedAt: recordedAt)
        for row in rows {
            batch.append(type: row.type, stream: row.stream, version: row.version) {
                $0.append(contentsOf: row.payload)
            }
        }
    }

    /// The records that the batch becomes at a place and time.
    func records(from first: Int64, recordedAt: Int64) -> [LogRecord] {
        rows.enumerated().map { index, row in
            LogRecord(
                position: Position(first + Int64(index)), type: row.type, stream: row.stream, version: row.version,
                recordedAt: recordedAt, actor: actor, commandID: commandID, isBatchStart: index == 0,
                payload: row.payload)
        }
    }

    /// Bytes that differ from word to word; all zero for the pattern 0, which must not look like unwritten space.
    private static func bytes(_ count: Int, _ pattern: UInt64) -> [UInt8] {
        if pattern == 0 || count == 0 { return [UInt8](repeating: 0, count: count) }
        // Word by word, since tests run this unoptimised.
        let words = (count + 7) / 8
        var bytes = [UInt8](unsafeUninitializedCapacity: words * 8) { buffer, used in
            var word = pattern
            for place in 0..<words {
                UnsafeMutableRawBufferPointer(buffer).storeBytes(of: word, toByteOffset: place * 8, as: UInt64.self)
                word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            }
            used = words * 8
        }
        bytes.removeLast(words * 8 - count)
        return bytes
    }
}

/// A digest of records in order, so that two processes can compare what they saw without showing it all.
///
/// It takes whole words, since tests run it unoptimised; each step can be undone, so no difference is ever lost.
struct RecordDigest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ record: LogRecord) {
        add(UInt64(bitPattern: record.position.rawValue))
        add(UInt64(record.type) << 1 | (record.isBatchStart ? 1 : 0))
        add(record.stream)
        add(UInt64(bitPattern: record.version))
        add(UInt64(bitPattern: record.recordedAt))
        add(UInt64(bitPattern: record.actor))
        add(record.commandID.high)
        add(record.commandID.low)
        add(UInt64(record.payload.count))
        record.payload.withUnsafeBytes { bytes in
            let whole = bytes.count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                add(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            for place in whole..<bytes.count { add(UInt64(bytes[place])) }
        }
    }

    private mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 29
    }
}
