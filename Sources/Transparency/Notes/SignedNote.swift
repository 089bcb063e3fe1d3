// Signed notes: a text, an empty line, and a line for each signature. C2SP signed-note v1.0.0.

/// A text with signatures under it.
///
/// Whatever it says is not to be believed before ``verify(with:)``.
public struct SignedNote: Hashable, Sendable {
    /// One line under a note.
    public struct Signature: Hashable, Sendable {
        /// The name of the key.
        public let name: String
        /// The four bytes that name the key.
        public let keyID: UInt32
        /// The signature itself.
        public let bytes: [UInt8]
    }

    /// Longer notes are refused unread.
    static let sizeLimit = 1 << 20
    /// Notes with more signatures are refused.
    static let signatureLimit = 100
    private static let lineStart = "\u{2014} "

    /// What is signed, with its last line feed.
    public let text: String
    /// The signatures, in their order.
    public let signatures: [Signature]

    /// Signs a text, which ends with a line feed.
    ///
    /// - Throws: `invalidArgument` for a text that no note may hold.
    public init(_ text: String, signedBy key: SignerKey) throws(TransparencyError) {
        let bytes = Array(text.utf8)
        guard bytes.last == 0x0A, bytes.noteText != nil else {
            throw TransparencyError(
                .invalidArgument, "The text of a note ends with a line feed and has no other control character.")
        }
        self.text = text
        signatures = [Signature(name: key.name, keyID: key.verifierKey.keyID, bytes: try key.sign(bytes))]
    }

    /// Reads a note; its signatures are not checked yet.
    ///
    /// - Throws: `malformed`, naming the line.
    public init(parsing bytes: [UInt8]) throws(TransparencyError) {
        guard bytes.count <= Self.sizeLimit, let whole = bytes.noteText, let lines = whole.lines else {
            throw TransparencyError(
                .malformed,
                "A signed note is UTF-8 text of at most 1 MiB without control characters, ending with a line feed.")
        }
        guard let blank = lines.lastIndex(of: ""), blank > 0 else {
            throw TransparencyError(
                .malformed, "A signed note has an empty line between its text and its signatures; this has none.")
        }
        let lineCount = lines.count - blank - 1
        guard (1...Self.signatureLimit).contains(lineCount) else {
            throw TransparencyError(
                .malformed, "A signed note has 1 to \(Self.signatureLimit) signatures; this has \(lineCount).")
        }
        var signatures: [Signature] = []
        for (number, line) in lines.enumerated().dropFirst(blank + 1) {
            signatures.append(try Self.signature(line, number: number + 1))
        }
        self.signatures = signatures
        text = lines[..<blank].joined(separator: "\n") + "\n"
    }

    private static func signature(_ line: String, number: Int) throws(TransparencyError) -> Signature {
        let parts = line.rest(behind: lineStart)?.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard let parts, parts.count == 2, KeyName.isValid(parts[0]), let bytes = Base64.decode(parts[1]),
            bytes.count > 4
        else {
            throw TransparencyError(
                .malformed, "Line \(number) of the note is no signature: a dash (U+2014), a name, base64.")
        }
        let keyID = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        return Signature(name: parts[0], keyID: keyID, bytes: Array(bytes.dropFirst(4)))
    }

    /// Checks that the key signed this text.
    ///
    /// Signatures of other keys are passed over; each of this key must be right.
    ///
    /// - Throws: `unknownKey` where the key did not sign, `tampered` where its signature is of another text.
    public func verify(with key: VerifierKey) throws(TransparencyError) {
        let own = signatures.filter { Array($0.name.utf8) == Array(key.name.utf8) && $0.keyID == key.keyID }
        guard !own.isEmpty else {
            throw TransparencyError(
                .unknownKey,
                "The note bears no signature of the key \(key.name)+\(KeyName.hexadecimal(key.keyID)). "
                    + "Use the key that the operator published.")
        }
        let bytes = Array(text.utf8)
        guard own.allSatisfy({ key.verifies($0.bytes, of: bytes) }) else {
            throw TransparencyError(
                .tampered,
                "The signature of \(key.name) is not that of this text. Keep both, and ask the operator for "
                    + "the original."
            )
        }
    }

    /// The note as it is sent and stored.
    public var encoded: String {
        signatures.reduce(into: text + "\n") { note, signature in
            let keyID = (0..<4).map { UInt8(truncatingIfNeeded: signature.keyID >> UInt32(24 - 8 * $0)) }
            note += "\(Self.lineStart)\(signature.name) \(Base64.encode(keyID + signature.bytes))\n"
        }
    }
}
