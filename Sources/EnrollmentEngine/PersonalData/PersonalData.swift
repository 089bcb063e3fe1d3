// Sealing and opening single texts: AES-GCM (NIST SP 800-38D) under the owner's key, bound to one place in one log.

internal import Crypto
internal import Dispatch
internal import EventLog
internal import Foundation
internal import Glibc

internal import Enrollment

/// Seals what is personal in commands, and opens it in events, with the keys of a vault.
///
/// A sealed text is bound to the log's origin, its owner, the command that carries it, and the field: none opens in the
/// place of another. Why the command and not the version of a stream: the version is known only when the command was
/// decided, and a refused command lies in another stream than an accepted one; the command's id is in the record
/// from the beginning, and is covered by every proof as the version is. Only a caller who gives an id again, after it
/// was forgotten, has two commands under one: their texts of one owner and field could be exchanged unseen by the seal,
/// and not by the proofs.
public final class PersonalData: Sendable {
    package let vault: any PersonalDataVault
    /// Where all wait who must wait for the vault: the first of many who lack a key has it made for the others, and a
    /// thread for each would only stand in line for the same file.
    let errands = DispatchQueue(label: "enrollment-engine.vault")
    /// What every box is bound to: a name of this use, and the origin with its length.
    private let binding: [UInt8]
    /// With the key worked in already, which is half of the work of a digest.
    private let digesting: HMAC<SHA256>

    /// What texts are padded to a multiple of, so that a box does not tell how long a name is.
    static let bucket = 16

    init(vault: any PersonalDataVault, origin: String) {
        self.vault = vault
        binding = Array("enroll/personal-text/1\n".utf8) + [UInt8(origin.utf8.count)] + Array(origin.utf8)
        digesting = HMAC(key: vault.digestKey)
    }

    /// The digest by which an address in stored form is told from others.
    func digest(of address: String) -> [UInt8] {
        var digesting = digesting
        var address = address
        address.withUTF8 { digesting.update(data: UnsafeRawBufferPointer($0)) }
        return digesting.finalize().withUnsafeBytes { Array($0) }
    }

    /// Seals a text in stored form; where the key is destroyed nothing is kept, and an empty box says that there was
    /// one.
    func seal(
        _ text: String, of owner: UserID, under key: SymmetricKey?, in command: CommandID, as field: PersonalField,
        _ nonces: inout Nonces
    ) throws(EngineError) -> PersonalText {
        let digest = field == .email ? digest(of: text) : []
        guard let key else { return .sealed(SealedText(owner: owner, digest: digest, box: [])) }
        do {
            let nonce = try nonces.next()
            defer { overwriteFreed(.schedule) }
            let box = try Self.withPadded(text) { bytes in
                let box = try AES.GCM.seal(
                    bytes, using: key, nonce: nonce, authenticating: binding(owner, command, field))
                return box.combined?.withUnsafeBytes { Array($0) }
            }
            guard let box else {
                throw EngineError(.invalidArgument, "The seal has a nonce that is not 12 bytes long.")
            }
            return .sealed(SealedText(owner: owner, digest: digest, box: box))
        } catch {
            throw EngineError(.invalidArgument, "A personal text of user \(owner) cannot be sealed.", cause: error)
        }
    }

    /// The text with its length before it, and zeros behind it up to a whole bucket; overwritten afterwards.
    private static func withPadded<Value>(
        _ text: String, _ body: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        var text = text
        return try text.withUTF8 { text in
            let count = (2 + text.count + bucket - 1) / bucket * bucket
            return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { bytes in
                // What is freed must not hold texts.
                defer { bytes.baseAddress.map { explicit_bzero($0, bytes.count) } }
                bytes.initializeMemory(as: UInt8.self, repeating: 0)
                bytes.storeBytes(of: UInt16(text.count).bigEndian, as: UInt16.self)
                UnsafeMutableRawBufferPointer(rebasing: bytes[2...]).copyMemory(from: UnsafeRawBufferPointer(text))
                return try body(UnsafeRawBufferPointer(bytes))
            }
        }
    }

    /// Opens a text; one whose key is destroyed stays sealed, and a plain one stays as it is.
    ///
    /// - Throws: `damaged` where its key is there and does not open it: it was changed, or stands where it does not
    ///   belong; and what the vault throws.
    func open(
        _ text: PersonalText, in command: CommandID, as field: PersonalField
    ) throws(EngineError) -> PersonalText {
        guard case .sealed(let sealed) = text, !sealed.box.isEmpty, let key = try vault.key(of: sealed.owner) else {
            return text
        }
        do {
            defer { overwriteFreed(.schedule) }
            let box = try AES.GCM.SealedBox(combined: sealed.box)
            let bytes = [UInt8](
                try AES.GCM.open(box, using: key, authenticating: binding(sealed.owner, command, field)))
            let length = bytes.count < 2 ? 0 : Int(bytes[0]) << 8 | Int(bytes[1])
            guard length + 2 <= bytes.count, let opened = String(validating: bytes[2..<length + 2], as: UTF8.self)
            else { throw EngineError(.damaged, "It has no text in it.") }
            return .plain(opened)
        } catch {
            throw EngineError(
                .damaged,
                "The \(field) of user \(sealed.owner) in command \(command) does not open under its key: it was "
                    + "changed, or stands where it was not sealed. Check the log with `enroll log verify`, and "
                    + "whether the vault belongs to this store.", cause: error)
        }
    }

    /// What a box is bound to: this use, the origin, owner, command and field.
    private func binding(_ owner: UserID, _ command: CommandID, _ field: PersonalField) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(binding.count + 25)
        bytes.append(contentsOf: binding)
        for number in [UInt64(bitPattern: owner.rawValue), command.high, command.low] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(field.rawValue)
        return bytes
    }
}

/// Nonces for the texts of one command, of which there are never more than two: random bytes, fetched for both in one
/// call of the kernel, and each used once.
///
/// They are fetched when the command is sealed, and none are kept: a machine that is copied while it runs would have
/// its copies seal different texts with the same ones.
struct Nonces: ~Copyable {
    private static let length = 12
    private var bytes = [UInt8](repeating: 0, count: 2 * length)
    private var left = 0

    mutating func next() throws(EngineError) -> AES.GCM.Nonce {
        if left == 0 {
            guard getentropy(&bytes, bytes.count) == 0 else {
                throw EngineError(.io, "The system gave no random bytes to seal with; try again.")
            }
            left = 2
        }
        left -= 1
        let start = left * Self.length
        do { return try AES.GCM.Nonce(data: bytes[start..<start + Self.length]) } catch {
            throw EngineError(.invalidArgument, "A nonce is not 12 bytes long.", cause: error)
        }
    }
}
