// Proofs that a record is in a log, as text that needs nothing beside it but the key. C2SP tlog-proof v1.

/// A proof that a record stands at an index of the log that a checkpoint commits to.
public struct InclusionProof: Hashable, Sendable {
    static let firstLine = "c2sp.org/tlog-proof@v1"
    private static let extraStart = "extra "
    private static let indexStart = "index "

    /// The place of the record, from 0.
    public let index: Int64
    /// The hashes that lead from the record to the root, its sibling first.
    public let hashes: [TreeHash]
    /// What the proof carries along, such as the record itself; nobody vouches for it.
    public let extra: [UInt8]?
    /// The signed root.
    public let checkpoint: Checkpoint

    /// Makes a proof of its parts.
    public init(index: Int64, hashes: [TreeHash], extra: [UInt8]? = nil, checkpoint: Checkpoint) {
        self.index = index
        self.hashes = hashes
        self.extra = extra
        self.checkpoint = checkpoint
    }

    /// Whether a text claims to be such a proof.
    public static func isAnnounced(by bytes: [UInt8]) -> Bool { bytes.starts(with: Array((firstLine + "\n").utf8)) }

    /// Reads a proof; nothing is checked yet.
    ///
    /// - Throws: `malformed`, naming the line.
    public init(parsing bytes: [UInt8]) throws(TransparencyError) {
        var parser = try ProofParser(bytes)
        let (index, extra) = try Self.head(&parser)
        let (hashes, checkpoint) = try parser.hashesAndCheckpoint()
        self.init(index: index, hashes: hashes, extra: extra, checkpoint: checkpoint)
    }

    /// Reads the lines that stand above the checkpoint of a proof, where one checkpoint serves many proofs.
    ///
    /// - Throws: `malformed`, naming the line.
    public init(parsing lines: [String], checkpoint: Checkpoint) throws(TransparencyError) {
        var parser = ProofParser(lines: lines)
        let (index, extra) = try Self.head(&parser)
        self.init(index: index, hashes: try parser.hashes(), extra: extra, checkpoint: checkpoint)
        guard parser.isAtEnd else { throw parser.malformed("an empty line among the hashes") }
    }

    private static func head(_ parser: inout ProofParser) throws(TransparencyError) -> (Int64, extra: [UInt8]?) {
        guard parser.next() == Self.firstLine else {
            throw TransparencyError(.malformed, "Line 1 of the proof is not \(Self.firstLine).")
        }
        var line = parser.next()
        var extra: [UInt8]?
        if let text = line?.rest(behind: Self.extraStart) {
            guard let bytes = Base64.decode(text) else { throw parser.malformed("no base64 behind “extra”") }
            extra = bytes
            line = parser.next()
        }
        guard let text = line?.rest(behind: Self.indexStart), let index = Int64(plainDecimal: text) else {
            throw parser.malformed("no “index” with a number in plain decimal")
        }
        return (index, extra)
    }

    /// Checks that the log, which the key is of, holds this record at this index.
    ///
    /// - Throws: `tampered` where it does not, or the signature is wrong; `unknownKey` where the key did not sign.
    public func verify(record: [UInt8], with key: VerifierKey) throws(TransparencyError) {
        try checkpoint.verify(with: key)
        try verify(record: record)
    }

    /// The same for a checkpoint whose signature was checked already.
    ///
    /// - Throws: `tampered`.
    public func verify(record: [UInt8]) throws(TransparencyError) {
        let isProven = ProofCheck.isIncluded(
            .leaf(record), at: index, inTreeOf: checkpoint.size, root: checkpoint.root, proof: hashes)
        guard isProven else {
            throw TransparencyError(
                .tampered,
                "The record is not at index \(index) of the log of \(checkpoint.size) records that the checkpoint "
                    + "commits to: the record, the index or the proof was changed.")
        }
    }

    /// The proof as text.
    public var encoded: String { encodedPath + "\n" + checkpoint.note.encoded }

    /// What stands above the checkpoint, without the empty line between the two.
    public var encodedPath: String {
        let extraLine = extra.map { "\(Self.extraStart)\(Base64.encode($0))\n" } ?? ""
        return "\(Self.firstLine)\n\(extraLine)\(Self.indexStart)\(index)\n"
            + hashes.map { "\($0)\n" }.joined()
    }
}

/// Walks through the lines above the checkpoint of a proof.
struct ProofParser {
    /// A path to the root of the largest tree has no more.
    static let hashLimit = 64
    private let lines: [String]
    private let bytes: [UInt8]
    private var done = 0

    /// For lines with no checkpoint behind them.
    init(lines: [String]) {
        self.lines = lines
        bytes = []
    }

    var isAtEnd: Bool { done == lines.count }

    init(_ bytes: [UInt8]) throws(TransparencyError) {
        guard bytes.count <= 2 * SignedNote.sizeLimit, let text = bytes.noteText, let lines = text.lines else {
            throw TransparencyError(
                .malformed,
                "A proof is UTF-8 text of at most 2 MiB without control characters, ending with a line feed.")
        }
        self.bytes = bytes
        self.lines = lines
    }

    mutating func next() -> String? {
        guard done < lines.count else { return nil }
        done += 1
        return lines[done - 1]
    }

    func malformed(_ what: String) -> TransparencyError {
        TransparencyError(.malformed, "Line \(done) of the proof is wrong: \(what). Get the proof again.")
    }

    /// Reads hashes up to an empty line, and the checkpoint behind it.
    mutating func hashesAndCheckpoint() throws(TransparencyError) -> ([TreeHash], Checkpoint) {
        let hashes = try hashes()
        let lengths = lines.prefix(done).map { $0.utf8.count + 1 }
        return (hashes, try Checkpoint(parsing: Array(bytes.dropFirst(lengths.reduce(0, +)))))
    }

    /// Reads hashes up to an empty line, or the end.
    mutating func hashes() throws(TransparencyError) -> [TreeHash] {
        var hashes: [TreeHash] = []
        while let line = next(), !line.isEmpty {
            guard let hash = TreeHash(line) else { throw malformed("no hash: the base64 of 32 bytes") }
            guard hashes.count < Self.hashLimit else { throw malformed("more than \(Self.hashLimit) hashes") }
            hashes.append(hash)
        }
        return hashes
    }
}
