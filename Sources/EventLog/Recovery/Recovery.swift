// What happens between taking the lock and the first append: find the durable end, set aside what is torn.

/// The state of a log that has been opened for writing.
struct RecoveredLog {
    var manifest: Manifest
    var lastPosition: Int64
    var lastTime: Int64
    /// The segment that recovery had to begin, because a whole but unconfirmed group had to be written again.
    var writer: SegmentWriter?
    var report = RecoveryReport()
}

/// Recovers a log.
///
/// Every step may be cut short by a crash: running it again comes to the same.
struct Recovery {
    let directory: LogDirectory
    let options: LogOptions
    private var manifest: Manifest
    private var report = RecoveryReport()

    init(_ directory: LogDirectory, _ options: LogOptions) throws(LogError) {
        self.directory = directory
        self.options = options
        // Under the lock, since another writer may have changed it before this one had the lock.
        manifest = try directory.readManifest()
        guard !manifest.isBackup else {
            throw LogError(
                .backup, "This is a backup, which stays as it was taken. Restore it to a new place, and open that.",
                path: directory.path)
        }
    }

    mutating func run() throws(LogError) -> RecoveredLog {
        let tail = try directory.readTail(manifest)
        let isActive = manifest.segments.last?.isActive == true
        let leftovers = try unlisted(tail)
        // How a closed log ends is known before anything is touched; recovery finds out how an active segment does.
        if !isActive { try check(ending: manifest.segments.last?.end.lastPosition ?? 0, tail) }
        try setAside(leftovers)
        var writer: SegmentWriter?
        if isActive, let entry = manifest.segments.last { writer = try recover(entry, tail) }
        let end = writer?.entry.end ?? manifest.segments.last?.end
        let lastPosition = (end?.lastPosition ?? 0) + Int64(report.rewrittenRecords)
        try check(ending: lastPosition, tail)
        return RecoveredLog(
            manifest: manifest, lastPosition: lastPosition, lastTime: max(lastTime, end?.lastTime ?? Int64.min),
            writer: writer, report: report)
    }

    /// Refuses a log that ends before what is known to have been acknowledged.
    private func check(ending lastPosition: Int64, _ tail: Tail?) throws(LogError) {
        if let tail, tail.durablePosition > lastPosition {
            throw LogError(
                .corrupted,
                "TAIL proves that position \(tail.durablePosition) was acknowledged, but the segments end at "
                    + "\(lastPosition). Restore the segments from a backup.", path: directory.path)
        }
        if let shortfall = options.shortfall(endingAt: lastPosition, path: directory.path) { throw shortfall }
    }

    private var lastTime = Int64.min

    /// Verifies the active segment and closes it in memory; on disk only when something must be set aside.
    private mutating func recover(_ entry: SegmentEntry, _ tail: Tail?) throws(LogError) -> SegmentWriter? {
        let predecessor = manifest.segments.dropLast().last
        let (window, walk, header) = try directory.openSegment(
            entry, of: manifest.logID, after: predecessor, limit: Int64.max)
        let path = window.file.path
        let ownTail = tail.flatMap { $0.segmentID == entry.segmentID ? $0 : nil }
        let scan = try SegmentScan(window, walk, tail: ownTail, path: path)
        if let tail, tail.durablePosition > scan.valid.lastPosition {
            throw SegmentScan.damage(
                path, scan.valid.offset, "ends at position \(scan.valid.lastPosition), but TAIL proves more",
                from: scan.valid.lastPosition + 1, through: tail.durablePosition)
        }
        if let shortfall = options.shortfall(
            endingAt: scan.valid.lastPosition, path: path, offset: scan.valid.offset)
        {
            throw shortfall
        }
        var torn: String?
        switch scan.ending {
        case .clean: break
        case .torn(let reason): torn = reason
        case .ambiguous(let reason):
            guard options.acceptAmbiguousTail else {
                throw LogError(
                    .ambiguousTail,
                    "The last group, from position \(scan.valid.lastPosition + 1) on, is whole but wrong: \(reason). "
                        + "It may have been acknowledged. Restore the file from a backup, or open with "
                        + "acceptAmbiguousTail to set the group aside.", path: path, offset: scan.valid.offset)
            }
            torn = reason
        }
        let floor = header.predecessor.lastTime
        let end = SegmentEnd(
            lastPosition: scan.durable.lastPosition, offset: scan.durable.offset, chain: scan.durable.chain,
            lastTime: try time(of: scan.durable.lastBlock, window) ?? floor)
        lastTime = try time(of: scan.valid.lastBlock, window) ?? floor
        manifest.segments[manifest.segments.count - 1].isActive = false
        manifest.segments[manifest.segments.count - 1].end = end
        if let torn { try quarantine(scan, window, entry.name, torn) }
        var writer: SegmentWriter?
        if !scan.unconfirmed.isEmpty {
            writer = try rewrite(scan, window, end)
        }
        if torn != nil || writer != nil {
            try directory.replace(
                Format.manifestName, temporary: Format.manifestTemporaryName, with: manifest.encoded())
            // Only now, since until the manifest has its new place the old bytes are the only ones that count.
            try directory.open(entry.name, .readWrite).truncate(to: end.offset)
        }
        return writer
    }

