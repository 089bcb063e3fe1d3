// The form of a dossier: everything about one term that was signed, in one text that needs nothing beside it but the
// public key. Documentation/transparency.md argues why it is complete.

public import Enrollment
public import EventLog
internal import Transparency

/// What a dossier shows, once it is checked.
public struct Dossier: Hashable, Sendable {
    /// The first line of a dossier, by which it is known.
    public static let firstLine = "enroll-dossier@v1"

    /// The term that it is about.
    public let term: TermID
    /// How many events the term's stream has.
    public let events: Int64
    /// How many events the stream of its refusals has.
    public let refusals: Int64
    /// The last position through which these are all.
    public let through: Position
    /// Where the attestation stands that says how many there are, and who gave it.
    public let attestedAt: Position
    /// Who recorded that attestation.
    public let attestedBy: Actor
    /// The log, and how much of it was signed.
    public let origin: String
    /// How many events the log of the checkpoint has.
    public let size: Int64
}

/// The first section: which term, how many events, and the way from these numbers to the root that was attested.
struct DossierHead: Hashable {
    private static let starts = ["term ", "events ", "refusals "]

    let term: TermID
    let count: TermVersions.Count
    let hashes: [TreeHash]

    init(term: TermID, count: TermVersions.Count, hashes: [TreeHash]) {
        self.term = term
        self.count = count
        self.hashes = hashes
    }

    init(parsing lines: [String]) throws(TransparencyError) {
        guard lines.first == Dossier.firstLine, lines.count >= 4 else {
            throw TransparencyError(
                .malformed, "A dossier begins with \(Dossier.firstLine), and a term, its events and its refusals.")
        }
        var numbers: [Int64] = []
        for (line, start) in zip(lines.dropFirst(), Self.starts) {
            guard line.hasPrefix(start), let number = Int64(line.dropFirst(start.count)), number >= 0,
                line == "\(start)\(number)"
            else {
                throw TransparencyError(
                    .malformed, "A line of the dossier is no “\(start)” with a number. Get the dossier again.")
            }
            numbers.append(number)
        }
        var hashes: [TreeHash] = []
        for line in lines.dropFirst(4) {
            guard let hash = TreeHash(line), hashes.count < 64 else {
                throw TransparencyError(.malformed, "The dossier's head has a line that is no hash, or too many.")
            }
            hashes.append(hash)
        }
        self.init(
            term: TermID(numbers[0]), count: .init(events: numbers[1], refusals: numbers[2]), hashes: hashes)
    }

    var encoded: String {
        let lines =
            [Dossier.firstLine] + zip(Self.starts, [term.rawValue, count.events, count.refusals]).map { "\($0)\($1)" }
        return (lines + hashes.map(\.description)).map { $0 + "\n" }.joined()
    }
}
