// Sealing and opening single texts: AES-GCM (NIST SP 800-38D) under the owner's key, bound to one place in one log.

internal import Crypto
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
public struct PersonalData: Sendable {
    package let vault: any PersonalDataVault
    private let origin: [UInt8]
    /// With the key worked in already, which is half of the work of a digest.
    private let digesting: HMAC<SHA256>

    /// What texts are padded to a multiple of, so that a box does not tell how long a name is.
    static let bucket = 16
    private static let nonceLength = 12

    init(vault: any PersonalDataVault, origin: String) {
        self.vault = vault
        self.origin = Array(origin.utf8)
        digesting = HMAC(key: vault.digestKey)
    }

    /// The digest by which an address in stored form is told from others.
    func digest(of address: String) -> [UInt8] {
        var digesting = digesting
        digesting.update(data: Array(address.utf8))
        return Array(digesting.finalize())
    }

    /// Seals a text in stored form; where the key is destroyed nothing is kept, and an empty box says that there was
    /// one.
    func seal(
        _ text: String, of owner: UserID, under key: SymmetricKey?, in command: CommandID, as field: PersonalField
    ) throws(EngineError) -> PersonalText {
        let digest = field == .email ? digest(of: text) : []
        guard let key else { return .sealed(SealedText(owner: owner, digest: digest, box: [])) }
        var bytes = [UInt8](repeating: 0, count: 2)
        bytes.reserveCapacity(text.utf8.count + 2 + Self.bucket)
        bytes.append(contentsOf: text.utf8)
        let length = UInt16(bytes.count - 2)
        bytes[0] = UInt8(length >> 8)
        bytes[1] = UInt8(length & 0xFF)
        while bytes.count % Self.bucket != 0 { bytes.append(0) }
        do {
            let box = try AES.GCM.seal(
                bytes, using: key, nonce: Self.nonce(), authenticating: binding(owner, command, field))
            guard let combined = box.combined else {
                throw EngineError(.invalidArgument, "The seal has a nonce that is not 12 bytes long.")
            }
            return .sealed(SealedText(owner: owner, digest: digest, box: Array(combined)))
        } catch {
            throw EngineError(.invalidArgument, "A personal text of user \(owner) cannot be sealed.", cause: error)
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

    /// Twelve random bytes in one call of the kernel; the library's own draw takes two.
    private static func nonce() throws -> AES.GCM.Nonce {
        try withUnsafeTemporaryAllocation(byteCount: nonceLength, alignment: 1) { bytes in
            guard let start = bytes.baseAddress, getentropy(start, bytes.count) == 0 else {
                throw EngineError(.io, "The system gave no random bytes to seal with; try again.")
            }
            return try AES.GCM.Nonce(data: UnsafeRawBufferPointer(bytes))
        }
    }

    /// What a box is bound to: a name of this use, the origin with its length, owner, command and field.
    private func binding(_ owner: UserID, _ command: CommandID, _ field: PersonalField) -> [UInt8] {
        var bytes: [UInt8] = Array("enroll/personal-text/1\n".utf8)
        bytes.reserveCapacity(bytes.count + origin.count + 27)
        bytes.append(UInt8(origin.count))
        bytes.append(contentsOf: origin)
        for number in [UInt64(bitPattern: owner.rawValue), command.high, command.low] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(field.rawValue)
        return bytes
    }
}
