// Texts about a person: as they were given, or sealed, so that a key which can be destroyed is all that opens them.

/// A name, an address or a reason.
///
/// The rules never look into a sealed text: all that they know of one is whose it is, and of an address the digest by
/// which it is told from others. So every decision is the same whether or not anybody can still open it.
public enum PersonalText: Hashable, Sendable {
    /// As it is: before it is sealed, after it was opened, and everywhere in a store that seals nothing.
    case plain(String)
    /// In a box of its own on the heap, so that commands and events stay as small as their plain texts.
    indirect case sealed(SealedText)

    /// The text, unless it is sealed.
    public var plain: String? {
        if case .plain(let text) = self { text } else { nil }
    }

    package var isSealed: Bool { plain == nil }
}

extension PersonalText: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .plain(value) }
}

/// What is left of a text when it is sealed.
public struct SealedText: Hashable, Sendable {
    /// Whose key opens it; 0 where it is nobody's.
    public let owner: UserID
    /// Of an address the keyed digest of its normalised form; else empty.
    public let digest: [UInt8]
    /// What the key opens; empty where there was no key any more, and nothing was kept.
    public let box: [UInt8]

    /// The length of a digest in bytes.
    package static let digestLength = 32

    /// Makes a sealed text of its parts.
    public init(owner: UserID, digest: [UInt8] = [], box: [UInt8]) {
        self.owner = owner
        self.digest = digest
        self.box = box
    }
}

extension SealedText: CustomStringConvertible {
    /// Whose it is, and nothing of what is in it.
    public var description: String { "sealed text of user/\(owner)" }
}

/// Which of a command's texts one is: part of what its seal is bound to.
///
/// The numbers are bound into every sealed text: never renumber.
package enum PersonalField: UInt8, Hashable, Sendable, CaseIterable {
    case email = 1
    case name = 2
    case reason = 3
}

/// By what an address is told from others: itself, or its digest.
enum AddressKey: Hashable {
    case address(String)
    case digest([UInt8])

    /// The first bytes of a digest tell it from others as well as all of them.
    func hash(into hasher: inout Hasher) {
        switch self {
        case .address(let text): hasher.combine(text)
        case .digest(let bytes): hasher.combine(bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}

extension PersonalText {
    var addressKey: AddressKey {
        switch self {
        case .plain(let text): .address(text)
        case .sealed(let sealed): .digest(sealed.digest)
        }
    }
}
