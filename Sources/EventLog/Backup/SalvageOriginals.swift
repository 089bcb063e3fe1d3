// The originals of sealed segments: what a salvage goes on with where the sealed copy is damaged.

extension SalvageSource {
    /// Finds other files with the records of sealed segments: originals that a crash or a refused call left beside
    /// them, or that were kept in the quarantine.
    mutating func findOriginals(_ beside: [Found]) {
        let quarantine = LogDirectory(
            path: directory.path(of: Format.quarantineName), fileSystem: directory.fileSystem)
        let kept = ((try? quarantine.list()) ?? []).map { Format.quarantineName + "/" + $0 }
        let found = beside + ((try? headers(kept)) ?? []).filter { $0.header.logID == logID }
        for number in parts.indices where parts[number].entry.isSealed {
            let part = parts[number]
            parts[number].originals = found.compactMap { original($0, of: part, found) }
                .sorted { $0.entry.firstPosition < $1.entry.firstPosition }
        }
    }

    /// A file as an original of a sealed segment, when it is one and something tells where it ends.
    private func original(_ file: Found, of part: Part, _ found: [Found]) -> Part? {
        let header = file.header
        guard part.entry.index <= header.index, header.lastIndex <= part.entry.lastIndex,
            file.name != part.entry.name
        else { return nil }
        let isLast = part.knowsEnd && header.lastIndex == part.entry.lastIndex
        let successor = found.first { $0.header.predecessorIndex == header.lastIndex }
        guard let end = isLast ? part.entry.end : successor?.header.predecessor,
            end.lastPosition >= header.firstPosition
        else { return nil }
        let entry = SegmentEntry(
            index: header.index, lastIndex: header.lastIndex, segmentID: header.segmentID,
            firstPosition: header.firstPosition, isActive: false, end: end,
            sealed: header.isSealed ? SealedPart(bytes: file.size, digest: .start) : nil)
        return Part(
            entry: entry, knowsEnd: true, knowsDigest: !header.isSealed, size: file.size, place: file.name,
            statedPredecessor: header.statedPredecessor)
    }
}

extension SegmentHeader {
    /// The segment before, as far as this one knows it.
    fileprivate var statedPredecessor: SegmentEntry {
        SegmentEntry(
            index: predecessorIndex, lastIndex: predecessorIndex, segmentID: 0, firstPosition: 1, isActive: false,
            end: predecessor)
    }
}
