// Salvage: exactly the provable prefix comes back, and what is sound behind the damage is not lost.

import EnrollmentTesting
import EventLog
import Foundation
import LogProofs
import Synchronization
import Testing

@Suite struct SalvageTests {
    /// A damaged log beside the records it was made of.
    private struct Damaged {
        let directory: TemporaryDirectory
        let source: BatchSource
        let segments: [SegmentInfo]

        var target: String { directory.path + "/salvaged" }

        func path(_ number: Int) -> String { directory.log + "/" + segments[number].name }

        /// Salvages, checks everything that must hold whatever the damage, and hands the report on.
        func salvage(losing lost: ClosedRange<Int>?, beyondFrom: Int? = nil) throws -> SalvageReport {
            let before = try fingerprint()
            let report = try LogSalvage.salvage(from: directory.log, to: target, now: 1000)
            #expect(try fingerprint() == before)
            let kept = try allRecords(LogReader.open(at: target))
            #expect(kept == Array(source.expected.prefix(kept.count)))
            #expect(source.boundaries.contains(kept.count), "a batch was cut at \(kept.count)")
            #expect(Int(report.lastPosition.rawValue) == kept.count)
            #expect(report.epoch == 1000)
            let beyond = try beyondRecords(report)
            #expect(Set(beyond).count == beyond.count)
            #expect(Set(source.expected.map { $0.canonicalEncoding() }).isSuperset(of: beyond))
            #expect(
                beyond.count
                    == report.beyond.reduce(0) { $0 + Int($1.upperBound.rawValue - $1.lowerBound.rawValue) + 1 })
            let had = Set(kept.map { $0.canonicalEncoding() }).union(beyond)
            let missing = source.expected.filter { !had.contains($0.canonicalEncoding()) }.map {
                Int($0.position.rawValue)
            }
            // Nothing good is missing, and nothing bad is there.
            #expect(missing == lost.map { Array($0) } ?? [])
            if let lost {
                let named = report.losses.compactMap(\.positions).contains { range in
                    Int(range.lowerBound.rawValue) <= lost.lowerBound
                        && Int(range.upperBound.rawValue) >= lost.lowerBound
                }
                #expect(named, "\(report.losses)")
            }
            #expect(try LogVerifier.verify(at: target).isSound)
            var more = source
            more.forget(after: kept.count)
            let log = try EventLog.open(at: target, options: smallSegments())
            try more.append(3, to: log)
            _ = try log.seal()
            try log.close()
            #expect(try allRecords(LogReader.open(at: target)) == more.expected)
            return report
        }

        private func beyondRecords(_ report: SalvageReport) throws -> [[UInt8]] {
            guard let path = report.beyondPath else { return [] }
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            var rows: [[UInt8]] = []
            var place = 0
            while place < bytes.count {
                let length = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
                rows.append(Array(bytes[place + 4..<place + 4 + length]))
                place += 4 + length
            }
            return rows
        }

