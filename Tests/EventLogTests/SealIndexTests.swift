// The parts at the end of a sealed segment, and the choice of what to seal.

import EnrollmentTesting
import LogProofs
import Testing

@testable import EventLog

@Suite struct SealIndexTests {
    @Test(arguments: [1, 10, 1000, 16_384])
    func `the filter of streams never denies one that is there, and seldom claims one that is not`(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let streams = Set((0..<count).map { _ in generator.next() >> (generator.next() % 50) })
        let filter = StreamFilter(of: streams)
        #expect(streams.allSatisfy { filter.mayHold($0) })
        var wrong = 0
        for _ in 0..<4_000 {
            let stream = generator.next()
            if !streams.contains(stream), filter.mayHold(stream) { wrong += 1 }
        }
        #expect(wrong < 4_000 / 10)
        #expect(filter.words.count * 64 <= max(64, streams.count * 8 + 63))
        #expect(StreamFilter(words: []).mayHold(5))
    }

    private func entry(
        _ index: UInt64, bytes: Int64, records: Int64 = 10, isSealed: Bool = false, isActive: Bool = false
    ) -> SegmentEntry {
        let first = Int64(index - 1) * 10 + 1
        return SegmentEntry(
            index: index, lastIndex: index, segmentID: index, firstPosition: first, isActive: isActive,
            end: SegmentEnd(lastPosition: first + records - 1, offset: bytes, chain: 1, lastTime: 1),
            sealed: isSealed ? SealedPart(bytes: bytes, digest: .start) : nil)
    }

    @Test func `a plan takes what is ripe, in order, and small sealed neighbours along`() {
        let lazy = SealPlan(targetBytes: 1000, takesAll: false)
        let eager = SealPlan(targetBytes: 1000, takesAll: true)
        #expect(eager.next([]) == nil)
        #expect(eager.next([entry(1, bytes: 100, isActive: true)]) == nil)
        let small = (1...10).map { entry(UInt64($0), bytes: 40) }
        #expect(lazy.next(small) == nil)
        #expect(eager.next(small) == 0..<10)
        #expect(lazy.next(small + [entry(11, bytes: 400)]) == 0..<11)
        #expect(lazy.next(small + [entry(11, bytes: 900), entry(12, bytes: 1, isActive: true)]) == 0..<10)
        #expect(lazy.next((1...64).map { entry(UInt64($0), bytes: 5) }) == 0..<64)
        let merged = [entry(1, bytes: 900, isSealed: true), entry(2, bytes: 100, isSealed: true)]
        #expect(eager.next(merged) == nil)
        #expect(eager.next(merged + [entry(3, bytes: 100)]) == 1..<3)
        #expect(eager.next(merged + [entry(3, bytes: 99)]) == 2..<3)
        #expect(eager.next([entry(1, bytes: 5000), entry(2, bytes: 10)]) == 0..<1)
        #expect(eager.next([entry(1, bytes: 4096, records: 0)]) == nil)
        // What a crash left without records goes with its neighbour, or nothing behind it would ever be sealed.
        var behind = entry(2, bytes: 5000)
        behind.firstPosition = 1
        #expect(lazy.next([entry(1, bytes: 4096, records: 0), behind, entry(3, bytes: 5000)]) == 0..<2)
    }

    @Test func `a manifest reads back what it was written as`() throws {
        var manifest = Manifest(logID: .random(), epoch: 7)
        manifest.segments = [
            entry(1, bytes: 8192, isSealed: true), entry(2, bytes: 4160), entry(3, bytes: 4096, isActive: true),
        ]
        manifest.segments[2].end = SegmentEnd(lastPosition: 20, offset: 4096, chain: 0, lastTime: Int64.min)
        #expect(try Manifest.decoded(manifest.encoded(), path: "m") == manifest)
        manifest.isBackup = true
        #expect(try Manifest.decoded(manifest.encoded(), path: "m") == manifest)
        // Sealed behind closed would leave a digest without the one before it.
        manifest.segments.swapAt(0, 1)
        #expect(throws: LogError.self) { try Manifest.decoded(manifest.encoded(), path: "m") }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `lines of a manifest with anything in them are read or refused, never a trap`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let words = [
            "segment", "id", "first", "last", "end", "chain", "time", "closed", "active", "sealed", "through", "bytes",
            "digest", "0", "-1", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "00000001",
            "0123456789abcdef", "", "4096", String(repeating: "f", count: 64),
        ]
        let line = Array(entry(3, bytes: 8192, isSealed: true).line.utf8)
        var read = 0
        for _ in 0..<20_000 {
            var mutant = line
            if generator.next() % 2 == 0 {
                mutant[Int(generator.next() % UInt64(line.count))] = UInt8(truncatingIfNeeded: generator.next())
            } else {
                var parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
                parts[Int(generator.next() % UInt64(parts.count))] = Array(
                    words[Int(generator.next() % UInt64(words.count))].utf8)
                mutant = Array(parts.joined(separator: [UInt8(ascii: " ")]))
            }
            guard let entry = SegmentEntry(line: mutant[...]) else { continue }
            read += 1
            #expect(SegmentEntry(line: Array(entry.line.utf8)[...]) == entry)
        }
        #expect(read > 0)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `an index with anything in it is read or refused, never a trap`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let segment = entry(1, bytes: 8192, records: 30, isSealed: true)
        var index = SealedIndex(rows: [], dataEnd: 6144)
        for number in 0..<3 {
            index.rows.append(
                IndexRow(
                    offset: 4096 + Int64(number) * 640, chain: 3, count: 10, firstPosition: Int64(number) * 10 + 1,
                    firstTime: 1, lastTime: 2, types: SIMD2(1, 2), streams: StreamFilter(of: [1, UInt64(number)])))
        }
        let buffer = ByteBuffer()
        index.encoded(into: buffer)
        #expect((try? SealedIndex.decoded(buffer.bytes, segment, dataEnd: 6144)) == index)
        var refused = 0
        for _ in 0..<20_000 {
            var mutant = Array(buffer.bytes)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                mutant[Int(generator.next() % UInt64(mutant.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            if generator.next() % 4 == 0 { mutant.removeLast(Int(generator.next() % UInt64(mutant.count))) }
            do {
                _ = try mutant.withUnsafeBytes { try SealedIndex.decoded($0, segment, dataEnd: 6144) }
            } catch { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}
