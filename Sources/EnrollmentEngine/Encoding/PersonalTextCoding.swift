// Personal texts in payloads and snapshots. PAYLOADS.md, "Personal texts", in both directions.

internal import Enrollment

/// In which form a personal text is written, where its form is written at all.
private enum Form {
    static let none: UInt8 = 0
    static let plain: UInt8 = 1
    static let sealed: UInt8 = 2
    /// A sealed address, with its digest.
    static let address: UInt8 = 3
}

extension ByteWriter {
    /// A personal text as a payload of that schema version has it.
    static func personal(_ text: PersonalText, schema: UInt8, to bytes: inout [UInt8]) {
        guard schema == EventCodec.version, let plain = text.plain else { return form(text, to: &bytes) }
        self.text(plain, to: &bytes)
    }

    static func optionalPersonal(_ text: PersonalText?, schema: UInt8, to bytes: inout [UInt8]) {
        guard schema == EventCodec.version, text?.isSealed != true else { return form(text, to: &bytes) }
        optionalText(text?.plain, to: &bytes)
    }

    /// With its form before it.
    static func form(_ text: PersonalText?, to bytes: inout [UInt8]) {
        switch text {
        case nil: bytes.append(Form.none)
        case .plain(let text):
            bytes.append(Form.plain)
            self.text(text, to: &bytes)
        case .sealed(let sealed):
            bytes.append(sealed.digest.isEmpty ? Form.sealed : Form.address)
            bytes.append(contentsOf: sealed.digest)
            unsigned(UInt64(bitPattern: sealed.owner.rawValue), to: &bytes)
            unsigned(UInt64(sealed.box.count), to: &bytes)
            bytes.append(contentsOf: sealed.box)
        }
    }
}

extension ByteReader {
    /// A personal text as a payload of the reader's schema version has it; `isAddress` for an e-mail address.
    mutating func personal(isAddress: Bool = false) throws(PayloadProblem) -> PersonalText {
        if schema == EventCodec.version { return .plain(try text()) }
        guard let text = try form(isAddress: isAddress) else { throw PayloadProblem(message: "a text is missing") }
        return text
    }

    mutating func optionalPersonal(isAddress: Bool = false) throws(PayloadProblem) -> PersonalText? {
        if schema == EventCodec.version { return try optionalText().map { .plain($0) } }
        return try form(isAddress: isAddress)
    }

    /// With its form before it.
    mutating func form(isAddress: Bool = false) throws(PayloadProblem) -> PersonalText? {
        let form = try byte()
        switch form {
        case Form.none: return nil
        case Form.plain: return .plain(try text())
        case isAddress ? Form.address : Form.sealed:
            let digest = try bytes(isAddress ? SealedText.digestLength : 0)
            let owner = UserID(try optionalID() ?? 0)
            let length = try unsigned()
            guard length <= UInt64(Int32.max) else { throw PayloadProblem(message: "a sealed text is cut off") }
            return .sealed(SealedText(owner: owner, digest: Array(digest), box: Array(try bytes(Int(length)))))
        default: throw PayloadProblem(message: "\(form) is no form that this text can have")
        }
    }
}
