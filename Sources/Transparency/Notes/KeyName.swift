// Names of keys, and the four bytes by which a signature names its key.

internal import Crypto

/// What all keys of signed notes have in common.
enum KeyName {
    /// The one kind of signature that is supported: Ed25519 over the text of the note.
    static let ed25519: UInt8 = 1

    /// Whether signed notes allow this name: something without spaces, plus signs and controls.
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 1024
            && name.unicodeScalars.allSatisfy { scalar in
                scalar != "+" && scalar.value >= 0x20 && scalar.value != 0x7F && !scalar.properties.isWhitespace
            }
    }

    /// The first four bytes of SHA-256(name ‖ 0A ‖ kind ‖ public key).
    static func keyID(_ name: String, _ publicKey: [UInt8]) -> UInt32 {
        SHA256.hash(data: Array(name.utf8) + [0x0A, ed25519] + publicKey).prefix(4)
            .reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func hexadecimal(_ keyID: UInt32) -> String {
        let digits = String(keyID, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Takes `<name>+<8 hexadecimal digits>+<base64 of 01 and 32 bytes>` apart.
    static func parse(_ text: String, _ what: String) throws(TransparencyError) -> (String, UInt32, [UInt8]) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 3, isValid(parts[0]), let keyID = UInt32(parts[1], radix: 16),
            hexadecimal(keyID) == parts[1], let bytes = Base64.decode(parts[2]), bytes.count == 33
        else {
            throw TransparencyError(
                .malformed, "This is no \(what): it has the form NAME+8 HEX DIGITS+BASE64. Copy the whole line.")
        }
        guard bytes[0] == ed25519 else {
            throw TransparencyError(
                .malformed, "The \(what) is of kind \(bytes[0]); only kind 1, Ed25519, is known here.")
        }
        return (parts[0], keyID, Array(bytes.dropFirst()))
    }
}
