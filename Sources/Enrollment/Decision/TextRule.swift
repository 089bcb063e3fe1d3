// What each text of a command must look like: its length, its characters, and the form in which it is stored.

/// The rule of one text field.
///
/// Texts are judged, and stored, without the blanks at their ends; a blank is any scalar with the Unicode property
/// White_Space. Limits count UTF-8 bytes of the stored form.
struct TextRule {
    let field: InputField
    let limitBytes: Int
    var mayBeEmpty = false
    /// Whether tab, line feed and carriage return may stand inside; other control characters never may.
    var mayHaveLines = false

    static let email = TextRule(field: .email, limitBytes: 320)
    static let name = TextRule(field: .name, limitBytes: 400)
    static let sourceID = TextRule(field: .sourceID, limitBytes: 200)
    static let title = TextRule(field: .title, limitBytes: 500)
    static let category = TextRule(field: .category, limitBytes: 200, mayBeEmpty: true)
    static let description = TextRule(
        field: .description, limitBytes: 16_000, mayBeEmpty: true, mayHaveLines: true)
    static let reason = TextRule(field: .reason, limitBytes: 2_000, mayBeEmpty: true, mayHaveLines: true)

    /// How many bytes the blanks around a text may take: a log keeps the command as it was given, blanks included.
    static let blanksBytes = 1_024

    /// The text as it is stored.
    ///
    /// - Throws: ``Rejection/invalidInput(field:problem:)``: too many blanks around it, empty, too long, malformed, in
    ///   this order.
    func checked(_ text: String) throws(Rejection) -> String {
        try checkBlanks(around: text)
        let text = trimmed(text)
        guard mayBeEmpty || !text.isEmpty else { throw .invalidInput(field: field, problem: .empty) }
        guard text.utf8.count <= limitBytes else { throw .invalidInput(field: field, problem: .tooLong) }
        for byte in text.utf8 where byte < 0x20 || byte == 0x7F {
            let isLine = byte == 0x09 || byte == 0x0A || byte == 0x0D
            guard mayHaveLines && isLine else { throw .invalidInput(field: field, problem: .malformed) }
        }
        return text
    }

    private func checkBlanks(around text: String) throws(Rejection) {
        guard text.utf8.count <= limitBytes + TextRule.blanksBytes else {
            throw .invalidInput(field: field, problem: .tooLong)
        }
    }

    /// The personal text as it is stored.
    ///
    /// One that is sealed was checked before, and stays as it is.
    func checked(_ text: PersonalText) throws(Rejection) -> PersonalText {
        guard case .plain(let text) = text else { return text }
        return .plain(try checked(text))
    }

    func checked(_ text: PersonalText?) throws(Rejection) -> PersonalText? {
        guard let text else { return nil }
        let stored: PersonalText = try checked(text)
        return stored
    }

    /// The optional text as it is stored; nil stays nil.
    func checked(_ text: String?) throws(Rejection) -> String? {
        guard let text else { return nil }
        let stored: String = try checked(text)
        return stored
    }

    /// A reason as it is stored: a blank one counts as none.
    ///
    /// - Throws: `missing` where it is demanded and there is none.
    static func checkedReason(
        _ text: PersonalText?, isDemanded: Bool = false
    ) throws(Rejection) -> PersonalText? {
        switch text {
        case .sealed: return text
        case .plain(let text):
            let reason: String = try TextRule.reason.checked(text)
            if !reason.isEmpty { return .plain(reason) }
        case nil: break
        }
        guard !isDemanded else { throw .invalidInput(field: .reason, problem: .missing) }
        return nil
    }

    /// An e-mail address as it is stored: the whole of it in lower case, with one `@` that has something on both
    /// sides, and no blank inside.
    static func checkedEmail(_ text: PersonalText) throws(Rejection) -> PersonalText {
        guard case .plain(let given) = text, !isStoredAddress(given) else { return text }
        let text = given
        try TextRule.email.checkBlanks(around: text)
        let email: String = try TextRule.email.checked(normalizedEmail(text))
        let parts = email.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        let hasBlank = email.unicodeScalars.contains(where: isBlank)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !hasBlank else {
            throw .invalidInput(field: .email, problem: .malformed)
        }
        return .plain(email)
    }
}

/// Whether an address is one in stored form already, as most are; what is not of plain ASCII is looked at closer.
private func isStoredAddress(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count <= TextRule.email.limitBytes else { return false }
    var signs = 0
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "@"): signs += 1
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return false
        case 0x21...0x7E: break
        default: return false
        }
    }
    return signs == 1 && bytes.first != UInt8(ascii: "@") && bytes.last != UInt8(ascii: "@")
}

/// The form of an address by which users are told apart: no blanks at its ends, and in lower case by Unicode's own
/// mapping, which is the same in every locale.
func normalizedEmail(_ text: String) -> String { trimmed(text).lowercased() }

/// Whether a scalar has the property White_Space; most are told by their number, without a look into the tables.
private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20: true
    case ..<0x80: false
    default: scalar.properties.isWhitespace
    }
}

private func trimmed(_ text: String) -> String {
    // Most begin and end with a visible sign of ASCII: nothing is copied.
    let visible = UInt8(0x21)...0x7E
    if let first = text.utf8.first, let last = text.utf8.last, visible ~= first, visible ~= last { return text }
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
        let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
}
