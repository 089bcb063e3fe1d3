// The tree as RFC 6962 writes it down, by recursion over all leaves: the slow twin of everything that is quick.

import Crypto
import EnrollmentTesting
import Transparency

/// A tree that holds all its leaves.
struct NaiveTree {
    private(set) var leaves: [[UInt8]]
    /// What was hashed already, so that all pairs of sizes can be looked at.
    private var known = Memory()

    private final class Memory {
        var hashes: [Range<Int>: TreeHash] = [:]
    }

    /// Leaves of 0 to 40 random bytes.
    init(count: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        leaves = (0..<count).map { _ in
            (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
    }

    /// The tree with a byte more in one leaf.
    func lengthening(_ index: Int) -> NaiveTree {
        var tree = self
        tree.leaves[index].append(1)
        tree.known = Memory()
        return tree
    }

    /// `MTH(D[n])` over the first `size` leaves.
    func root(_ size: Int) -> TreeHash { hash(0..<size) }

    /// `PATH(m, D[n])`.
    func path(_ index: Int, _ size: Int) -> [TreeHash] { path(index, 0..<size) }

    /// `PROOF(m, D[n])`.
    func proof(_ old: Int, _ size: Int) -> [TreeHash] {
        old > 0 && old < size ? subproof(old, 0..<size, true) : []
    }

    func hash(_ range: Range<Int>) -> TreeHash {
        if let hash = known.hashes[range] { return hash }
        let bytes: [UInt8]
        switch range.count {
        case 0: bytes = []
        case 1: bytes = [0] + leaves[range.lowerBound]
        default: bytes = [1] + hash(left(range)).bytes + hash(right(range)).bytes
        }
        // 32 bytes are always a hash.
        let hash = TreeHash(Array(SHA256.hash(data: bytes))) ?? .empty
        known.hashes[range] = hash
        return hash
    }

    private func path(_ index: Int, _ range: Range<Int>) -> [TreeHash] {
        if range.count == 1 { return [] }
        let (left, right) = (left(range), right(range))
        return left.contains(index) ? path(index, left) + [hash(right)] : path(index, right) + [hash(left)]
    }

    private func subproof(_ old: Int, _ range: Range<Int>, _ isKnown: Bool) -> [TreeHash] {
        if old == range.upperBound { return isKnown ? [] : [hash(range)] }
        let (left, right) = (left(range), right(range))
        return old <= left.upperBound
            ? subproof(old, left, isKnown) + [hash(right)] : subproof(old, right, false) + [hash(left)]
    }

    private func left(_ range: Range<Int>) -> Range<Int> {
        var middle = 1
        while middle * 2 < range.count { middle *= 2 }
        return range.lowerBound..<range.lowerBound + middle
    }

    private func right(_ range: Range<Int>) -> Range<Int> { left(range).upperBound..<range.upperBound }
}

extension NaiveTree: SubtreeHashes {
    func subtreeHash(level: Int, index: Int64) throws(Never) -> TreeHash {
        hash(Int(index) << level..<(Int(index) + 1) << level)
    }
}

extension TreeHash {
    /// The hash with one bit turned over.
    func flipped(_ bit: Int) -> TreeHash {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return TreeHash(bytes) ?? self
    }
}
