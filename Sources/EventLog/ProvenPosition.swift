// What somebody outside of the log knows of its end, and what an opening says of a log that ends before it.

/// Evidence, from outside of the log, that a position was surely acknowledged.
///
/// A projection's checkpoint is such evidence, and so is a signature over the log.
public struct ProvenPosition: Hashable, Sendable {
    /// The position that was acknowledged.
    public var position: Position
    /// What proves it, one thing that a person finds: `the checkpoint of the tables in /srv/read.sqlite`.
    public var evidence: String
    /// What to do where an older copy of the log was put back on purpose; it goes on `If an older copy is meant, `.
    public var remedyForOlderCopy: String

    /// Names the evidence for a position.
    public init(
        _ position: Position, by evidence: String,
        remedyForOlderCopy: String = "restore it to a new place, which gives it a higher epoch"
    ) {
        self.position = position
        self.evidence = evidence
        self.remedyForOlderCopy = remedyForOlderCopy
    }
}

extension LogOptions {
    /// Why a log that ends at a position may not be opened; nil where no evidence goes further.
    func shortfall(endingAt end: Int64, path: String, offset: Int64? = nil) -> LogError? {
        let ahead = provenPositions.filter { $0.position.rawValue > end }.sorted { $0.position > $1.position }
        guard let furthest = ahead.first?.position.rawValue else { return nil }
        let evidence = ahead.map { "\($0.evidence) proves that position \($0.position) was acknowledged" }
        let missing = end + 1 == furthest ? "position \(furthest) is" : "the positions \(end + 1) to \(furthest) are"
        return LogError(
            .corrupted,
            "The log ends at position \(end), but \(evidence.joined(separator: ", and ")): \(missing) missing. Nothing "
                + "was shortened. Bring the newer files of the log back. If an older copy is meant, "
                + ahead.map(\.remedyForOlderCopy).joined(separator: "; and ") + ".", path: path, offset: offset)
    }
}
