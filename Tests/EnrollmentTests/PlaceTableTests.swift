// The hash table of places against a plain list, with tags that collide as real ones seldom do.

@testable import Enrollment
import EnrollmentTesting
import Testing

@Suite struct PlaceTableTests {
    @Test(arguments: [(1, 1), (2, 4), (3, 40), (4, 5_000)] as [(UInt64, Int)])
    func `a table finds what a list of pairs holds, whatever was taken away`(seed: UInt64, tags: Int) {
        var random = SplitMix64(seed: seed)
        var table = PlaceTable()
        var list: [(place: Int, tag: UInt32)] = []
        for step in 0..<3_000 {
            // Tags that crowd at the upper end make probes run on around it.
            let tag = UInt32.max - UInt32(random.below(tags)) * (random.chance(1, in: 2) ? 1 : 1 << 16)
            let shrinks = step % 1_000 > 600
            if random.chance(shrinks ? 3 : 1, in: 4), !list.isEmpty {
                let (place, tag) = list.remove(at: random.below(list.count))
                let (wasThere, isThere) = (table.remove(place, tagged: tag), table.remove(place, tagged: tag))
                #expect(wasThere && !isThere)
            } else {
                table.insert(step, tagged: tag)
                list.append((step, tag))
            }
            #expect(table.count == list.count)
            guard step % 50 == 0 else { continue }
            for (place, tag) in list { #expect(table.place(tagged: tag) { $0 == place } == place) }
            var met: [Int] = []
            #expect(
                table.place(tagged: tag) {
                    met.append($0); return false
                } == nil)
            #expect(met.sorted() == list.filter { $0.tag == tag }.map(\.place).sorted())
        }
        for (place, tag) in list { table.remove(place, tagged: tag) }
        #expect(table.count == 0)
    }

    @Test func `room that is reserved is room enough, and no more than for twice as many and a half`() {
        for count in [0, 1, 6, 7, 100, 12_288, 12_289] {
            var table = PlaceTable()
            table.reserveCapacity(count)
            let bytes = table.bytes
            for place in 0..<count { table.insert(place, tagged: UInt32(place)) }
            #expect(table.bytes == bytes)
            #expect(count < 10 || bytes <= count * 22)
        }
    }

    @Test func `ids that count up, alone or together, do not crowd`() {
        // 64 slots of a table side by side: chance alone would put 16 in each, give or take 4.
        for (users, terms) in [(16_384, 1), (1, 16_384), (128, 128), (1_024, 16)] {
            var crowds = [Int](repeating: 0, count: users * terms / 16)
            for user in 1...users {
                for term in 1...terms {
                    let tag = EnrollmentState.Index.tag(user: UInt32(user), term: UInt32(term))
                    crowds[Int(tag) % crowds.count] += 1
                }
            }
            #expect((crowds.max() ?? 0) < 48, "\(users) users, \(terms) terms")
            #expect(crowds.count { $0 == 0 } < 3, "\(users) users, \(terms) terms")
        }
    }
}
