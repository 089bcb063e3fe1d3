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
    /// last gives an empty cursor. A descending cursor begins with the block that holds `last`.
    ///
    /// With a filter, blocks that certainly hold nothing wanted are left out; the others come whole, so look at each
    /// record with ``RecordFilter/matches(_:at:)``. In segments that are not sealed no block can be left out.
    ///
    /// With two to four `workers`, as many threads read and decode ahead, a few blocks each, for the price of their
    /// memory; two are sensible for long ranges. They end with the cursor.
    ///
    /// - Throws: `positionOutOfRange` when `first` lies further behind the end, as after a restore; otherwise as
    ///   ``open(at:fileSystem:)``.
    /// - Complexity: O(log *n*) in the segments to the first block; then O(*m*) in the blocks that are not left out.
    ///   In bounded memory, whatever the size of the log.
    public func blocks(
        from first: Position, through last: Position? = nil, order: ReadOrder = .ascending,
        matching filter: RecordFilter = RecordFilter(), workers: Int = 1
    ) throws(LogError) -> BlockCursor {
        let view = try view()
        try view.checkIsReachable(first)
        let end = min(last?.rawValue ?? view.lastPosition, view.lastPosition)
        let start = max(1, first.rawValue)
        guard workers > 1 else { return BlockCursor(view, from: start, through: end, order: order, filter: filter) }
        return try BlockCursor(
            BlockSteps(view, from: start, through: end, order: order, filter: filter), workers: workers)
    }

    /// Opens a cursor over the single records that a filter wants.
    ///
    /// Otherwise as ``blocks(from:through:order:matching:workers:)``.
    ///
    /// - Throws: as ``blocks(from:through:order:matching:workers:)``.
    public func records(
        from first: Position, through last: Position? = nil, order: ReadOrder = .ascending,
        matching filter: RecordFilter = RecordFilter()
    ) throws(LogError) -> RecordCursor {
        RecordCursor(try blocks(from: first, through: last, order: order, matching: filter), order, filter)
    }

    /// The first position recorded at or after an instant, in microseconds since 1970-01-01 00:00 UTC; `nil` when all
    /// are earlier.
    ///
    /// - Throws: as ``BlockCursor/next(into:)``.
    /// - Complexity: O(log *n*) in the segments, and in the blocks of a sealed one; in one that is not sealed, the
    ///   headers of its blocks are walked.
    public func firstPosition(atOrAfter instant: Int64) throws(LogError) -> Position? {
        try view().firstPosition(atOrAfter: instant).map { Position($0) }
    }

    /// The last position recorded at or before an instant, in microseconds since 1970-01-01 00:00 UTC; `nil` when all
    /// are later.
    ///
    /// - Throws: as ``BlockCursor/next(into:)``.
    /// - Complexity: as ``firstPosition(atOrAfter:)``.
    public func lastPosition(atOrBefore instant: Int64) throws(LogError) -> Position? {
        let view = try view()
        var last = view.lastPosition
        if instant < Int64.max, let later = try view.firstPosition(atOrAfter: instant + 1) { last = later - 1 }
        return last == 0 ? nil : Position(last)
    }

    /// Follows the log from a position on, as it grows; see ``LogFollower``.
    ///
    /// - Throws: as ``blocks(from:through:order:matching:workers:)``.
    public func follow(from first: Position) throws(LogError) -> LogFollower {
        let source: LogFollower.Source
        switch self.source {
        case .live(let core): source = .live(core)
        case .files(let directory, let identity, let epoch, let index):
            // The watch comes before the first look, so that nothing falls between the two.
            let watch = directory.fileSystem.watch(directory.path, file: Format.tailName) ?? BlindWatch()
            source = .files(directory, identity, epoch: epoch, index, watch)
        }
        let view = try view()
        try view.checkIsReachable(first)
        return LogFollower(source, view, from: max(1, first.rawValue))
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
        case .files(let directory, let identity, let epoch, let index):
            return try LogView(reading: directory, expecting: identity, epoch: epoch, index)
        }
    }
}
