// Where to begin in a segment: the index of a sealed one, the places passed before in any other.

extension LogView {
    /// A place in front of the block that holds a position, or of one before it; `nil` stands for the first block.
    func place(
        before position: Int64, in entry: SegmentEntry, _ window: SegmentWindow
    ) throws(LogError) -> SparseIndex.Place? {
        guard entry.isSealed else {
            guard let place = index.place(before: position, in: entry.segmentID), place.offset < entry.end.offset
            else { return nil }
            return place
        }
        guard position > entry.firstPosition else { return nil }
        let sealed = try sealedIndex(of: entry, window)
        guard let number = sealed.row(holding: position) else { return nil }
        let row = sealed.rows[number]
        return SparseIndex.Place(
            position: row.firstPosition, offset: row.offset, chain: row.chain, time: row.firstTime)
    }

    /// The index of a sealed segment, read once.
    ///
    /// - Throws: `corrupted` when trailer or index are damaged.
    func sealedIndex(of entry: SegmentEntry, _ window: SegmentWindow) throws(LogError) -> SealedIndex {
        if let known = index.sealedIndex(of: entry.segmentID) { return known }
        let read = try readIndex(of: entry, window)
        index.keep(read, of: entry.segmentID)
        return read
    }

    private func readIndex(of entry: SegmentEntry, _ window: SegmentWindow) throws(LogError) -> SealedIndex {
        let tail = entry.bytes - Int64(Format.trailerBytes)
        guard
            let trailer = SealedTrailer.decoded(
                try window.bytes(at: tail, count: Format.trailerBytes), of: entry)
        else { throw damage("trailer", of: window, at: tail) }
        let bytes = try window.bytes(at: trailer.indexOffset, count: Format.blockHeaderBytes)
        guard let base = bytes.baseAddress,
            case .header(let header) = BlockHeader.decoded(
                base, offset: trailer.indexOffset, salt: UInt32(truncatingIfNeeded: entry.segmentID), isSealed: true),
            header.type == BlockType.index, let payload = try BlockWalk.payload(of: header, window)
        else { throw damage("index", of: window, at: trailer.indexOffset) }
        do {
            return try SealedIndex.decoded(payload, entry, dataEnd: trailer.indexOffset)
        } catch {
            throw damage("index", of: window, at: trailer.indexOffset, error.reason)
        }
    }

    private func damage(
        _ part: String, of window: SegmentWindow, at offset: Int64, _ reason: String? = nil
    ) -> LogError {
        LogError(
            .corrupted,
            "The \(part) of the sealed segment is damaged\(reason.map { ": \($0)" } ?? ""). Its records may be whole: "
                + "verify tells. Restore the file from a backup.", path: window.file.path, offset: offset)
    }
}
