// What can be counted by reading a whole log once.

import Enrollment
import EventLog

/// Figures of a log, made by reading it.
struct LogFigures {
    private(set) var segments = 0
    private(set) var sealedSegments = 0
    private(set) var bytes: Int64 = 0
    private(set) var events: Int64 = 0
    private(set) var commands: Int64 = 0
    /// The canonical form of all records: what they take before the log's columns and compression.
    private(set) var canonicalBytes: Int64 = 0
    private(set) var countsByType: [UInt8: Int64] = [:]

    /// Without the identifiers of commands, which are random and do not compress.
    var bytesPerEventWithoutCommandIDs: Double {
        events == 0 ? 0 : Double(bytes - commands * LogFigures.commandIDBytes) / Double(events)
    }

    var bytesPerEvent: Double { events == 0 ? 0 : Double(bytes) / Double(events) }
    var compression: Double { bytes == 0 ? 0 : Double(canonicalBytes) / Double(bytes) }

    /// - Complexity: O(*n*) in the events.
    init(reading reader: LogReader, label: String) throws {
        let parts = try reader.segments()
        segments = parts.count
        sealedSegments = parts.count { $0.state == .sealed }
        bytes = parts.reduce(0) { $0 + $1.bytes }
        let last = try reader.lastPosition()
        let bar = ProgressBar(label: label, total: Int(clamping: last.rawValue))
        defer { bar.finish() }
        var counts = [Int64](repeating: 0, count: 256)
        var block = DecodedBlock()
        var cursor = try reader.blocks(from: 1, through: last)
        while try cursor.next(into: &block) {
            try Interruption.check()
            events += Int64(block.count)
            canonicalBytes += Int64(block.count * LogFigures.canonicalOverheadBytes + block.payload.count)
            for index in 0..<block.count {
                counts[Int(block.types[index])] += 1
                if block.isBatchStart[index] { commands += 1 }
            }
            bar.update(Int(clamping: block.lastPosition.rawValue))
        }
        for (type, count) in counts.enumerated() where count > 0 { countsByType[UInt8(type)] = count }
    }

    /// Of one record: position, type, stream, version, time, actor, command, length.
    private static let canonicalOverheadBytes = 59
    private static let commandIDBytes: Int64 = 16

    /// The counts with the types' names, in the order of their numbers.
    var namedCounts: [(name: String, count: Int64)] {
        countsByType.sorted { $0.key < $1.key }.map {
            (EventType(rawValue: $0.key)?.name ?? "type \($0.key)", $0.value)
        }
    }
}

extension Double {
    /// With one decimal, the same in every locale.
    var oneDecimal: String {
        let tenths = Int64(clamping: self * 10)
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}

extension Int64 {
    /// The nearest whole number that fits; 0 for what is none.
    fileprivate init(clamping value: Double) {
        self = Int64(exactly: value.rounded()) ?? (value > 0 ? .max : 0)
    }
}
