// Reading by position without the writer's lock: in the writer's process, or from any other.

/// A reader of a log; it holds no descriptor between calls and never sees a record that could still be lost.
public struct LogReader: Sendable {
    private enum Source {
        /// The log is open for writing in this process.
        case live(LogCore)
        /// Only the files are there; another process may be writing.
        case files(LogDirectory, LogID, epoch: UInt32, SparseIndex)
    }

    private let source: Source

    init(core: LogCore) { source = .live(core) }

    /// Opens a log for reading only; a writer may be at work, and none is needed.
    ///
    /// It sees what is provably durable: closed segments, and the active one as far as TAIL or a later block header
    /// says. After a crash that can be one group less than was acknowledged, until a writer has opened the log again.
    ///
    /// - Throws: `notFound`, `foreign`, `newerFormat`, `corrupted`, `insecurePermissions`, `io`.
    public static func open(
        at directory: String, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> LogReader {
        let place = LogDirectory(path: directory, fileSystem: fileSystem)
        try place.checkExists()
        let manifest = try place.readManifest()
        return LogReader(source: .files(place, manifest.logID, epoch: manifest.epoch, SparseIndex()))
    }

    private init(source: Source) { self.source = source }

    /// The identity of the log.
    public var id: LogID {
        switch source {
        case .live(let core): core.id
        case .files(_, let identity, _, _): identity
        }
    }

    /// The epoch of the log when it was opened; a restore raises it, and positions may then mean other records.
    public var epoch: UInt32 {
        switch source {
        case .live(let core): core.epoch
        case .files(_, _, let epoch, _): epoch
        }
    }

    /// The last position that is provably durable now.
    ///
    /// - Throws: as ``open(at:fileSystem:)``.
    public func lastPosition() throws(LogError) -> Position { Position(try view().lastPosition) }

    /// Opens a cursor over the blocks from one position through another, or through the last durable one.
    ///
    /// The end is fixed when the cursor is made. ``Position/zero`` begins at the first record; the position after the
    /// last gives an empty cursor.
    ///
    /// - Throws: `positionOutOfRange` when `first` lies further behind the end, as after a restore; otherwise as
    ///   ``open(at:fileSystem:)``.
    public func blocks(from first: Position, through last: Position? = nil) throws(LogError) -> BlockCursor {
        let view = try view()
        guard first.rawValue <= view.lastPosition + 1 else {
            throw LogError(
                .positionOutOfRange,
                "Position \(first) lies behind the end of the log, \(view.lastPosition). "
                    + "If the log was restored, rebuild what was derived from it.", path: view.directory.path)
        }
        let end = min(last?.rawValue ?? view.lastPosition, view.lastPosition)
        return BlockCursor(view, from: max(1, first.rawValue), through: end)
    }

    /// Opens a cursor over single records; see ``blocks(from:through:)``.
    ///
    /// - Throws: as ``blocks(from:through:)``.
    public func records(from first: Position, through last: Position? = nil) throws(LogError) -> RecordCursor {
        RecordCursor(try blocks(from: first, through: last))
    }

    /// The segments in order.
    ///
    /// - Throws: as ``open(at:fileSystem:)``.
    public func segments() throws(LogError) -> [SegmentInfo] {
        let view = try view()
        return (0..<view.count).compactMap { view.entry($0)?.info }
    }

    private func view() throws(LogError) -> LogView {
        switch source {
        case .live(let core): return core.view()
        case .files(let directory, let identity, _, let index):
            return try LogView(reading: directory, expecting: identity, index)
        }
    }
}

extension LogView {
    /// Finds the durable end from the files alone.
    init(reading directory: LogDirectory, expecting identity: LogID, _ index: SparseIndex) throws(LogError) {
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
        var active: SegmentEntry?
        if let last = manifest.segments.last, last.isActive {
            manifest.segments.removeLast()
            active = try Self.durable(last, tail, directory, manifest)
        }
        self.init(
            directory: directory, logID: identity, closed: manifest.segments, active: active,
            lastPosition: active?.end.lastPosition ?? manifest.segments.last?.end.lastPosition ?? 0, index: index,
            refresh: { () throws(LogError) in try LogView(reading: directory, expecting: identity, index) })
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
}
