// Whether hashes prove what they claim to: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
//
// They share nothing with the code that makes proofs: that one splits from the root down, these fold from the leaf up.

/// Checks of proofs against roots.
public enum ProofCheck {
    /// Whether the leaf with this hash is number `index` of the tree of `size` leaves with this root.
    public static func isIncluded(
        _ leaf: TreeHash, at index: Int64, inTreeOf size: Int64, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var place = EdgePlace(node: index, last: size - 1)
        var hash = leaf
        for sibling in proof {
            guard !place.isRoot else { return false }
            hash = place.isRightChild ? .node(sibling, hash) : .node(hash, sibling)
            place.climb()
        }
        return place.isRoot && hash == root
    }

    /// Whether the tree of `old` leaves is the beginning of the tree of `size` leaves.
    ///
    /// An empty tree is the beginning of every tree; a tree is its own beginning. Both need an empty proof.
    public static func isConsistent(
        _ old: Int64, oldRoot: TreeHash, with size: Int64, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard old >= 0, old <= size else { return false }
        if old == size { return proof.isEmpty && oldRoot == root }
        if old == 0 { return proof.isEmpty && oldRoot == .empty }
        var hashes = proof[...]
        // The old tree is a complete subtree of the new one: its root, which the verifier has, was left out.
        if old & (old - 1) == 0 { hashes.insert(oldRoot, at: 0) }
        guard let first = hashes.popFirst() else { return false }
        var place = EdgePlace(node: old - 1, last: size - 1)
        place.skipRightChildren()
        var (oldHash, newHash) = (first, first)
        for hash in hashes {
            guard !place.isRoot else { return false }
            if place.isRightChild {
                oldHash = .node(hash, oldHash)
                newHash = .node(hash, newHash)
            } else {
                newHash = .node(newHash, hash)
            }
            place.climb()
        }
        return place.isRoot && oldHash == oldRoot && newHash == root
    }
}

/// A node on its way to the root, and the last node of its level.
private struct EdgePlace {
    var node: Int64
    var last: Int64

    var isRoot: Bool { last == 0 }
    /// The last node of a level without a sibling of its own is joined with what lies to its left further up.
    var isRightChild: Bool { node & 1 == 1 || node == last }

    mutating func climb() {
        if isRightChild { while node & 1 == 0 && node != 0 { step() } }
        step()
    }

    mutating func skipRightChildren() { while node & 1 == 1 { step() } }

    private mutating func step() {
        node >>= 1
        last >>= 1
    }
}
