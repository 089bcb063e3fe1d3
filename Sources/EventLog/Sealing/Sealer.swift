// Seals segments: reads them, writes them again in large blocks, reads that back, and only then lets the log rely on
// it.
//
// Killed anywhere, nothing is lost: until the manifest names the new file the old ones count, and from then on the new
// one does, which was synced and read back before. What is left over is recognised by its header at the next opening.

/// What sealing did.
public struct SealReport: Hashable, Sendable {
    /// How many segments were sealed.
    public internal(set) var sources = 0
    /// How many segments they became.
    public internal(set) var segments = 0
    /// The records in them.
    public internal(set) var records: Int64 = 0
    /// The bytes before.
    public internal(set) var bytesBefore: Int64 = 0
    /// The bytes after, with index, summary and trailer.
    public internal(set) var bytesAfter: Int64 = 0

    /// Makes an empty report.
    public init() {}
}

/// One sealing at a time; the thread in the background and callers of ``EventLog/seal()`` share it.
struct Sealer {
    let directory: LogDirectory
    let core: LogCore

    /// Seals the next run; false when there was nothing to do, or it was told to stop.
    ///
    /// `pace` is called after every block that was copied or read back; it may wait, and false stops.
    ///
    /// - Throws: `diskFull` before anything is written when there is less space than the originals take.
    func sealNext(
        _ plan: SealPlan, _ report: inout SealReport, pace: () -> Bool
    ) throws(LogError) -> Bool {
        let view = core.view()
        guard let run = plan.next(view.closed) else { return false }
        let sources = Array(view.closed[run])
        try checkSpace(for: sources)
        guard let entry = try write(sources, view, after: view.entry(run.lowerBound - 1), pace) else { return false }
        try core.install(entry, inPlaceOf: sources)
        report.sources += sources.count
        report.segments += 1
        report.records += entry.end.lastPosition - entry.firstPosition + 1
        report.bytesBefore += sources.reduce(0) { $0 + $1.bytes }
        report.bytesAfter += entry.bytes
        let time = core.monitor.withLock { $0.lastTime }
        for source in sources { try directory.retire(source.name, core.options.sealedOriginals, at: time) }
        try directory.sync()
        return true
    }

    /// Removes originals that were kept for a time, where that is over.
    func removeExpired() throws(LogError) {
        let time = core.monitor.withLock { $0.lastTime }
        try directory.removeOriginals(keptUntil: time, of: core.id, sealed: core.view().closed)
    }

    /// Refuses to begin what might take the last space from the writer, which could not go on then.
    ///
    /// A copy is shorter than its originals but for its index and for records that do not compress.
    private func checkSpace(for sources: [SegmentEntry]) throws(LogError) {
        let bytes = sources.reduce(0) { $0 + $1.bytes }
        let needed = bytes + bytes / 8 + Self.spaceForWriter
        guard let available = try directory.availableBytes(), available < needed else { return }
        throw LogError(
            .diskFull,
            "Sealing \(sources.count) segments of \(bytes) bytes needs \(needed) bytes free meanwhile, and "
                + "\(available) are; nothing was changed. Free some; in the background it is tried again.",
            path: directory.path)
    }

    /// What is left to the writer: a group, a new segment and a manifest.
    private static let spaceForWriter: Int64 = 256 << 10

    /// Writes the sealed file under its own name and proves that it holds the same; `nil` when told to stop.
    private func write(
        _ sources: [SegmentEntry], _ view: LogView, after predecessor: SegmentEntry?, _ pace: () -> Bool
    ) throws(LogError) -> SegmentEntry? {
        guard let first = sources.first, let last = sources.last else { return nil }
        let original = try directory.openSegment(first, of: view.logID, after: predecessor, limit: first.bytes).header
        var generator = SystemRandomNumberGenerator()
        let header = SegmentHeader(
            logID: view.logID, epoch: core.epoch, segmentID: generator.next(), index: first.index,
            lastIndex: last.lastIndex, isSealed: true, firstPosition: first.firstPosition,
            createdAt: original.createdAt, predecessorIndex: original.predecessorIndex,
            predecessor: original.predecessor)
        var entry = SegmentEntry(
            index: header.index, lastIndex: header.lastIndex, segmentID: header.segmentID,
            firstPosition: header.firstPosition, isActive: false, end: last.end,
            sealed: SealedPart(bytes: 0, digest: .start))
        let temporary = entry.name + Format.temporarySuffix
        let writer = try SealedWriter(
            header, name: temporary, in: directory, level: core.options.sealedCompressionLevel, end: last.end,
            after: predecessor?.sealed?.digest ?? .start)
        // Less than this is sealed to the end even while the log closes: it takes some milliseconds, and a program that
        // opens the log for one command each time would otherwise never come to it.
        let isSmall = sources.reduce(0) { $0 + $1.bytes } <= Self.smallBytes
        let goesOn = { isSmall || pace() }
        do {
            guard try copy(sources, view, to: writer, goesOn) else {
                try directory.unlink(temporary)
                return nil
            }
            entry.sealed = try writer.finish()
            guard try readBack(entry, temporary, view, after: predecessor, goesOn) else {
                try directory.unlink(temporary)
                return nil
            }
            try directory.rename(temporary, to: entry.name)
            try directory.sync()
        } catch {
            // Its space may be what a full disk needs; should this fail too, the next opening removes the file.
            for name in [temporary, entry.name] { try? directory.unlink(name) }
            throw error
        }
        return entry
    }

    /// Reads all records of the sources; false when told to stop.
    private func copy(
        _ sources: [SegmentEntry], _ view: LogView, to writer: SealedWriter, _ pace: () -> Bool
    ) throws(LogError) -> Bool {
        guard let first = sources.first, let last = sources.last else { return true }
        var cursor = BlockCursor(view, from: first.firstPosition, through: last.end.lastPosition)
        var block = DecodedBlock()
        var next = first.firstPosition
        while try cursor.next(into: &block) {
            try writer.add(block)
            next = block.lastPosition.rawValue + 1
            if let sealed = sources.first(where: { $0.isSealed && $0.end.lastPosition == next - 1 })?.sealed,
                sealed.digest != writer.digest
            {
                throw LogError(
                    .corrupted,
                    "The records up to position \(next - 1) do not give the digest that was taken when they were "
                        + "sealed; nothing was changed. Restore the segment from a backup.", path: directory.path)
            }
            guard pace() else { return false }
        }
        if next == last.end.lastPosition + 1 { return true }
        throw LogError(
            .corrupted,
            "The segments end at position \(next - 1) instead of \(last.end.lastPosition); nothing was changed. "
                + "Restore them from a backup.", path: directory.path(of: last.name))
    }

    private static let smallBytes: Int64 = 1 << 20

    /// Opens the new file again, decodes every block, and compares digest, index and summary; false when told to stop.
    private func readBack(
        _ entry: SegmentEntry, _ name: String, _ view: LogView, after predecessor: SegmentEntry?, _ pace: () -> Bool
    ) throws(LogError) -> Bool {
        var check = SegmentCheck()
        let isWhole = try check.check(entry, after: predecessor, of: view.logID, in: directory, name: name) { _ in
            pace()
        }
        if let problem = check.takeProblems().first {
            throw LogError(
                .corrupted, "The sealed copy is wrong: \(problem.message) The originals were kept. Check the device.",
                path: directory.path(of: name), offset: problem.offset)
        }
        return isWhole
    }
}
