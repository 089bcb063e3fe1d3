// Start here for tamper evidence: the proof tree of a log, its checkpoints, and the proofs against them.

public import EventLog
public import Transparency

/// The proof tree of a log, and the last checkpoint that was signed over it.
///
/// The tree is derived from the log and lies beside it: leaf *p* − 1 is the canonical encoding of the record at
/// position *p*. Only its tiles from level 1 up are kept, an eighth of a byte an event; they can be deleted, and the
/// next ``sign(with:deep:progress:)`` makes them again. It works beside a writer, whose log it only reads, and sees
/// nothing that a crash could take back.
public struct ProofTree: Sendable {
    /// How far a piece of work is, in records; returning false gives it up.
    public typealias Progress = (_ done: Int64) -> Bool

    /// How often a prover begins again because somebody signed meanwhile.
    private static let mostLooks = 100

    let log: LogReader
    let files: ProofFiles

    /// Names the directory of the tree, which need not exist yet, and its log.
    public init(at directory: String, of log: LogReader, fileSystem: any FileSystem = PosixFileSystem()) {
        self.log = log
        files = ProofFiles(directory: directory, fileSystem: fileSystem)
    }

    /// The checkpoint that was signed last; `nil` where none was.
    ///
    /// Its signature is not checked: whoever trusts it should have it from elsewhere.
    ///
    /// - Throws: `damaged`, `io`.
    public func lastCheckpoint() throws(AuditError) -> Checkpoint? { try files.readCheckpoint() }

