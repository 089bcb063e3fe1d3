// What a reader may see: the segments up to the durable end, frozen at one moment.

internal import Synchronization

/// The durable part of a log at one moment.
struct LogView: Sendable {
    let directory: LogDirectory
    let logID: LogID
    let closed: [SegmentEntry]
    /// The active segment, its end being the durable one.
    let active: SegmentEntry?
    let lastPosition: Int64
    let index: SparseIndex
    /// Looks again at what the log consists of; positions stay what they were.
    let refresh: @Sendable () throws(LogError) -> LogView

    var count: Int { closed.count + (active == nil ? 0 : 1) }

    func entry(_ number: Int) -> SegmentEntry? {
        if number < closed.count { return number < 0 ? nil : closed[number] }
        return number == closed.count ? active : nil
    }

    /// The number of the segment that holds a position.
    ///
    /// - Complexity: O(log *n*) in the number of segments.
    func segment(holding position: Int64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            guard let entry = entry(middle) else { return nil }
            if entry.end.lastPosition < position { low = middle + 1 } else { high = middle }
        }
        return low < count ? low : nil
    }
}

/// Places in segments that were passed before, and the indexes of sealed ones, so that reading by position does not walk
/// from the first block.
final class SparseIndex: Sendable {
    /// The state of a walk in front of a block.
    struct Place: Sendable {
        var position: Int64
        var offset: Int64
        var chain: UInt32
    }

    private static let spacing: Int64 = 256 << 10
    /// So many indexes of sealed segments are kept; each takes some kilobytes.
    private static let sealedCapacity = 16

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

    /// Remembers a walk's place when it is far enough behind the last remembered one.
    func note(_ walk: BlockWalk, in segmentID: UInt64) {
        places.withLock { places in
            let last = places[segmentID]?.last?.offset ?? 0
            guard walk.offset >= last + Self.spacing else { return }
            places[segmentID, default: []].append(
                Place(position: walk.nextPosition, offset: walk.offset, chain: walk.chain))
        }
    }

    /// The last remembered place that is not behind a position.
    func place(before position: Int64, in segmentID: UInt64) -> Place? {
        places.withLock { places in
            guard let known = places[segmentID] else { return nil }
            var low = 0
            var high = known.count
            while low < high {
                let middle = (low + high) / 2
                if known[middle].position <= position { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? nil : known[low - 1]
        }
    }
}
