// The durable end as the files alone tell it: manifest, TAIL, and the headers of blocks.

internal import Glibc

extension LogView {
    /// Finds the durable end from the files alone.
    ///
    /// - Throws: `foreign` when the log is another one, or was restored since it was opened.
    init(
        reading directory: LogDirectory, expecting identity: LogID, epoch: UInt32? = nil, _ index: SparseIndex
    ) throws(LogError) {
        var manifest = try directory.readManifest()
        var tail = try directory.readTail(manifest)
        var attempts = 0
        while Self.isBetween(tail, manifest), attempts < 3 {
            attempts += 1
            manifest = try directory.readManifest()
            tail = try directory.readTail(manifest)
        }
        guard manifest.logID == identity else {
            throw LogError(
                .foreign, "Another log took the place of the one that was opened. Open it again.",
                path: directory.path)
        }
        guard manifest.epoch == epoch ?? manifest.epoch else {
            throw LogError(
                .foreign,
                "The log was restored from a backup: its epoch is \(manifest.epoch) now, and positions may "
                    + "mean other records. Open it again, and rebuild what was derived from it.", path: directory.path)
        }
        var active: SegmentEntry?
        if let last = manifest.segments.last, last.isActive {
            manifest.segments.removeLast()
            do {
                active = try Self.durable(last, tail, directory, manifest)
            } catch {
                // Closed, sealed and removed since the manifest was read: what it held stands in another file now.
                guard error.errno == ENOENT, try directory.readManifest().segments.last?.name != last.name else {
                    throw error
                }
                try self.init(reading: directory, expecting: identity, epoch: epoch, index)
                return
            }
        }
        self.init(
            directory: directory, logID: identity, closed: manifest.segments, active: active,
            lastPosition: active?.end.lastPosition ?? manifest.segments.last?.end.lastPosition ?? 0, index: index,
            refresh: { () throws(LogError) in
                try LogView(reading: directory, expecting: identity, epoch: epoch, index)
            })
    }

    /// Whether a writer was at work between the two reads: it was writing TAIL, or it rolled, and another look at the
    /// manifest then knows TAIL's segment.
    private static func isBetween(_ tail: Tail?, _ manifest: Manifest) -> Bool {
        guard let tail else { return manifest.segments.last?.isActive == true }
        return tail.segmentID != 0 && tail.segmentID != manifest.segments.last?.segmentID
    }

    private static func durable(
        _ entry: SegmentEntry, _ tail: Tail?, _ directory: LogDirectory, _ manifest: Manifest
    ) throws(LogError) -> SegmentEntry {
        var result = entry
        if let tail, tail.segmentID == entry.segmentID,
            tail.durablePosition >= entry.firstPosition - 1
        {
            result.end = SegmentEnd(
                lastPosition: tail.durablePosition, offset: tail.durableEnd, chain: tail.chain,
                lastTime: tail.lastTime)
            return result
        }
        // Without TAIL, a block header proves what the sync before it covered; the walk needs no payload.
        var (window, walk, _) = try directory.openSegment(
            entry, of: manifest.logID, after: manifest.segments.last, limit: Int64.max)
        result.end.chain = walk.chain
        var boundaries = [walk]
        while case .block(let header) = try walk.peek(window) {
            if let proven = boundaries.last(where: { $0.offset == header.durableEnd }) {
                boundaries.removeAll { $0.offset < proven.offset }
                result.end = SegmentEnd(
                    lastPosition: proven.nextPosition - 1, offset: proven.offset, chain: proven.chain,
                    lastTime: header.baseTime)
            }
            walk.advance(past: header)
            if !header.continuesGroup { boundaries.append(walk) }
        }
        return result
    }

    /// Refuses a position further behind the end than the next one.
    func checkIsReachable(_ first: Position) throws(LogError) {
        guard first.rawValue > lastPosition + 1 else { return }
        throw LogError(
            .positionOutOfRange,
            "Position \(first) lies behind the end of the log, \(lastPosition). "
                + "If the log was restored, rebuild what was derived from it.", path: directory.path)
    }
}
