// Copies a log while its writer runs: sealed and closed segments whole, the active one up to the durable end.

internal import Glibc

/// Takes backups of a log.
public enum LogBackup {
    /// Looks at the manifest so often before giving up; each time something was sealed under the copy's feet.
    private static let attempts = 1000

    /// Copies what is durable into a directory that is new or empty, reads the copy back, and tells what it holds.
    ///
    /// Takes no lock: a writer may append, begin segments and seal meanwhile. The copy holds the source's records up to
    /// a position, has no active segment, and can be read and verified like any log; to write, restore it. It may be
    /// taken from a backup, too. After a power cut, open the log once before: only that proves its last group.
    ///
    /// Killed at any moment, it leaves files without a manifest, which nothing takes for a log. The source is only
    /// read.
    ///
    /// `progress` is called with the share of bytes that has been copied, from 0 to 1.
    ///
    /// - Throws: `notFound`; `alreadyExists` or `foreign` for the destination; `corrupted` when source or copy are
    ///   damaged; `diskFull`; `newerFormat`; `insecurePermissions`; `io`.
    /// - Complexity: O(*n*) in the bytes of the log.
    public static func copy(
        from source: String, to destination: String, fileSystem: any FileSystem = PosixFileSystem(),
        progress: ((Double) -> Void)? = nil
    ) throws(LogError) -> BackupReport {
        let place = LogDirectory(path: source, fileSystem: fileSystem)
        try place.checkExists()
        let first = try place.readManifest()
        return try LogCopy.filling(destination, fileSystem) { (copy) throws(LogError) in
            var manifest = Manifest(logID: first.logID, epoch: first.epoch)
            manifest.isBackup = true
            manifest.segments = try copySegments(of: first, place, to: copy, progress)
            try copy.keepOnly(manifest.segments)
            try copy.verify(manifest)
            try copy.finish(manifest)
            progress?(1)
            return BackupReport(manifest)
        }
    }

    /// Copies until everything that one look at the log named is there.
    private static func copySegments(
        of manifest: Manifest, _ source: LogDirectory, to copy: LogCopy, _ progress: ((Double) -> Void)?
    ) throws(LogError) -> [SegmentEntry] {
        var done: Int64 = 0
        var sealedAway: LogError?
        for _ in 0..<attempts {
            let view = try LogView(
                reading: source, expecting: manifest.logID, epoch: manifest.epoch, SparseIndex())
            let total = max(1, (0..<view.count).reduce(0) { $0 + (view.entry($1)?.bytes ?? 0) })
            do {
                for number in 0..<view.count {
                    guard let entry = view.entry(number) else { continue }
                    try copy.copy(entry, from: source) { bytes in
                        done += Int64(bytes)
                        progress?(min(1, Double(done) / Double(total)))
                    }
                }
            } catch {
                // Sealed meanwhile, and its file removed: another file holds the same, and stands in the manifest. All
                // else is told as it is: a second attempt, or another look at the log, would only hide it.
                let lost = view.names.first { source.path(of: $0) == error.path }
                guard error.errno == ENOENT, let lost, let now = try? view.refresh(), !now.names.contains(lost)
                else { throw error }
                sealedAway = error
                continue
            }
            var entries = view.closed
            if let active = view.active {
                entries.append(try copy.directory.closed(active, of: manifest.logID, after: entries.last))
            }
            return entries
        }
        throw LogError(
            .io, "The log was sealed again and again while it was copied. Try again.", path: source.path,
            cause: sealedAway)
    }
}

/// What a backup holds.
public struct BackupReport: Hashable, Sendable {
    /// The identity of the log.
    public internal(set) var id: LogID
    /// The epoch of the log.
    public internal(set) var epoch: UInt32
    /// The position of the last record, and so the number of records.
    public internal(set) var lastPosition: Position
    /// How many segments were copied.
    public internal(set) var segments: Int
    /// The bytes of the segments.
    public internal(set) var bytes: Int64
    /// The digest of history up to ``digestPosition``, where something is sealed.
    public internal(set) var digest: LogDigest?
    /// The last record of the last sealed segment; ``Position/zero`` where nothing is sealed.
    public internal(set) var digestPosition: Position

    init(_ manifest: Manifest) {
        let sealed = manifest.segments.last { $0.isSealed }
        id = manifest.logID
        epoch = manifest.epoch
        lastPosition = Position(manifest.segments.last?.end.lastPosition ?? 0)
        segments = manifest.segments.count
        bytes = manifest.segments.reduce(0) { $0 + $1.bytes }
        digest = sealed?.sealed?.digest
        digestPosition = Position(sealed?.end.lastPosition ?? 0)
    }
}

extension LogView {
    fileprivate var names: [String] { (0..<count).compactMap { entry($0)?.name } }
}

extension LogDirectory {
    /// The active segment as one that is closed at its durable end, with the time of its last record.
    func closed(
        _ active: SegmentEntry, of logID: LogID, after predecessor: SegmentEntry?
    ) throws(LogError) -> SegmentEntry {
        var entry = active
        entry.isActive = false
        var (window, walk, header) = try openSegment(entry, of: logID, after: predecessor, limit: entry.bytes)
        var last: BlockHeader?
        while walk.offset < entry.end.offset, case .block(let block) = try walk.peek(window) {
            if block.type == BlockType.data { last = block }
            walk.advance(past: block)
        }
        entry.end.lastTime = header.predecessor.lastTime
        if let last {
            var block = DecodedBlock()
            do {
                guard let payload = try BlockWalk.payload(of: last, window) else { return entry }
                try BlockDecoder().decode(last, payload, into: &block)
                entry.end.lastTime = block.recordedAt[block.count - 1]
            } catch let error as LogError {
                throw error
            } catch {
                // The check of the copy tells what is wrong with the block.
                return entry
            }
        }
        return entry
    }
}
