// Everything that can be wrong with a key, a note or a proof.

/// Why a key, a note or a proof was not accepted.
///
/// The code says what kind of failure it is; the message says what is wrong, where, and what to do.
public struct TransparencyError: Error, Hashable, Sendable {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable {
        /// The text does not have the form that it must have.
        case malformed
        /// A signature, hash or size contradicts another: somebody changed something.
        case tampered
        /// The note bears no signature of the given key, so nothing is known about it.
        case unknownKey
        /// The caller asked for what cannot be.
        case invalidArgument
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension TransparencyError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }
}
