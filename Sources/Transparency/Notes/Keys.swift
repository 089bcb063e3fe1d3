// Verifier keys and signer keys, in the text form that signed notes have them.

internal import Crypto

/// The public key that a note's signature is checked with: `<name>+<key id>+<base64>`.
public struct VerifierKey: Hashable, Sendable {
    /// The name of the key; a log's key bears the log's origin.
    public let name: String
    /// The four bytes by which a signature names the key.
    public let keyID: UInt32
    /// The 32 bytes of the Ed25519 public key.
    public let publicKey: [UInt8]

    fileprivate init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
        keyID = KeyName.keyID(name, publicKey)
    }

    /// Reads a verifier key.
    ///
    /// - Throws: `malformed`, also where the key id is not that of name and key.
    public init(_ text: String) throws(TransparencyError) {
        let (name, keyID, bytes) = try KeyName.parse(text, "verifier key")
        self.init(name: name, publicKey: bytes)
        guard keyID == self.keyID else {
            throw TransparencyError(
                .malformed, "The key id \(KeyName.hexadecimal(keyID)) does not fit the key \(name). Copy it again.")
        }
    }

    /// Whether this key made the signature over these bytes.
    func verifies(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: text)
    }
}

extension VerifierKey: CustomStringConvertible {
    /// The key in its text form.
    public var description: String {
        "\(name)+\(KeyName.hexadecimal(keyID))+\(Base64.encode([KeyName.ed25519] + publicKey))"
    }
}

/// The secret key that signs notes: `PRIVATE+KEY+<name>+<key id>+<base64>`.
///
/// It has no description, so that it is not written anywhere by accident.
public struct SignerKey: Sendable {
    private static let prefix = "PRIVATE+KEY+"
    /// The key that everyone else needs.
    public let verifierKey: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    /// The name of the key.
    public var name: String { verifierKey.name }

    /// Draws a new key from the system's random source.
    ///
    /// - Throws: `invalidArgument` for a name that notes do not allow.
    public init(name: String) throws(TransparencyError) { try self.init(name: name, key: .init()) }

    /// Makes the key that a seed of 32 bytes stands for.
    ///
    /// - Throws: `invalidArgument` for another number of bytes, or a name that notes do not allow.
    public init(name: String, seed: [UInt8]) throws(TransparencyError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw TransparencyError(.invalidArgument, "A seed has 32 bytes, this one \(seed.count).")
        }
        try self.init(name: name, key: key)
    }

    private init(name: String, key: Curve25519.Signing.PrivateKey) throws(TransparencyError) {
        guard KeyName.isValid(name) else {
            throw TransparencyError(
                .invalidArgument, "The name of a key has no spaces and no plus, such as example.org/log.")
        }
        self.key = key
        verifierKey = VerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// Reads a signer key.
    ///
    /// - Throws: `malformed`, also where the key id is not that of name and key.
    public init(_ text: String) throws(TransparencyError) {
        guard let rest = text.rest(behind: Self.prefix) else {
            throw TransparencyError(
                .malformed, "This is no signer key: it begins with \(Self.prefix). Make one with a key generator.")
        }
        let (name, keyID, seed) = try KeyName.parse(rest, "signer key")
        try self.init(name: name, seed: seed)
        guard keyID == verifierKey.keyID else {
            throw TransparencyError(
                .malformed, "The key id \(KeyName.hexadecimal(keyID)) does not fit the key \(name). Copy it again.")
        }
    }

    /// The secret in its text form, for a file that nobody else can read.
    public var secretText: String {
        let secret = Base64.encode([KeyName.ed25519] + Array(key.rawRepresentation))
        return "\(Self.prefix)\(name)+\(KeyName.hexadecimal(verifierKey.keyID))+\(secret)"
    }

    func sign(_ text: [UInt8]) throws(TransparencyError) -> [UInt8] {
        do { return Array(try key.signature(for: text)) } catch {
            throw TransparencyError(.invalidArgument, "The key \(name) cannot sign: \(error).")
        }
    }
}
