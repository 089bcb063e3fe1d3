// The hot loops of decoding against slow twins that go through arrays one element at a time.

import EnrollmentTesting
import LogProofs
import Testing

@testable import EventLog

@Suite struct ReadingLoopsTests {
    /// Counts around the widths of vector registers, and one of a whole block.
    private static let counts = [0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 100, 255, 4097]

    @Test(arguments: [1, 2, 3] as [UInt64]) func `numbers of every width unpack as their twin says`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts {
            for width in 0...8 {
                let base = Int64(bitPattern: generator.next() >> (generator.next() % 64))
                var planes = (0..<width).map { _ in
                    (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                }
                if generator.next() % 2 == 0, width > 0 { planes[width - 1] = planes[width - 1].map { $0 & 0x7F } }
                let column = ByteBuffer()
                column.append(byte: UInt8(width))
                column.append(varint: zigzag(base))
                for plane in planes { plane.withUnsafeBytes { column.append($0) } }
                var found = [Int64](repeating: -1, count: count)
                let isWhole = found.withUnsafeMutableBufferPointer { PackedNumbers.unpack(column.bytes, into: $0) }
                #expect(isWhole)
                #expect(found == Twin.unpacked(base: base, planes: planes, count: count))
                // A byte less or more is no such column.
                column.append(byte: 0)
                #expect(!found.withUnsafeMutableBufferPointer { PackedNumbers.unpack(column.bytes, into: $0) })
                if count > 0, width > 0 {
                    let short = column.bytes(0..<column.count - 2)
                    #expect(!found.withUnsafeMutableBufferPointer { PackedNumbers.unpack(short, into: $0) })
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `what is packed unpacks to the same numbers`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts {
            for shift in stride(from: 0, through: 64, by: 4) {
                let values = (0..<count).map { _ in
                    Int64(bitPattern: shift == 64 ? 0 : generator.next() >> UInt64(shift)) &- 1000
                }
                let column = ByteBuffer()
                values.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
                var found = [Int64](repeating: -1, count: count)
                #expect(found.withUnsafeMutableBufferPointer { PackedNumbers.unpack(column.bytes, into: $0) })
                #expect(found == values)
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `types and batch starts split as their twin says`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts where count > 0 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            var types = [UInt8](repeating: 1, count: count)
            var starts = [Bool](repeating: true, count: count)
            let found = bytes.withUnsafeBytes { BlockLoops.splitTypes($0, into: &types, &starts) }
            #expect(types == bytes.map { $0 % 128 })
            #expect(starts == bytes.map { $0 >= 128 })
            #expect(found == bytes.count { $0 >= 128 })
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `streams and versions come out as their twin says`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts where count > 0 {
            let dictionary = (0...generator.next() % 70).map { _ in Int64(bitPattern: generator.next()) }
            let bases = dictionary.map { _ in Int64(generator.next() % 1000) - 3 }
            let places = (0..<count).map { _ in Int64(generator.next() % UInt64(dictionary.count)) }
            #expect(BlockLoops.allBelow(places, UInt64(dictionary.count)))
            var outside = places
            outside[Int(generator.next() % UInt64(count))] = generator.next() % 2 == 0 ? -1 : Int64(dictionary.count)
            #expect(!BlockLoops.allBelow(outside, UInt64(dictionary.count)))
            var next = bases
            var streams = [UInt64](repeating: 1, count: count)
            var versions = [Int64](repeating: 1, count: count)
            BlockLoops.streams(places, dictionary, next: &next, into: &streams, &versions)
            let twin = Twin.streams(places, dictionary, bases)
            #expect(streams == twin.streams)
            #expect(versions == twin.versions)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `times and ends add up as their twins say`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts {
            var differences = (0..<count).map { _ in Int64(generator.next() % 5000) }
            let lengths = (0..<count).map { _ in Int64(generator.next() % 300) }
            let base = Int64(bitPattern: generator.next() >> 2)
            let twin = Twin.sums(differences, from: base)
            #expect(BlockLoops.accumulate(&differences, from: base))
            #expect(differences == twin)
            var ends = [Int](repeating: 0, count: count)
            let total = lengths.reduce(0, +)
            #expect(BlockLoops.ends(lengths, total: Int(total), into: &ends))
            #expect(ends.map { Int64($0) } == Twin.sums(lengths, from: 0))
            #expect(!BlockLoops.ends(lengths, total: Int(total) + 1, into: &ends))
            guard count > 0 else { continue }
            let place = Int(generator.next() % UInt64(count))
            for wrong in [Int64(-1), 65_477, .min] {
                var bent = lengths
                bent[place] = wrong
                #expect(!BlockLoops.ends(bent, total: Int(truncatingIfNeeded: bent.reduce(0, &+)), into: &ends))
            }
            var back = [Int64](repeating: 5, count: count)
            back[place] = -1
            #expect(!BlockLoops.accumulate(&back, from: base))
            var far = [Int64](repeating: 0, count: count)
            far[place] = 1
            #expect(!BlockLoops.accumulate(&far, from: .max))
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64], [1, 3, 1000] as [UInt64])
    func `every record gets command, time and actor of its batch, as the twin says`(seed: UInt64, spread: UInt64) {
        var generator = SplitMix64(seed: seed)
        for count in Self.counts where count > 0 {
            var block = DecodedBlock()
            block.count = count
            block.isBatchStart = (0..<count).map { _ in generator.next() % spread == 0 }
            let heads = block.isBatchStart.count { $0 } + (block.isBatchStart[0] ? 0 : 1)
            let identifiers = (0..<heads * 16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let times = (0..<heads).map { _ in Int64(bitPattern: generator.next()) }
            let actors = (0..<heads).map { _ in Int64(bitPattern: generator.next()) }
            block.recordedAt = Array(repeating: 1, count: count)
            block.actors = Array(repeating: 1, count: count)
            block.commandIDs = Array(repeating: CommandID(high: 1, low: 1), count: count)
            identifiers.withUnsafeBytes { BlockLoops.expand($0, times, actors, into: &block) }
            let twin = Twin.heads(of: block.isBatchStart)
            #expect(block.recordedAt == twin.map { times[$0] })
            #expect(block.actors == twin.map { actors[$0] })
            #expect(block.commandIDs == twin.map { Twin.identifier(identifiers, $0) })
            var alone = Array(repeating: CommandID(high: 1, low: 1), count: heads)
            identifiers.withUnsafeBytes { BlockLoops.identifiers($0, into: &alone) }
            #expect(alone == (0..<heads).map { Twin.identifier(identifiers, $0) })
        }
    }
}

/// The same over arrays, one element at a time.
private enum Twin {
    static func unpacked(base: Int64, planes: [[UInt8]], count: Int) -> [Int64] {
        (0..<count).map { index in
            var difference: UInt64 = 0
            for (number, plane) in planes.enumerated() { difference += UInt64(plane[index]) << UInt64(number * 8) }
            return base &+ Int64(bitPattern: difference)
        }
    }

    static func streams(
        _ places: [Int64], _ dictionary: [Int64], _ bases: [Int64]
    ) -> (streams: [UInt64], versions: [Int64]) {
        var seen: [Int64: Int64] = [:]
        var streams: [UInt64] = []
        var versions: [Int64] = []
        for place in places {
            streams.append(UInt64(bitPattern: dictionary[Int(place)]))
            versions.append(bases[Int(place)] + seen[place, default: 0])
            seen[place, default: 0] += 1
        }
        return (streams, versions)
    }

    static func sums(_ values: [Int64], from base: Int64) -> [Int64] {
        var sum = base
        return values.map { value in
            sum += value
            return sum
        }
    }

    static func heads(of starts: [Bool]) -> [Int] {
        var head = 0
        return starts.enumerated().map { index, isStart in
            if isStart, index > 0 { head += 1 }
            return head
        }
    }

    static func identifier(_ bytes: [UInt8], _ head: Int) -> CommandID {
        func half(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return CommandID(high: half(head * 16), low: half(head * 16 + 8))
    }
}