        private func fingerprint() throws -> [String: Data] {
            var files: [String: Data] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: directory.log) {
                files[name] = try Data(contentsOf: URL(fileURLWithPath: directory.log + "/" + name))
            }
            return files
        }
    }

    /// Logs of each kind, made once: every case damages a copy.
    private static let templates = Mutex<[String: Damaged]>([:])

    private func log(seed: UInt64, crashed: Bool = false) throws -> Damaged {
        let template = try Self.templates.withLock { templates in
            if let known = templates["\(seed) \(crashed)"] { return known }
            let made = try Self.make(seed: seed, crashed: crashed)
            templates["\(seed) \(crashed)"] = made
            return made
        }
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: template.directory.log, toPath: directory.log)
        return Damaged(directory: directory, source: template.source, segments: template.segments)
    }

    private static func make(seed: UInt64, crashed: Bool) throws -> Damaged {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        let first = directory.path + "/first"
        try mixedLog(at: first, &source)
        if crashed {
            let log = try EventLog.open(at: first, options: quietOptions())
            try source.append(6, to: log, records: 5, payload: 300)
            try FileManager.default.copyItem(atPath: first, toPath: directory.log)
            try log.close()
        } else {
            try FileManager.default.moveItem(atPath: first, toPath: directory.log)
        }
        let segments = try LogReader.open(at: directory.log).segments()
        try #require(segments.count >= 4 && segments[0].state == .sealed)
        return Damaged(directory: directory, source: source, segments: segments)
    }

    /// The header of each block of a segment: offset, first position, count, type.
    private func blocks(_ path: String) throws -> [(offset: Int, first: Int, count: Int, type: UInt8)] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        func number(_ place: Int, _ width: Int) -> Int {
            (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
        }
        var found: [(Int, Int, Int, UInt8)] = []
        var offset = 4096
        while offset + 64 <= bytes.count, number(offset, 4) == 0x4B4C_4245 {
            found.append((offset, number(offset + 16, 8), number(offset + 24, 4), bytes[offset + 4]))
            offset += 64 + (number(offset + 8, 4) + 63) / 64 * 64
        }
        return found
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>, [false, true])
    func `a sound log comes back whole`(seed: UInt64, crashed: Bool) throws {
        let damaged = try log(seed: seed, crashed: crashed)
        let report = try damaged.salvage(losing: nil)
        #expect(report.isWhole && Int(report.lastPosition.rawValue) == damaged.source.expected.count)
        #expect(report.beyondPath == nil)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>, [10, 80])
    func `a damaged block header or payload costs its block alone`(seed: UInt64, delta: Int) throws {
        let count = try log(seed: seed, crashed: true).segments.count
        for number in 0..<count {
            let damaged = try log(seed: seed, crashed: true)
            let data = try blocks(damaged.path(number)).filter { $0.type == 1 }
            let block = data[data.count / 2]
            try flip(damaged.path(number), at: block.offset + delta)
            let lost = block.first...block.first + block.count - 1
            // A group of one block in a segment of its own kind is a batch; a sealed segment here is one block.
            let report = try damaged.salvage(losing: lost)
            #expect(Int(report.lastPosition.rawValue) == block.first - 1)
            let end = damaged.source.expected.count
            let expected = lost.upperBound < end ? [Position(Int64(lost.upperBound + 1))...Position(Int64(end))] : []
            #expect(report.beyond == expected)
            #expect(report.losses.contains { $0.path == damaged.path(number) && $0.offset == block.offset })
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>, [true, false])
    func `a damaged header page keeps the blocks behind it in the file`(seed: UInt64, hasManifest: Bool) throws {
        let count = try log(seed: seed).segments.count
        for number in 0..<count {
            let damaged = try log(seed: seed)
            try flip(damaged.path(number), at: 100)
            if !hasManifest { try FileManager.default.removeItem(atPath: damaged.directory.log + "/MANIFEST") }
            let report = try damaged.salvage(losing: nil)
            #expect(report.lastPosition.rawValue == damaged.segments[number].firstPosition.rawValue - 1)
            #expect(
                report.beyond == [
                    damaged.segments[number].firstPosition...Position(Int64(damaged.source.expected.count))
                ])
            #expect(report.unproven.isEmpty == hasManifest)
            #expect(!report.losses.isEmpty)
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>, [true, false])
    func `a missing segment costs its records alone`(seed: UInt64, hasManifest: Bool) throws {
        let count = try log(seed: seed).segments.count
        for number in 0..<count - 1 {
            let damaged = try log(seed: seed)
            try FileManager.default.removeItem(atPath: damaged.path(number))
            if !hasManifest { try FileManager.default.removeItem(atPath: damaged.directory.log + "/MANIFEST") }
            let segment = damaged.segments[number]
            let report = try damaged.salvage(
                losing: Int(segment.firstPosition.rawValue)...Int(segment.lastPosition.rawValue))
            #expect(report.lastPosition.rawValue == segment.firstPosition.rawValue - 1)
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>, ["missing", "damaged", "cut"])
    func `a lost manifest is rebuilt from the segments`(seed: UInt64, how: String) throws {
        for crashed in [false, true] {
            let damaged = try log(seed: seed, crashed: crashed)
            let path = damaged.directory.log + "/MANIFEST"
            switch how {
            case "missing": try FileManager.default.removeItem(atPath: path)
            case "damaged": try flip(path, at: 30)
            default: try rewrite(path, try Data(contentsOf: URL(fileURLWithPath: path)).prefix(200))
            }
            if seed == 2 { try FileManager.default.removeItem(atPath: damaged.directory.log + "/TAIL") }
            let report = try damaged.salvage(losing: nil)
            #expect(Int(report.lastPosition.rawValue) == damaged.source.expected.count)
            #expect(!report.unproven.isEmpty && !report.isWhole)
            #expect(report.losses.first?.path == path)
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `a cut end costs what TAIL proves to be missing`(seed: UInt64) throws {
        let damaged = try log(seed: seed, crashed: true)
        let last = damaged.segments.count - 1
        let data = try blocks(damaged.path(last)).filter { $0.type == 1 }
        let block = data[data.count - 2]
        try rewrite(
            damaged.path(last), try Data(contentsOf: URL(fileURLWithPath: damaged.path(last))).prefix(block.offset + 70)
        )
        let report = try damaged.salvage(losing: block.first...damaged.source.expected.count)
        #expect(Int(report.lastPosition.rawValue) == block.first - 1)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `damage behind the records of a sealed segment costs no record`(seed: UInt64) throws {
        let sound = try log(seed: seed)
        let parts = try blocks(sound.path(0)).filter { $0.type != 1 }
        #expect(parts.count == 2)
        for hasManifest in [true, false] {
            for delta in [10, 70] {
                for part in parts.indices {
                    let damaged = try log(seed: seed)
                    let part = try blocks(damaged.path(0)).filter { $0.type != 1 }[part]
                    try flip(damaged.path(0), at: part.offset + delta)
                    if !hasManifest { try FileManager.default.removeItem(atPath: damaged.directory.log + "/MANIFEST") }
                    let report = try damaged.salvage(losing: nil)
                    #expect(Int(report.lastPosition.rawValue) == damaged.source.expected.count)
                    #expect(!report.losses.isEmpty)
                }
            }
        }
    }

    @Test func `a log in use, or a place that is taken, is refused`() throws {
        let damaged = try log(seed: 1)
        let log = try EventLog.open(at: damaged.directory.log)
        #expect { try LogSalvage.salvage(from: damaged.directory.log, to: damaged.target, now: 1) } throws: {
            ($0 as? LogError)?.code == .locked
        }
        try log.close()
        #expect { try LogSalvage.salvage(from: damaged.directory.log, to: damaged.directory.log, now: 1) } throws: {
            ($0 as? LogError)?.code == .alreadyExists
        }
    }
}
