// Finding positions by time: manifest, indexes and block headers first, and one block of records at the end.

extension LogView {
    /// The first position recorded at or after an instant; `nil` when all are earlier.
    func firstPosition(atOrAfter instant: Int64) throws(LogError) -> Int64? {
        var view = self
        while true {
            do {
                return try view.lookUp(instant)
            } catch {
                // A segment may have been sealed on the way, and its file removed; the later view names the new one.
                let renewed = try view.refresh()
                guard renewed.closed != view.closed else { throw error }
                view = renewed
            }
        }
    }

    private func lookUp(_ instant: Int64) throws(LogError) -> Int64? {
        var number = firstSegment { $0.end.lastTime >= instant }
        while let entry = entry(number) {
            if let position = try candidate(for: instant, in: entry, after: self.entry(number - 1)) {
                var cursor = BlockCursor(self, from: position, through: entry.end.lastPosition)
                var block = DecodedBlock()
                while try cursor.next(into: &block) {
                    let index = block.recordedAt.firstNumber { $0 >= instant }
                    if index < block.count { return block.firstPosition.rawValue + Int64(index) }
                }
            }
            number += 1
        }
        return nil
    }

    /// Where to begin to look in a segment: the first position of the last block that begins earlier, or the segment's.
    private func candidate(
        for instant: Int64, in entry: SegmentEntry, after predecessor: SegmentEntry?
    ) throws(LogError) -> Int64? {
        guard entry.end.lastPosition >= entry.firstPosition else { return nil }
        var (window, walk, _) = try directory.openSegment(
            entry, of: logID, after: predecessor, limit: entry.bytes)
        if entry.isSealed {
            let rows = try sealedIndex(of: entry, window).rows
            let number = rows.firstNumber { $0.lastTime >= instant }
            return number < rows.count ? rows[number].firstPosition : nil
        }
        if let place = index.place(earlierThan: instant, in: entry.segmentID), place.offset < entry.end.offset {
            walk.begin(at: place)
        }
        var found = walk.nextPosition
        var lastNoted = Int64.min
        // A header that cannot be read ends the search; the cursor that goes on from there says what is wrong with it.
        while walk.nextPosition <= entry.end.lastPosition, case .block(let header) = try walk.peek(window),
            header.end <= entry.bytes, header.baseTime < instant
        {
            if walk.offset >= lastNoted + SparseIndex.spacing {
                index.note(walk, before: header, in: entry.segmentID)
                lastNoted = walk.offset
            }
            if header.type == BlockType.data { found = header.firstPosition }
            walk.advance(past: header)
        }
        return found <= entry.end.lastPosition ? found : nil
    }
}
