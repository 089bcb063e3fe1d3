// What readers remember of a log: places in segments that they passed, and the indexes of sealed segments.

internal import Synchronization

/// Places in segments that were passed before, and the indexes of sealed ones, so that reading by position or time does
/// not walk from the first block.
final class SparseIndex: Sendable {
    /// The state of a walk in front of a block.
    struct Place: Sendable {
        var position: Int64
        var offset: Int64
        var chain: UInt32
        /// No record before the place is later than this, and none behind it earlier.
        var time: Int64
    }

    /// How many bytes lie between two places at least.
    static let spacing: Int64 = 256 << 10
    /// So many indexes of sealed segments are kept; each takes some kilobytes.
    private static let sealedCapacity = 16

    /// The places of so many segments are kept; those of one take some kilobytes.
    private static let segmentCapacity = 1024

    private let places = Mutex<[UInt64: [Place]]>([:])
    private let sealed = Mutex<[(segmentID: UInt64, index: SealedIndex)]>([])

    /// The index of a sealed segment, if it was read lately.
    func sealedIndex(of segmentID: UInt64) -> SealedIndex? {
        sealed.withLock { kept in kept.first { $0.segmentID == segmentID }?.index }
    }

    /// Keeps the index of a sealed segment in the place of the one that was kept longest.
    func keep(_ index: SealedIndex, of segmentID: UInt64) {
        sealed.withLock { kept in
            kept.removeAll { $0.segmentID == segmentID }
            if kept.count >= Self.sealedCapacity { kept.removeFirst() }
            kept.append((segmentID, index))
        }
    }

    /// Forgets segments that are no more.
    func forget(_ segmentIDs: [UInt64]) {
        places.withLock { places in
            for segmentID in segmentIDs { places[segmentID] = nil }
        }
    }

    /// Remembers the place of a walk in front of `header`, unless one nearby is remembered already.
    func note(_ walk: BlockWalk, before header: BlockHeader, in segmentID: UInt64) {
        let place = Place(
            position: walk.nextPosition, offset: walk.offset, chain: walk.chain, time: header.baseTime)
        places.withLock { places in
            let known = places[segmentID, default: []]
            let number = known.firstNumber { $0.offset > place.offset }
            guard number == 0 || known[number - 1].offset + Self.spacing <= place.offset,
                number == known.count || place.offset + Self.spacing <= known[number].offset
            else { return }
            // Places can be found again by walking; a reader that lives long must not keep those of all segments.
            if known.isEmpty, places.count >= Self.segmentCapacity { places.removeAll() }
            places[segmentID, default: []].insert(place, at: number)
        }
    }

    /// The last remembered place that is not behind a position.
    func place(before position: Int64, in segmentID: UInt64) -> Place? {
        lastPlace(in: segmentID) { $0.position > position }
    }

    /// The last remembered place that only earlier records stand before.
    func place(earlierThan time: Int64, in segmentID: UInt64) -> Place? {
        lastPlace(in: segmentID) { $0.time >= time }
    }

    private func lastPlace(in segmentID: UInt64, before isBehind: (Place) -> Bool) -> Place? {
        places.withLock { places in
            guard let known = places[segmentID] else { return nil }
            let number = known.firstNumber(where: isBehind)
            return number == 0 ? nil : known[number - 1]
        }
    }
}

extension Array {
    /// The number of the first element that a condition holds for, which then holds for all after it; else the count.
    ///
    /// - Complexity: O(log *n*).
    func firstNumber(where isBehind: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
