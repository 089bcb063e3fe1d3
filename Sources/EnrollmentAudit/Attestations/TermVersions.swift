// How many events each term has, under one root: what an attestation says, so that the events of one term can be
// proven to be all of them without showing those of any other.

internal import Enrollment
internal import EnrollmentEngine
internal import Transparency

/// The numbers of events of every term, as the leaves of an RFC 6962 tree.
///
/// Leaf number *t* − 1 is the text `term/t n m`: *n* events in the term's own stream, *m* in that of its refusals,
/// decimal, with single blanks. A term's streams have gapless versions, so *n* events with the versions 1 … *n* are
/// all of them.
struct TermVersions: Hashable {
    /// The events of one term.
    struct Count: Hashable {
        var events: Int64 = 0
        var refusals: Int64 = 0
    }

    private(set) var counts: [Count] = []

    init() {}

    init(_ state: EnrollmentState) {
        counts = state.terms.map { Count(events: $0.version.rawValue, refusals: $0.refusalsVersion.rawValue) }
    }

    /// Counts the next event of the log; terms begin with their first event, in the order of their ids.
    mutating func count(_ event: RecordedEvent) {
        guard let term = event.stream.term, term.rawValue >= 1, term.rawValue <= Int64(counts.count) + 1 else { return }
        let place = Int(term.rawValue) - 1
        if place == counts.count { counts.append(Count()) }
        if case .refusals = event.stream { counts[place].refusals += 1 } else { counts[place].events += 1 }
    }

    /// The root over all terms.
    ///
    /// - Complexity: O(terms).
    var root: TreeHash {
        var tree = GrowingTree()
        for term in counts.indices { tree.append(leaf(term)) }
        return tree.root
    }

    /// The hashes that lead from a term's leaf to the root.
    ///
    /// - Complexity: O(terms).
    func proof(of term: TermID) -> [TreeHash] {
        var subtrees = Subtrees(leaves: counts.indices.map(leaf))
        return subtrees.inclusionProof(of: term.rawValue - 1, inTreeOf: Int64(counts.count))
    }

    private func leaf(_ place: Int) -> TreeHash {
        Self.leaf(of: TermID(Int64(place) + 1), counts[place])
    }

    static func leaf(of term: TermID, _ count: Count) -> TreeHash {
        .leaf("term/\(term) \(count.events) \(count.refusals)".utf8)
    }
}

/// A small tree in memory: every complete subtree, level by level.
private struct Subtrees: SubtreeHashes {
    private var levels: [[TreeHash]]

    init(leaves: [TreeHash]) {
        levels = [leaves]
        while let last = levels.last, last.count > 1 {
            levels.append(stride(from: 0, to: last.count - 1, by: 2).map { .node(last[$0], last[$0 + 1]) })
        }
    }

    mutating func subtreeHash(level: Int, index: Int64) throws(Never) -> TreeHash { levels[level][Int(index)] }
}
