// Salvage of a damaged sealed segment beside what it was sealed from: the records come from whichever is good.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct SalvageOriginalsTests {
    /// Where the originals are that nobody took away.
    enum Place: String, CaseIterable, Sendable { case beside, quarantine }

    /// A log whose sealed segments still have their originals.
    private struct Sealed {
        let directory: TemporaryDirectory
        let source: BatchSource
        /// What the segments were before, in order.
        let originals: [SegmentInfo]
        let segments: [SegmentInfo]
        let place: Place

        var target: String { directory.path + "/salvaged" }

        init(seed: UInt64, _ place: Place) throws {
            directory = try TemporaryDirectory()
            self.place = place
            var source = BatchSource(seed: seed)
            try mixedLog(at: directory.log, &source, seals: false, batches: 40)
            var options = smallSegments(14_000)
            options.sealedOriginals = .kept
            let log = try EventLog.open(at: directory.log, options: options)
            originals = try log.reader().segments()
            _ = try log.seal()
            segments = try log.reader().segments()
            try source.append(3, to: log, records: 5, payload: 300)
            try log.close()
            self.source = source
            try #require(originals.count >= 4 && segments.count >= 2 && segments.count < originals.count)
            guard place == .beside else { return }
            for original in originals {
                try FileManager.default.moveItem(
                    atPath: directory.log + "/quarantine/" + original.name, toPath: directory.log + "/" + original.name)
            }
        }

        func path(_ number: Int) -> String { directory.log + "/" + segments[number].name }

        func path(ofOriginal number: Int) -> String {
            directory.log + (place == .beside ? "/" : "/quarantine/") + originals[number].name
        }

        /// The numbers of the originals of a sealed segment.
        func originals(of number: Int) -> [Int] {
            originals.indices.filter {
                segments[number].firstPosition <= originals[$0].firstPosition
                    && originals[$0].lastPosition <= segments[number].lastPosition
            }
        }

        /// Salvages, and checks that this many records are in the new log, which is sound and can be written.
        func salvage(keeping count: Int) throws -> SalvageReport {
            let report = try LogSalvage.salvage(from: directory.log, to: target, now: 1000)
            #expect(Int(report.lastPosition.rawValue) == count)
            #expect(try allRecords(LogReader.open(at: target)) == Array(source.expected.prefix(count)))
            #expect(try LogVerifier.verify(at: target).isSound)
            var more = source
            more.forget(after: count)
            let log = try EventLog.open(at: target, options: smallSegments())
            try more.append(3, to: log)
            _ = try log.seal()
            try log.close()
            #expect(try allRecords(LogReader.open(at: target)) == more.expected)
            return report
        }
    }

    /// How a sealed segment is damaged.
    private static let damages: [String] = ["header page", "first block", "middle", "missing"]

    private func damage(_ path: String, _ how: String) throws {
        switch how {
        case "header page": try flip(path, at: 100)
        case "first block": try flip(path, at: 4096 + 90)
        case "middle": try flip(path, at: Data(contentsOf: URL(fileURLWithPath: path)).count / 2)
        default: try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test(arguments: Place.allCases, damages)
    func `what a sealed segment lost comes from what it was sealed from`(place: Place, how: String) throws {
        for number in 0..<2 {
            let sealed = try Sealed(seed: UInt64(number + 1), place)
            try damage(sealed.path(number), how)
            let report = try sealed.salvage(keeping: sealed.source.expected.count)
            let taken = sealed.originals(of: number).map { sealed.path(ofOriginal: $0) }
            #expect(!report.originals.isEmpty && Set(taken).isSuperset(of: report.originals))
            #expect(how == "middle" || report.originals == taken)
            #expect(report.losses.allSatisfy { $0.positions == nil }, "\(report.losses)")
            #expect(report.losses.contains { $0.path == sealed.path(number) && $0.reason.contains("were taken from") })
            #expect(report.beyond.isEmpty && !report.isWhole)
        }
    }

    @Test(arguments: Place.allCases)
    func `a manifest that is lost, too, changes nothing for the records`(place: Place) throws {
        let sealed = try Sealed(seed: 3, place)
        try damage(sealed.path(1), "first block")
        try FileManager.default.removeItem(atPath: sealed.directory.log + "/MANIFEST")
        let report = try sealed.salvage(keeping: sealed.source.expected.count)
        #expect(report.originals.count == sealed.originals(of: 1).count)
        #expect(!report.unproven.isEmpty)
    }

    @Test func `sound sealed segments are taken, and what lies beside them is not looked at`() throws {
        let sealed = try Sealed(seed: 4, .beside)
        for number in sealed.originals.indices { try flip(sealed.path(ofOriginal: number), at: 5000) }
        let report = try sealed.salvage(keeping: sealed.source.expected.count)
        #expect(report.isWhole && report.originals.isEmpty)
    }

    @Test(arguments: Place.allCases)
    func `where both are damaged, the records up to the damage of both are kept`(place: Place) throws {
        let sealed = try Sealed(seed: 5, place)
        try damage(sealed.path(0), "first block")
        let numbers = sealed.originals(of: 0)
        let last = try #require(numbers.last)
        try flip(sealed.path(ofOriginal: last), at: 4096 + 90)
        let first = Int(sealed.originals[last].firstPosition.rawValue)
        let report = try sealed.salvage(keeping: first - 1)
        #expect(report.originals == numbers.dropLast().map { sealed.path(ofOriginal: $0) })
        let lost = try #require(report.losses.compactMap(\.positions).first)
        #expect(lost == Position(Int64(first))...sealed.segments[0].lastPosition)
    }

    @Test func `an original that nothing tells the end of is not believed`() throws {
        let sealed = try Sealed(seed: 6, .beside)
        try damage(sealed.path(0), "first block")
        let numbers = sealed.originals(of: 0)
        try #require(numbers.count > 1)
        // The one behind it is gone, which says where it ends.
        let kept = numbers[0]
        for number in numbers.dropFirst() {
            try FileManager.default.removeItem(atPath: sealed.path(ofOriginal: number))
        }
        let report = try sealed.salvage(keeping: 0)
        #expect(report.originals.isEmpty)
        #expect(FileManager.default.fileExists(atPath: sealed.path(ofOriginal: kept)))
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `an original goes on in the middle, where the sealed segment gave its beginning`(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: seed)
        var options = smallSegments(300_000)
        options.sealedOriginals = seed == 1 ? .kept : .keptFor(seconds: 60)
        let first = try EventLog.create(at: directory.log, options: options)
        while try first.reader().segments().count < 4 { try source.append(4, to: first, records: 4, payload: 9000) }
        try first.close()
        options.segmentBytes = 64 << 20
        let log = try EventLog.open(at: directory.log, options: options)
        let originals = try log.reader().segments()
        #expect(try log.seal().segments == 1)
        let name = try #require(log.reader().segments().first).name
        try log.close()
        let file = directory.log + "/" + name
        let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
        try #require(LogVerifier.verify(at: directory.log).blocks > 4)
        try flip(file, at: size * 2 / 3)
        let report = try LogSalvage.salvage(from: directory.log, to: directory.path + "/salvaged", now: 1000)
        let kept = try allRecords(LogReader.open(at: directory.path + "/salvaged"))
        #expect(kept == source.expected)
        #expect(!report.originals.isEmpty && report.originals.count < originals.count)
        #expect(report.losses.allSatisfy { $0.positions == nil } && report.beyond.isEmpty)
        #expect(try LogVerifier.verify(at: directory.path + "/salvaged").isSound)
    }
}
