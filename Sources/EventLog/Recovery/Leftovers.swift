// Files of the log that the manifest does not name: what a crash left, told from what damage to the manifest left.

/// What a file is that the manifest does not name.
enum Leftover {
    /// Not a file of segments at all.
    case none
    /// A temporary file, or a sealed copy that the manifest never came to name: its originals hold the same.
    case copy(String)
    /// An original whose place a sealed segment has taken.
    case original(String)
    /// A segment whose creation was cut short.
    case creation(String)
    /// A segment that proves acknowledged records from this position on.
    case proof(Int64)
}

extension LogDirectory {
    /// Says what a file is that the manifest does not name; the sealed segments that the manifest names must be there.
    ///
    /// - Throws: `io` when the file cannot be read.
    func leftover(_ name: String, _ manifest: Manifest, _ tail: Tail?) throws(LogError) -> Leftover {
        let suffixes = [Format.sealedSuffix, Format.activeSuffix]
        if suffixes.contains(where: { name.hasSuffix($0 + Format.temporarySuffix) }) {
            return .copy("a temporary file of a sealing that was cut short")
        }
        guard suffixes.contains(where: { name.hasSuffix($0) }) else { return .none }
        let file = try openForReading(name)
        let window = SegmentWindow(file, limit: Int64.max)
        let page = try window.bytes(at: 0, count: Format.headerPageBytes)
        guard let header = try? SegmentHeader.decoded(page, path: file.path), header.logID == manifest.logID else {
            return .creation("a segment without a sound header: its creation was cut short")
        }
        let covering = manifest.segments.first { $0.lastIndex >= header.index }
        if let covering, covering.isSealed, covering.lastIndex >= header.lastIndex {
            return .original("the original of \(covering.name)")
        }
        if header.isSealed {
            let last = manifest.segments.last?.lastIndex ?? 0
            if last >= header.lastIndex { return .copy("a sealed copy of segments that are all there") }
            return .proof(header.firstPosition)
        }
        let start = Int64(Format.headerPageBytes)
        let rest = try Remainder(window, from: start, group: start, salt: header.salt)
        let isInTail = tail?.segmentID == header.segmentID && tail?.durableEnd ?? 0 > start
        guard rest.proof == nil, !isInTail else { return .proof(header.firstPosition) }
        return .creation("a segment that the manifest does not name: its creation was cut short")
    }
}
