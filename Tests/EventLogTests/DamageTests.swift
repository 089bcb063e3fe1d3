// Every truncation and every flipped bit of a small log: the same events, a named error, or only the unproven tail.

import EventLog
import Foundation
import LogProofs
import Testing

@Suite struct DamageTests {
    /// A small log on a simulated disk as a crash leaves it, and how much of it was acknowledged and is proven.
    private struct Small {
        var state: DiskState
        var source: BatchSource
        var segment: String
        /// What block headers prove without TAIL.
        var proven: Int
    }

    private func small() throws -> Small {
        let disk = SimulatedDisk()
        var source = BatchSource(seed: 9)
        var options = quietOptions()
        options.confirmDelayMilliseconds = 0
        let log = try EventLog.create(at: "/disk/log", options: options, fileSystem: disk)
        try source.append(1, to: log, records: 1, payload: 8)
        // Waits for the confirm block: a log that holds every block type.
        let deadline = ContinuousClock.now + .seconds(60)
        while try log.reader().segments()[0].bytes < 4096 + 128 + 64 {
            try #require(ContinuousClock.now < deadline, "no confirm block came")
            sched_yield()
        }
        disk.recordHistory()
        try source.append(1, to: log, records: 3, payload: 30)
        let proven = source.expected.count
        try source.append(1, to: log, records: 2, payload: 8)
        // The state right after the last group's TAIL, before any later confirm block.
        let state = disk.history.last { state in
            state.nodes.values.contains { $0.current.count == 68 && !$0.pending.isEmpty }
        }
        try log.close()
        var chosen = try #require(state)
        for (number, node) in chosen.nodes {
            chosen.nodes[number]?.durable = node.current
            chosen.nodes[number]?.pending = []
        }
        chosen.durableEntries = chosen.entries
        let segment = try #require(chosen.entries.keys.first { $0.hasSuffix(".log") })
        return Small(state: chosen, source: source, segment: segment, proven: proven)
    }

    /// Opens a damaged copy; returns how many records are left, or `nil` for a named error.
    private func open(_ small: Small, withTail: Bool, _ damage: (inout [UInt8]) -> Void) throws -> Int? {
        var state = small.state
        guard let number = state.entries[small.segment], var node = state.nodes[number] else { return nil }
        damage(&node.durable)
        node.current = node.durable
        state.nodes[number] = node
        if !withTail {
            state.entries["/disk/log/TAIL"] = nil
            state.durableEntries["/disk/log/TAIL"] = nil
        }
        let disk = SimulatedDisk.crashed(state, keeping: 1, seed: 0)
        do {
            let log = try EventLog.open(at: "/disk/log", options: quietOptions(), fileSystem: disk)
            let records = try allRecords(log.reader())
            #expect(records == Array(small.source.expected.prefix(records.count)))
            return records.count
        } catch let error as LogError {
            let named: [LogError.Code] = [.corrupted, .ambiguousTail, .foreign, .newerFormat]
            #expect(named.contains(error.code), "\(error)")
            return nil
        }
    }

    private func usedBytes(_ small: Small) -> Int {
        let bytes = small.state.entries[small.segment].flatMap { small.state.nodes[$0]?.durable } ?? []
        return (bytes.lastIndex { $0 != 0 } ?? 0) + 1
    }

    @Test(arguments: [true, false]) func `every truncation is noticed or harmless`(withTail: Bool) throws {
        let small = try small()
        let used = usedBytes(small)
        for length in 0...used + 70 {
            let left = try open(small, withTail: withTail) { $0.removeLast(max(0, $0.count - length)) }
            guard let left else { continue }
            // A cut can take the later headers that prove a group, so without TAIL a cut looks like a tear.
            #expect(!withTail || left == small.source.expected.count, "cut at \(length) left \(left)")
            #expect(length < used || left == small.source.expected.count)
        }
    }

    @Test(arguments: [true, false]) func `every flipped bit is noticed or harmless`(withTail: Bool) throws {
        let small = try small()
        let used = usedBytes(small)
        // The header page has one checksum over all of it: a few bits stand for the others there.
        let places = Array(stride(from: 0, to: 4096, by: 97)) + Array(4096..<used + 64)
        for place in places {
            for bit in 0..<8 where place >= 4096 || bit == place % 8 {
                let left = try open(small, withTail: withTail) { $0[place] ^= 1 << UInt8(bit) }
                guard let left else { continue }
                #expect(left == small.source.expected.count, "bit \(bit) of \(place) left \(left)")
            }
        }
    }

    @Test func `every flipped bit of the manifest is an error`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 2)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(2, to: log)
        try log.close()
        let path = directory.log + "/MANIFEST"
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            #expect(throws: LogError.self) { _ = try EventLog.open(at: directory.log) }
            #expect(throws: LogError.self) { _ = try LogReader.open(at: directory.log) }
        }
    }

    @Test(arguments: [1, 30, 64])
    func `damage behind the last record of a closed segment is told, and costs no record`(missing: Int) throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 8)
        let log = try EventLog.create(at: directory.log)
        try source.append(2, to: log)
        try log.close()
        let segment = try #require(try LogReader.open(at: directory.log).segments().first)
        let path = URL(fileURLWithPath: directory.log + "/" + segment.name)
        var bytes = try Data(contentsOf: path)
        bytes.removeLast(missing)
        let file = try FileHandle(forWritingTo: path)
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: bytes)
        try file.close()
        #expect(try !LogVerifier.verify(at: directory.log).isSound)
        // Whoever writes on must be able to read on.
        for _ in 0..<2 {
            let again = try EventLog.open(at: directory.log)
            try source.append(1, to: again)
            try again.close()
        }
        var cursor = try LogReader.open(at: directory.log).records(from: 1)
        var records: Int64 = 0
        while try cursor.next() != nil { records += 1 }
        #expect(try LogReader.open(at: directory.log).lastPosition() == Position(records))
        #expect(records > segment.lastPosition.rawValue)
    }

    @Test func `the verifier names the damaged file, place and positions`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 4)
        let log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(3, to: log)
        let middle = try log.reader().segments()[0].bytes
        let first = source.expected.count + 1
        try source.append(1, to: log)
        let last = source.expected.count
        try source.append(3, to: log)
        try log.close()
        let path = try newestSegment(in: directory.log)
        for delta in [10, 80] {
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            bytes[Int(middle) + delta] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let problems = try LogVerifier.verify(at: directory.log).problems
            #expect(problems.first?.path == path)
            #expect(problems.first?.offset == middle)
            #expect(problems.first?.positions == Position(Int64(first))...Position(Int64(last)))
            #expect { try allRecords(LogReader.open(at: directory.log)) } throws: {
                ($0 as? LogError)?.code == .corrupted && ($0 as? LogError)?.offset == middle
            }
            bytes[Int(middle) + delta] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        #expect(try LogVerifier.verify(at: directory.log).isSound)
    }
}