    /// The checkpoint that was signed last over whatever log lies beside that directory; `nil` where none was.
    ///
    /// - Throws: as ``lastCheckpoint()``.
    public static func lastCheckpoint(
        at directory: String, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(AuditError) -> Checkpoint? {
        try ProofFiles(directory: directory, fileSystem: fileSystem).readCheckpoint()
    }

    // MARK: Signing

    /// Extends the tree to the durable end of the log, and signs it.
    ///
    /// What was signed before is the beginning of what is signed now: either the tree goes on from the kept tiles,
    /// which must give the root of the last checkpoint, or the whole log is read again and must give that root. With
    /// `deep` it always is, so that a record that was rewritten since shows.
    ///
    /// - Throws: `contradicted` where the log is shorter than or differs from what was signed; then nothing is signed
    ///   and no tile is changed. `wrongKey` where another key signed last. `locked`, `log`, `io`, `diskFull`,
    ///   `damaged`, `cancelled`.
    /// - Complexity: O(*n*) in the records since the last checkpoint; in all records where `deep`, or where tiles are
    ///   missing.
    public func sign(with key: SignerKey, deep: Bool = false, progress: Progress = { _ in true })
        throws(AuditError) -> Checkpoint
    {
        let lock = try files.lock()
        defer { withExtendedLifetime(lock) {} }
        let last = try files.readCheckpoint()
        if let last { try check(last, isSignedBy: key) }
        let end = try translating { () throws(LogError) in try log.lastPosition() }.rawValue
        if let last, end < last.size { throw shortened(last, end) }
        var resumed: TreePass?
        if let last, !deep { resumed = try resume(last) }
        var pass = if let resumed { resumed } else { try rebuild(last, progress) }
        try pass.extend(to: end, log, progress)
        try pass.rows.settlePartialTiles()
        let checkpoint: Checkpoint
        do throws(TransparencyError) {
            checkpoint = try Checkpoint(size: end, root: pass.tree.root, signedBy: key)
            try checkpoint.verify(with: key.verifierKey)
        } catch { throw AuditError(.wrongKey, error.message, cause: error) }
        try files.replaceCheckpoint(checkpoint)
        for tile in Tile.partialTiles(ofTreeOf: last?.size ?? 0)
        where !Tile.partialTiles(ofTreeOf: end).contains(tile) {
            try files.remove(tile)
        }
        return checkpoint
    }

    private func check(_ last: Checkpoint, isSignedBy key: SignerKey) throws(AuditError) {
        do throws(TransparencyError) { try last.verify(with: key.verifierKey) } catch {
            throw AuditError(
                .wrongKey,
                "\(files.directory)/checkpoint: \(error.message) Sign with the key that signed it; to begin anew with "
                    + "another key, move it away.", cause: error)
        }
    }

    /// Goes on from the kept tiles; `nil` where they are missing or do not give the signed root.
    private func resume(_ last: Checkpoint) throws(AuditError) -> TreePass? {
        let rows = TileRows(files, .write)
        guard try rows.resume(last.size) else { return nil }
        var source = KeptTree(last.size, log, files)
        do throws(AuditError) {
            let tree = try GrowingTree(size: last.size, from: &source)
            return tree.root == last.root ? TreePass(tree: tree, rows: rows) : nil
        } catch {
            // A tile is missing: the log makes it again.
            guard error.code == .damaged else { throw error }
            return nil
        }
    }

    /// Reads the log from its beginning up to what was signed, and compares before anything is written over.
    private func rebuild(_ last: Checkpoint?, _ progress: Progress) throws(AuditError) -> TreePass {
        guard let last else { return TreePass(tree: GrowingTree(), rows: TileRows(files, .write)) }
        var comparison = TreePass(tree: GrowingTree(), rows: TileRows(files, .compare))
        try comparison.extend(to: last.size, log, progress)
        try comparison.rows.settlePartialTiles()
        guard comparison.tree.root == last.root else { throw rewritten(last, comparison) }
        var pass = TreePass(tree: GrowingTree(), rows: TileRows(files, .write))
        try pass.extend(to: last.size, log, progress)
        return pass
    }

    // MARK: Checking

    /// Reads the whole log up to what a checkpoint commits to, and compares; writes nothing.
    ///
    /// Who trusts the checkpoint, because its signature was checked with a key from elsewhere, knows after this that no
    /// record before its size was changed, added or taken away.
    ///
    /// - Throws: `contradicted`, naming the positions where the tiles beside the log tell them; `log`, `io`,
    ///   `cancelled`.
    /// - Complexity: O(*n*) in the records.
    public func check(_ checkpoint: Checkpoint, progress: Progress = { _ in true }) throws(AuditError) {
        try end(reaching: checkpoint)
        var pass = TreePass(tree: GrowingTree(), rows: TileRows(files, .compare))
        try pass.extend(to: checkpoint.size, log, progress)
        try pass.rows.settlePartialTiles()
        guard pass.tree.root == checkpoint.root else { throw rewritten(checkpoint, pass) }
    }

    /// Checks the last checkpoint beside the log against the log, as ``check(_:progress:)`` does: before both are
    /// restored to another place.
    ///
    /// Without `readsRecords` only name and length are compared, which takes no time.
    ///
    /// - Returns: the checkpoint; `nil` where nothing was signed.
    /// - Throws: `contradicted` also where it is of a log of another origin; `damaged`, `log`, `io`, `cancelled`.
    public func checkLastCheckpoint(
        ofOrigin origin: String, readsRecords: Bool = true, progress: Progress = { _ in true }
    ) throws(AuditError) -> Checkpoint? {
        guard let checkpoint = try lastCheckpoint() else { return nil }
        guard Array(checkpoint.origin.utf8) == Array(origin.utf8) else {
            throw AuditError(
                .contradicted,
                "\(files.directory)/checkpoint is of the log \(checkpoint.origin), this log is \(origin).")
        }
        if readsRecords {
            try check(checkpoint, progress: progress)
        } else {
            try end(reaching: checkpoint)
        }
        return checkpoint
    }

    /// The end of the log, which has all that was signed.
    @discardableResult
    private func end(reaching checkpoint: Checkpoint) throws(AuditError) -> Int64 {
        let end = try translating { () throws(LogError) in try log.lastPosition() }.rawValue
        guard end >= checkpoint.size else { throw shortened(checkpoint, end) }
        return end
    }

    // MARK: Proving

    /// Proves that the record at a position is in the log that the last checkpoint commits to.
    ///
    /// With `carryingRecord` the proof holds the record itself, so that its owner needs nothing else.
    ///
    /// Somebody may sign meanwhile.
    ///
    /// - Throws: `notFound` where the last checkpoint does not reach the position; `contradicted` where the log is not
    ///   what was signed, or shorter; `damaged`, `log`, `io`.
    /// - Complexity: O(log² *n*) tiles, and at most 512 records.
    public func proveInclusion(of position: Position, carryingRecord: Bool = false)
        throws(AuditError) -> InclusionProof
    {
        var (checkpoint, tree) = try signedTree()
        let index = position.rawValue &- 1
        guard index >= 0, index < checkpoint.size else {
            throw AuditError(
                .notFound,
                "The last checkpoint covers the positions 1 to \(checkpoint.size), not \(position). Run `enroll "
                    + "checkpoint` to sign what came after it.")
        }
        let record = try record(at: position)
        let hashes = try tree.inclusionProof(of: index, inTreeOf: checkpoint.size)
        guard
            ProofCheck.isIncluded(
                .leaf(record), at: index, inTreeOf: checkpoint.size, root: checkpoint.root, proof: hashes)
        else { throw try explanation(of: checkpoint) }
        return InclusionProof(
            index: index, hashes: hashes, extra: carryingRecord ? record : nil, checkpoint: checkpoint)
    }

    /// Proves that the log of an older checkpoint is the beginning of the log of the last one.
    ///
    /// - Throws: `contradicted` where it is not; `notFound` where the older one is the newer; `damaged`, `log`, `io`.
    /// - Complexity: O(log² *n*) tiles, and at most 512 records.
    public func proveConsistency(from old: Checkpoint) throws(AuditError) -> ConsistencyProof {
        var (checkpoint, tree) = try signedTree()
        guard Array(old.origin.utf8) == Array(checkpoint.origin.utf8) else {
            throw AuditError(
                .contradicted, "The old checkpoint is of the log \(old.origin), this log is \(checkpoint.origin).")
        }
        guard old.size <= checkpoint.size else {
            throw AuditError(
                .notFound,
                "The checkpoint given covers \(old.size) records, the last one here \(checkpoint.size). Run `enroll "
                    + "checkpoint`; where the log itself is shorter, it was cut.")
        }
        let hashes = try tree.consistencyProof(from: old.size, to: checkpoint.size)
        let isProven = ProofCheck.isConsistent(
            old.size, oldRoot: old.root, with: checkpoint.size, root: checkpoint.root, proof: hashes)
        guard isProven else {
            try check(checkpoint)
            // Our own checkpoint fits the log, so it is the other that does not.
            throw AuditError(
                .contradicted,
                "The log does not begin with the \(old.size) records of the checkpoint given: one of the two was "
                    + "rewritten. Keep both.")
        }
        return ConsistencyProof(oldSize: old.size, hashes: hashes, checkpoint: checkpoint)
    }

    /// The canonical encoding of the record at a position, which its leaf is the hash of.
    ///
    /// - Throws: `notFound`, `log`.
    public func record(at position: Position) throws(AuditError) -> [UInt8] {
        let record = try translating { () throws(LogError) -> LogRecord? in
            guard position > .zero, position <= (try log.lastPosition()) else { return nil }
            var cursor = try log.records(from: position, through: position)
            return try cursor.next()
        }
        guard let record else { throw AuditError(.notFound, "The log has no record at position \(position).") }
        return record.canonicalEncoding()
    }

    /// The last checkpoint, and its tree, which stays whole while somebody else goes on signing.
    ///
    /// - Throws: `notFound` where nothing was signed; `contradicted` where the log is shorter than that.
    func signedTree() throws(AuditError) -> (Checkpoint, KeptTree) {
        var checkpoint = try requiredCheckpoint()
        var tree = KeptTree(checkpoint.size, log, files)
        var looks = 1
        while try !tree.takeEdge(), looks < Self.mostLooks {
            // Tiles of a checkpoint go only once the next one is there; else they are lost, which is told where one is
            // needed.
            let last = try requiredCheckpoint()
            guard last != checkpoint else { break }
            checkpoint = last
            tree = KeptTree(checkpoint.size, log, files)
            looks += 1
        }
        try end(reaching: checkpoint)
        return (checkpoint, tree)
    }

    private func requiredCheckpoint() throws(AuditError) -> Checkpoint {
        if let checkpoint = try files.readCheckpoint() { return checkpoint }
        throw AuditError(
            .notFound, "Nothing of this log was signed yet. Run `enroll checkpoint`, and keep what it prints elsewhere."
        )
    }

    // MARK: Explaining

    /// Why a proof from tiles and log does not give the signed root: one of the two is wrong.
    func explanation(of checkpoint: Checkpoint) throws(AuditError) -> AuditError {
        try check(checkpoint)
        return AuditError(
            .damaged,
            "The tiles in \(files.directory) are damaged; the log is as it was signed. Run `enroll checkpoint --deep`, "
                + "which makes them again.")
    }

    private func shortened(_ checkpoint: Checkpoint, _ end: Int64) -> AuditError {
        AuditError(
            .contradicted,
            "The log ends at position \(end), but \(checkpoint.size) records of it were signed. Put a whole copy in "
                + "its place. After a power cut, first run any command that writes: it finds the end of the log again.")
    }

    private func rewritten(_ checkpoint: Checkpoint, _ pass: TreePass) -> AuditError {
        let place: String
        if let range = pass.rows.firstDifference {
            place = "The kept tiles differ first in the positions \(range.lowerBound + 1) to \(range.upperBound)."
        } else {
            let whole = checkpoint.size / Int64(Tile.fullWidth) * Int64(Tile.fullWidth)
            place =
                "No kept tile differs: it is in the positions \(whole + 1) to \(checkpoint.size), or there are none."
        }
        return AuditError(
            .contradicted,
            "The log is not what was signed: its first \(checkpoint.size) records give another root. \(place) Compare "
                + "with a copy, and keep both.")
    }
}

/// One walk over the log: the tree so far, and its tiles.
private struct TreePass {
    var tree: GrowingTree
    let rows: TileRows

    mutating func extend(to size: Int64, _ log: LogReader, _ progress: ProofTree.Progress) throws(AuditError) {
        guard tree.size < size else { return }
        let rows = rows
        var tree = tree
        try log.forEachLeaf(in: tree.size..<size, progress: progress) { (leaf) throws(AuditError) in
            try tree.append(leaf) { (level, hash) throws(AuditError) in try rows.add(level, hash) }
        }
        self.tree = tree
    }
}
