// Where proofs take their hashes from, and the proofs themselves, as RFC 6962 defines them.

/// Somebody who knows the roots of the complete subtrees of a tree.
public protocol SubtreeHashes {
    /// What may go wrong while looking one up.
    associatedtype Failure: Error

    /// The root of the complete subtree over the 2^`level` leaves from `index` · 2^`level` on.
    mutating func subtreeHash(level: Int, index: Int64) throws(Failure) -> TreeHash
}

extension SubtreeHashes {
    /// The root over the first `size` leaves.
    ///
    /// - Complexity: O(log *n*) hashes are asked for.
    public mutating func root(ofTreeOf size: Int64) throws(Failure) -> TreeHash { try hash(of: 0..<max(0, size)) }

    /// The hashes that lead from a leaf to the root over the first `size` leaves, the leaf's sibling first.
    ///
    /// `PATH(m, D[n])` of RFC 6962, section 2.1.1. Empty where there is no such leaf.
    ///
    /// - Complexity: O(log² *n*) hashes are asked for.
    public mutating func inclusionProof(of index: Int64, inTreeOf size: Int64) throws(Failure) -> [TreeHash] {
        guard index >= 0, index < size else { return [] }
        var proof: [TreeHash] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + largestPowerOfTwo(below: Int64(range.count))
            if index < middle {
                proof.append(try hash(of: middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(of: range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        return proof.reversed()
    }

    /// The hashes that show that the tree of `old` leaves is the beginning of the tree of `size` leaves.
    ///
    /// `PROOF(m, D[n])` of RFC 6962, section 2.1.2. Empty where there is nothing to show: for an old tree that is
    /// empty, or as large as the new one, or larger.
    ///
    /// - Complexity: O(log² *n*) hashes are asked for.
    public mutating func consistencyProof(from old: Int64, to size: Int64) throws(Failure) -> [TreeHash] {
        guard old > 0, old < size else { return [] }
        var proof: [TreeHash] = []
        var range = 0..<size
        while old < range.upperBound {
            let middle = range.lowerBound + largestPowerOfTwo(below: Int64(range.count))
            if old <= middle {
                proof.append(try hash(of: middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(of: range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        // A subtree that begins at the first leaf is the old tree itself, whose root the verifier has.
        if range.lowerBound > 0 { proof.append(try hash(of: range)) }
        return proof.reversed()
    }

    /// The root over a range of leaves that the tree's own splitting makes.
    private mutating func hash(of range: Range<Int64>) throws(Failure) -> TreeHash {
        var lower = range.lowerBound
        var parts: [TreeHash] = []
        while lower < range.upperBound {
            let count = range.upperBound - lower
            // A power of two is a complete subtree; else the largest that fits is the left one of two.
            let step = count & (count - 1) == 0 ? count : largestPowerOfTwo(below: count)
            let level = step.trailingZeroBitCount
            parts.append(try subtreeHash(level: level, index: lower >> Int64(level)))
            lower += step
        }
        guard var hash = parts.popLast() else { return .empty }
        while let left = parts.popLast() { hash = .node(left, hash) }
        return hash
    }
}

/// The largest power of two that is smaller than a number of at least 2.
func largestPowerOfTwo(below number: Int64) -> Int64 { 1 << Int64(63 - (number - 1).leadingZeroBitCount) }
