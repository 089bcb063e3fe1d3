// Look-ups by text, which outsiders choose: e-mail addresses and source ids.

/// Which row bears a text; the texts stay in the rows and are not kept a second time.
///
/// Two texts are the same where Swift says so, that is by canonical equivalence; a sealed one has its digest for
/// text. Its hasher has a new secret in every process, so that nobody can choose texts that collide; no answer
/// depends on it.
struct TextIndex<Text: Hashable>: Sendable {
    private var table = PlaceTable()

    var count: Int { table.count }
    var bytes: Int { table.bytes }

    /// The row that bears `text`, or nil; `textOf` tells the text of a row.
    @inline(__always)
    func place(of text: Text, _ textOf: (Int) -> Text?) -> Int? {
        table.place(tagged: tag(text)) { textOf($0) == text }
    }

    mutating func insert(_ text: Text, at place: Int) { table.insert(place, tagged: tag(text)) }

    mutating func remove(_ text: Text, at place: Int) { table.remove(place, tagged: tag(text)) }

    mutating func reserveCapacity(_ count: Int) { table.reserveCapacity(count) }

    private func tag(_ text: Text) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(text)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