    /// Copies what lies behind the last sound group to the quarantine.
    private mutating func quarantine(
        _ scan: SegmentScan, _ window: SegmentWindow, _ name: String, _ reason: String
    ) throws(LogError) {
        let place = try directory.quarantine()
        let copyName = "\(name).\(scan.valid.offset).torn"
        let copy = try place.open(copyName, .createOrTruncate)
        var offset = scan.valid.offset
        while offset < scan.usedEnd {
            let count = Int(min(64 << 10, scan.usedEnd - offset))
            try copy.write(try window.bytes(at: offset, count: count), at: offset - scan.valid.offset)
            offset += Int64(count)
        }
        try copy.sync()
        try place.sync()
        report.setAside.append(
            RecoveryReport.SetAside(
                path: window.file.path, offset: scan.valid.offset, bytes: scan.usedEnd - scan.valid.offset,
                reason: reason))
    }

    /// Writes the whole but unconfirmed group into a new segment, whose sync this process sees for itself.
    private mutating func rewrite(
        _ scan: SegmentScan, _ window: SegmentWindow, _ end: SegmentEnd
    ) throws(LogError) -> SegmentWriter {
        var blocks: [(header: BlockHeader, payload: [UInt8])] = []
        for header in scan.unconfirmed {
            guard let payload = try BlockWalk.payload(of: header, window) else {
                throw SegmentScan.damage(
                    window.file.path, header.offset, "changed while it was read", from: header.firstPosition,
                    through: header.lastPosition)
            }
            blocks.append((header, Array(payload)))
            report.rewrittenRecords += Int(header.count)
        }
        let header = manifest.nextSegment(after: end, createdAt: scan.unconfirmed[0].baseTime)
        let writer = try SegmentWriter(header, in: directory)
        try writer.rewrite(blocks)
        manifest.segments.append(writer.entry)
        return writer
    }

    private func time(of header: BlockHeader?, _ window: SegmentWindow) throws(LogError) -> Int64? {
        guard let header else { return nil }
        var block = DecodedBlock()
        do {
            guard let payload = try BlockWalk.payload(of: header, window) else {
                throw BlockDamage(reason: "the payload changed while it was read")
            }
            try BlockDecoder().decode(header, payload, into: &block)
        } catch let error as BlockDamage {
            throw SegmentScan.damage(
                window.file.path, header.offset, "has a malformed block: \(error.reason)",
                from: header.firstPosition, through: header.lastPosition)
        } catch let error as LogError {
            throw error
        } catch {
            return nil
        }
        return block.recordedAt.last
    }

    /// What the manifest does not name, looked at and not touched.
    ///
    /// - Throws: `corrupted` where a segment is missing, or one that is not named holds acknowledged records.
    private func unlisted(_ tail: Tail?) throws(LogError) -> [(name: String, what: Leftover)] {
        var missing = Set(manifest.segments.map(\.name))
        let strangers = try directory.list().filter { missing.remove($0) == nil }
        if let lost = missing.isEmpty ? nil : manifest.segments.first(where: { missing.contains($0.name) }) {
            throw LogError(
                .corrupted,
                "The segment with positions from \(lost.firstPosition) on is missing. Restore it from a backup.",
                path: directory.path(of: lost.name))
        }
        var found: [(name: String, what: Leftover)] = []
        for name in strangers {
            let what = try directory.leftover(name, manifest, tail)
            if case .proof(let first) = what {
                throw LogError(
                    .corrupted,
                    "The manifest does not name this segment, which holds acknowledged records from position "
                        + "\(first) on. Restore the manifest from a backup.", path: directory.path(of: name))
            }
            found.append((name, what))
        }
        return found
    }

    /// Removes or sets aside what a crash left; what holds acknowledged records is not among it.
    private mutating func setAside(_ leftovers: [(name: String, what: Leftover)]) throws(LogError) {
        let time = max(lastTime, manifest.segments.last?.end.lastTime ?? Int64.min)
        for (name, what) in leftovers {
            switch what {
            case .none, .proof: continue
            case .copy: try directory.unlink(name)
            case .original: try directory.retire(name, options.sealedOriginals, at: time)
            case .creation(let reason): try setAside(name, reason)
            }
            try directory.sync()
        }
    }

    private mutating func setAside(_ name: String, _ reason: String) throws(LogError) {
        let place = try directory.quarantine()
        let file = try directory.openForReading(name)
        try directory.rename(name, to: "\(Format.quarantineName)/\(name)")
        try place.sync()
        report.setAside.append(
            RecoveryReport.SetAside(path: file.path, offset: 0, bytes: try file.size(), reason: reason))
    }
}

extension Manifest {
    /// The header of the segment that follows the last one.
    func nextSegment(after end: SegmentEnd?, createdAt: Int64) -> SegmentHeader {
        var generator = SystemRandomNumberGenerator()
        let none = SegmentEnd(lastPosition: 0, offset: 0, chain: 0, lastTime: Int64.min)
        let index = (segments.last?.lastIndex ?? 0) + 1
        return SegmentHeader(
            logID: logID, epoch: epoch, segmentID: generator.next(), index: index, lastIndex: index, isSealed: false,
            firstPosition: (end?.lastPosition ?? 0) + 1, createdAt: createdAt, predecessorIndex: index - 1,
            predecessor: end ?? none)
    }
}
