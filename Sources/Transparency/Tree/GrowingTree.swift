// A tree that only grows: it remembers one hash for each bit of its size, and hands out what it completes.

/// A Merkle tree as RFC 6962 has it, to which leaves are appended.
///
/// It keeps the roots of its complete subtrees, the largest first: one for each 1 bit of its size.
public struct GrowingTree: Sendable {
    /// The number of leaves.
    public private(set) var size: Int64 = 0
    private var subtrees: [TreeHash] = []

    /// Makes an empty tree.
    public init() {}

    /// Goes on from a tree of which somebody knows the subtrees.
    ///
    /// A size below 0 counts as 0.
    ///
    /// - Throws: what the source throws.
    /// - Complexity: O(log *n*) hashes are asked for.
    public init<Source: SubtreeHashes>(size: Int64, from source: inout Source) throws(Source.Failure) {
        guard size > 0 else { return }
        for level in stride(from: 62, through: 0, by: -1) where size >> Int64(level) & 1 == 1 {
            subtrees.append(try source.subtreeHash(level: level, index: (size >> Int64(level)) - 1))
        }
        self.size = size
    }

    /// Appends the hash of a leaf.
    ///
    /// Calls `completed` for every subtree of 256, 65,536, … leaves that this leaf completes, with the level of the
    /// tile that its hash belongs to.
    ///
    /// - Complexity: O(1) on average.
    public mutating func append<Failure: Error>(
        _ leaf: TreeHash, completed: (_ tileLevel: Int, TreeHash) throws(Failure) -> Void
    ) throws(Failure) {
        var hash = leaf
        var level = 0
        var rest = size
        while rest & 1 == 1, let left = subtrees.popLast() {
            hash = .node(left, hash)
            level += 1
            rest >>= 1
            if level % Tile.height == 0 { try completed(level / Tile.height, hash) }
        }
        subtrees.append(hash)
        size += 1
    }

    /// Appends the hash of a leaf where nobody keeps tiles.
    public mutating func append(_ leaf: TreeHash) { append(leaf) { (_, _) throws(Never) in } }

    /// The root over all leaves.
    ///
    /// - Complexity: O(log *n*).
    public var root: TreeHash {
        guard var root = subtrees.last else { return .empty }
        for left in subtrees.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}
