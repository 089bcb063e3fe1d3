// Checkpoints: what a log commits to, signed. C2SP tlog-checkpoint v1.0.0.

/// A signed statement of how large a log is and what its root is.
///
/// As long as ``SignedNote/verify(with:)`` was not asked, anybody may have written it; ``verify(with:)`` does that, and
/// checks that the key is the log's own.
public struct Checkpoint: Hashable, Sendable {
    /// The name of the log.
    public let origin: String
    /// How many leaves the tree has.
    public let size: Int64
    /// The root over them.
    public let root: TreeHash
    /// The note that says so.
    public let note: SignedNote

    /// Signs a statement; its origin is the name of the key.
    ///
    /// - Throws: `invalidArgument` for a size below 0.
    public init(size: Int64, root: TreeHash, signedBy key: SignerKey) throws(TransparencyError) {
        guard size >= 0 else { throw TransparencyError(.invalidArgument, "A tree of \(size) leaves cannot be.") }
        origin = key.name
        self.size = size
        self.root = root
        note = try SignedNote("\(key.name)\n\(size)\n\(root)\n", signedBy: key)
    }

    /// Reads a checkpoint; its signature is not checked yet.
    ///
    /// - Throws: `malformed`, naming the line.
    public init(parsing bytes: [UInt8]) throws(TransparencyError) {
        note = try SignedNote(parsing: bytes)
        let lines = note.text.lines ?? []
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw TransparencyError(
                .malformed, "A checkpoint begins with three lines: origin, size, root. None of its lines is empty.")
        }
        guard let size = Int64(plainDecimal: lines[1]) else {
            throw TransparencyError(.malformed, "Line 2 of the checkpoint is no size in plain decimal.")
        }
        guard let root = TreeHash(lines[2]) else {
            throw TransparencyError(.malformed, "Line 3 of the checkpoint is no root: the base64 of 32 bytes.")
        }
        (origin, self.size, self.root) = (lines[0], size, root)
    }

    /// Checks that the log's own key signed this.
    ///
    /// - Throws: `unknownKey` where the key did not sign, or is not named as the log is; `tampered` where its signature
    ///   is of another text.
    public func verify(with key: VerifierKey) throws(TransparencyError) {
        try note.verify(with: key)
        guard Array(origin.utf8) == Array(key.name.utf8) else {
            throw TransparencyError(
                .unknownKey,
                "The checkpoint is of the log \(origin), the key of \(key.name): use the key of that log.")
        }
    }
}
