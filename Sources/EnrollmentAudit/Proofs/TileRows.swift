// The tiles that a growing tree fills: the open one of each level in memory, the full ones in files.

internal import Transparency

/// Takes the roots of complete subtrees as they come, and writes or compares tiles.
///
/// One owner, one thread: a class only because the tree calls it back while it grows.
final class TileRows {
    /// What happens to a tile that is full.
    enum Use {
        /// It is written over what is there.
        case write
        /// It is only compared with what is there, and the first difference remembered.
        case compare
    }

    private let files: ProofFiles
    private let use: Use
    /// The open row of each level, from level 1 on, and the number of its tile.
    private var rows: [(index: Int64, hashes: [TreeHash])] = []
    /// The first leaves, 256 of them, whose hash is not the one that was kept.
    private(set) var firstDifference: Range<Int64>?

    init(_ files: ProofFiles, _ use: Use) {
        self.files = files
        self.use = use
    }

    /// Goes on where a tree of `size` leaves ended; false where a tile that it needs is missing.
    func resume(_ size: Int64) throws(AuditError) -> Bool {
        for tile in Tile.partialTiles(ofTreeOf: size) {
            guard let hashes = try files.hashes(of: tile) else { return false }
            makeRoom(tile.level)
            rows[tile.level - 1] = (tile.index, hashes)
        }
        // A level whose last tile is full begins its next one.
        for level in 1...Int64(62 / Tile.height) where size >> (level * Int64(Tile.height)) > 0 {
            makeRoom(Int(level))
            if rows[Int(level) - 1].hashes.isEmpty {
                rows[Int(level) - 1].index = (size >> (level * Int64(Tile.height))) / Int64(Tile.fullWidth)
            }
        }
        return true
    }

    func add(_ level: Int, _ hash: TreeHash) throws(AuditError) {
        makeRoom(level)
        rows[level - 1].hashes.append(hash)
        guard rows[level - 1].hashes.count == Tile.fullWidth else { return }
        try settle(Tile(level: level, index: rows[level - 1].index), rows[level - 1].hashes)
        rows[level - 1].index += 1
        rows[level - 1].hashes.removeAll(keepingCapacity: true)
    }

    /// Writes or compares the open rows, as the tree of that size has them.
    func settlePartialTiles() throws(AuditError) {
        for (place, row) in rows.enumerated() where !row.hashes.isEmpty {
            try settle(Tile(level: place + 1, index: row.index, width: row.hashes.count), row.hashes)
        }
    }

    private func settle(_ tile: Tile, _ hashes: [TreeHash]) throws(AuditError) {
        if use == .write { return try files.write(tile, hashes) }
        guard let kept = try files.hashes(of: tile) else { return }
        // Higher tiles differ with those of level 1, which say most exactly where.
        guard tile.level == 1 || firstDifference == nil else { return }
        guard let place = zip(kept, hashes).enumerated().first(where: { $1.0 != $1.1 })?.offset else { return }
        let leaves = Int64(1) << Int64(tile.level * Tile.height)
        let first = (tile.index * Int64(Tile.fullWidth) + Int64(place)) * leaves
        if firstDifference.map({ first < $0.lowerBound }) ?? true { firstDifference = first..<first + leaves }
    }

    private func makeRoom(_ level: Int) {
        while rows.count < level { rows.append((0, [])) }
    }
}
