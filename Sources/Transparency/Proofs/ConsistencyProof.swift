// Proofs that a log only grew, in the form in which C2SP's tlog-witness is asked to sign the new checkpoint.

/// A proof that an older tree is the beginning of the one that a checkpoint commits to.
public struct ConsistencyProof: Hashable, Sendable {
    private static let oldStart = "old "

    /// The size of the older tree.
    public let oldSize: Int64
    /// The hashes of the proof, in the order of RFC 6962.
    public let hashes: [TreeHash]
    /// The newer signed root.
    public let checkpoint: Checkpoint

    /// Makes a proof of its parts.
    public init(oldSize: Int64, hashes: [TreeHash], checkpoint: Checkpoint) {
        self.oldSize = oldSize
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Whether a text claims to be such a proof.
    public static func isAnnounced(by bytes: [UInt8]) -> Bool { bytes.starts(with: Array(oldStart.utf8)) }

    /// Reads a proof; nothing is checked yet.
    ///
    /// - Throws: `malformed`, naming the line.
    public init(parsing bytes: [UInt8]) throws(TransparencyError) {
        var parser = try ProofParser(bytes)
        guard let text = parser.next()?.rest(behind: Self.oldStart), let old = Int64(plainDecimal: text) else {
            throw parser.malformed("no “old” with a number in plain decimal")
        }
        let (hashes, checkpoint) = try parser.hashesAndCheckpoint()
        self.init(oldSize: old, hashes: hashes, checkpoint: checkpoint)
    }

    /// Checks that the log of the new checkpoint begins with that of the old one, and that one key signed both.
    ///
    /// - Throws: `tampered` where it does not, or a signature is wrong; `unknownKey` where the key did not sign both.
    public func verify(old: Checkpoint, with key: VerifierKey) throws(TransparencyError) {
        try old.verify(with: key)
        try checkpoint.verify(with: key)
        guard old.size == oldSize else {
            throw TransparencyError(
                .tampered, "The proof begins at size \(oldSize), the old checkpoint has size \(old.size).")
        }
        let isProven = ProofCheck.isConsistent(
            oldSize, oldRoot: old.root, with: checkpoint.size, root: checkpoint.root, proof: hashes)
        guard isProven else {
            throw TransparencyError(
                .tampered,
                "The log of \(checkpoint.size) records does not begin with the \(oldSize) records that the old "
                    + "checkpoint commits to: history was rewritten, or the proof was changed.")
        }
    }

    /// The proof as text.
    public var encoded: String {
        "\(Self.oldStart)\(oldSize)\n" + hashes.map { "\($0)\n" }.joined() + "\n" + checkpoint.note.encoded
    }
}
