// What somebody who folded the log says that it makes: a statement that any replay can hold against the log.

/// What the events through a position make, in two digests.
///
/// The domain cannot compute them: whoever gives the command does, and whoever replays the log checks them. A false
/// one changes nothing, but stands in the log for ever, with the name of who gave it.
public struct StateAttestation: Hashable, Sendable {
    /// The last position whose events are attested, from 1.
    public let through: Int64
    /// The version of the public tables, which says what their rows mean.
    public let tablesVersion: Int64
    /// The digest of the public tables.
    public let tables: StateDigest
    /// How many terms there are.
    public let terms: Int64
    /// The root over the numbers of events of each term's streams.
    public let termVersions: StateDigest

    /// Makes a statement; `nil` where a number cannot be: a position below 1, or less than none.
    public init?(
        through: Int64, tablesVersion: Int64, tables: StateDigest, terms: Int64, termVersions: StateDigest
    ) {
        guard through >= 1, tablesVersion >= 0, terms >= 0 else { return nil }
        self.through = through
        self.tablesVersion = tablesVersion
        self.tables = tables
        self.terms = terms
        self.termVersions = termVersions
    }
}

/// 32 bytes of SHA-256.
public struct StateDigest: Hashable, Sendable {
    /// How many bytes a digest has.
    public static let byteCount = 32

    /// The bytes.
    public let bytes: [UInt8]

    /// Takes over 32 bytes; any other number gives `nil`.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }
}

extension StateDigest: LosslessStringConvertible, CustomStringConvertible {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Reads 64 hexadecimal digits in lower case, as `sha256sum` writes them; anything else gives `nil`.
    public init?(_ text: String) {
        let numbers = text.utf8.map { Self.digits.firstIndex(of: $0) }
        guard numbers.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: numbers.count, by: 2) {
            guard let high = numbers[index], let low = numbers[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(bytes)
    }

    /// 64 hexadecimal digits.
    public var description: String {
        String(decoding: bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension EnrollmentState {
    /// Whatever it says of the past, which those judge who replay it.
    ///
    /// About events that are not there yet nobody can know anything, and it would be false for ever: the position must
    /// be below the one that it gets.
    func attest(_ attestation: StateAttestation, _ context: CommandContext) throws(Rejection) -> [Event] {
        if let last = context.lastPosition, attestation.through > last {
            throw .invalidInput(field: .through, problem: .outOfRange)
        }
        try checkVersion(of: .attestations, context)
        return [.stateAttested(attestation)]
    }
}
