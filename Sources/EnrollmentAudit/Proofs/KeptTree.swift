// The proof tree of a log at one size: tiles for whole subtrees, the log itself for single leaves.

internal import EventLog
internal import Transparency

/// Knows every complete subtree of the tree over a log's first records.
struct KeptTree: SubtreeHashes {
    let size: Int64
    private let log: LogReader
    private let files: ProofFiles
    private var rows: [Tile: [TreeHash]] = [:]
    private var leafTiles: [Tile] = []

    init(_ size: Int64, _ log: LogReader, _ files: ProofFiles) {
        self.size = size
        self.log = log
        self.files = files
    }

    /// Takes the tiles at the edge of the tree into memory; false where one of them is missing.
    ///
    /// They are the only ones that go when somebody signs more of the log: after this nothing does that a proof needs.
    mutating func takeEdge() throws(AuditError) -> Bool {
        var isWhole = true
        for tile in Tile.partialTiles(ofTreeOf: size) {
            if let hashes = try files.hashes(of: tile) { rows[tile] = hashes } else { isWhole = false }
        }
        return isWhole
    }

    mutating func subtreeHash(level: Int, index: Int64) throws(AuditError) -> TreeHash {
        let width = 1 << (level % Tile.height)
        let (first, isTooFar) = index.multipliedReportingOverflow(by: Int64(width))
        guard !isTooFar, let tile = Tile(holding: first, level: level / Tile.height, inTreeOf: size) else {
            throw AuditError(.notFound, "The tree of \(size) records has no subtree \(index) of level \(level).")
        }
        let row = try hashes(of: tile)
        let start = Int(first % Int64(Tile.fullWidth))
        guard start + width <= row.count else {
            throw AuditError(.notFound, "The tree of \(size) records has no whole subtree \(index) of level \(level).")
        }
        var hashes = Array(row[start..<start + width])
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map { .node(hashes[$0], hashes[$0 + 1]) }
        }
        return hashes[0]
    }

    private mutating func hashes(of tile: Tile) throws(AuditError) -> [TreeHash] {
        if let row = rows[tile] { return row }
        let row = try tile.level == 0 ? leaves(of: tile) : kept(tile)
        if tile.level == 0 { forgetLeaves(but: tile) }
        rows[tile] = row
        return row
    }

    /// Leaves are the log itself: of them stay those at the edge of the tree, which every proof needs, and the last.
    ///
    /// So many proofs in a row take the memory of the kept tiles, an eighth of a byte a record.
    private mutating func forgetLeaves(but tile: Tile) {
        let edge = size / Int64(Tile.fullWidth)
        for kept in leafTiles where kept.index != edge { rows[kept] = nil }
        leafTiles.removeAll { $0.index != edge }
        leafTiles.append(tile)
    }

    private func kept(_ tile: Tile) throws(AuditError) -> [TreeHash] {
        if let hashes = try files.hashes(of: tile) { return hashes }
        throw AuditError(
            .damaged,
            "\(files.directory)/\(tile.path) is missing or damaged. Run `enroll checkpoint --deep`, which makes the "
                + "tiles again.")
    }

    private func leaves(of tile: Tile) throws(AuditError) -> [TreeHash] {
        let first = tile.index * Int64(Tile.fullWidth)
        var leaves: [TreeHash] = []
        try log.forEachLeaf(in: first..<first + Int64(tile.width)) { (leaf) throws(AuditError) in leaves.append(leaf) }
        return leaves
    }
}

extension LogReader {
    /// Hands out the leaf hashes of a range of indices; the record at position *p* is leaf *p* − 1.
    ///
    /// `progress` is told the number of leaves after each block, and gives the work up by returning false.
    func forEachLeaf(
        in range: Range<Int64>, progress: (Int64) -> Bool = { _ in true },
        _ body: (TreeHash) throws(AuditError) -> Void
    ) throws(AuditError) {
        guard !range.isEmpty else { return }
        var next = range.lowerBound
        var cursor = try translating { () throws(LogError) in
            try blocks(from: Position(range.lowerBound + 1), through: Position(range.upperBound))
        }
        var block = DecodedBlock()
        while try translating({ () throws(LogError) in try cursor.next(into: &block) }),
            block.firstPosition.rawValue == next + 1
        {
            try block.forEachCanonicalEncoding(prefixedBy: 0) { (row) throws(AuditError) in
                try body(.leaf(prefixed: row))
            }
            next += Int64(block.count)
            guard progress(next) else { throw AuditError(.cancelled, "The work was given up.") }
        }
        guard next == range.upperBound else {
            throw AuditError(
                .log, "The log ends behind position \(next), where \(range.upperBound) records were expected.")
        }
    }
}

/// Runs a call of the log, and gives its failures our type.
func translating<Value>(_ work: () throws(LogError) -> Value) throws(AuditError) -> Value {
    do throws(LogError) { return try work() } catch { throw AuditError(error) }
}
