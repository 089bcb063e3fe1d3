// Makes a log that can be written again from a backup, in an epoch of its own.

/// Restores logs.
public enum LogRestore {
    /// Copies a backup, or a log that nobody writes to, into a directory that is new or empty, and checks every byte.
    ///
    /// The new log has the identity of the old one and a higher epoch, so that readers, tables and snapshots that know
    /// records which the backup has not are told so, and never take new records for them. The epoch is the time in
    /// seconds since 1970, or one more than the old epoch if that is higher: give the time of the machine, so that
    /// two restores of one backup differ.
    ///
    /// A log in use is refused; the last group of one that crashed is kept when it is whole. Killed at any moment,
    /// it leaves files without a manifest, which nothing takes for a log. The source is only read.
    ///
    /// - Throws: `notFound`; `locked`; `alreadyExists` or `foreign` for the destination; `corrupted` when the backup
    ///   is damaged; `ambiguousTail`; `diskFull`; `newerFormat`; `insecurePermissions`; `io`.
    /// - Complexity: O(*n*) in the bytes of the log.
    public static func restore(
        from source: String, to destination: String, now secondsSince1970: Int64,
        fileSystem: any FileSystem = PosixFileSystem(), progress: ((Double) -> Void)? = nil
    ) throws(LogError) -> BackupReport {
        let place = LogDirectory(path: source, fileSystem: fileSystem)
        try place.checkExists()
        var manifest = try place.readManifest()
        var lock: OpenFile?
        if !manifest.isBackup {
            lock = try place.lockUnchanged()
            // Whoever held the lock until now may have written.
            manifest = try place.readManifest()
        }
        defer { withExtendedLifetime(lock) {} }
        try place.closeLast(&manifest)
        manifest.isBackup = false
        manifest.epoch = try Manifest.epoch(after: manifest.epoch, now: secondsSince1970)
        let restored = manifest
        return try LogCopy.filling(destination, fileSystem) { (copy) throws(LogError) in
            var done: Int64 = 0
            let total = max(1, restored.segments.reduce(0) { $0 + $1.bytes })
            for entry in restored.segments {
                try copy.copy(entry, from: place) { bytes in
                    done += Int64(bytes)
                    progress?(min(1, Double(done) / Double(total)))
                }
            }
            try copy.verify(restored)
            try copy.finish(restored)
            progress?(1)
            return BackupReport(restored)
        }
    }
}

extension LogDirectory {
    /// Ends the active segment of a log without a writer where opening it would: behind its last whole group.
    fileprivate func closeLast(_ manifest: inout Manifest) throws(LogError) {
        guard let active = manifest.segments.last, active.isActive else {
            let last = manifest.segments.last?.end.lastPosition ?? 0
            guard let tail = try readTail(manifest), tail.durablePosition > last else { return }
            throw LogError(
                .corrupted,
                "TAIL proves that position \(tail.durablePosition) was acknowledged, but the segments end at \(last): "
                    + "the manifest is older than the files. Copy the log again, by a backup.", path: path)
        }
        let predecessor = manifest.segments.dropLast().last
        let (window, walk, _) = try openSegment(active, of: manifest.logID, after: predecessor, limit: Int64.max)
        let path = window.file.path
        let tail = try readTail(manifest)
        let scan = try SegmentScan(
            window, walk, tail: tail.flatMap { $0.segmentID == active.segmentID ? $0 : nil }, path: path)
        if let tail, tail.durablePosition > scan.valid.lastPosition {
            throw SegmentScan.damage(
                path, scan.valid.offset, "ends at position \(scan.valid.lastPosition), but TAIL proves more",
                from: scan.valid.lastPosition + 1, through: tail.durablePosition)
        }
        if case .ambiguous(let reason) = scan.ending {
            throw LogError(
                .ambiguousTail,
                "The last group, from position \(scan.valid.lastPosition + 1) on, is whole but wrong: \(reason). "
                    + "Salvage the log, or open it once with acceptAmbiguousTail.", path: path,
                offset: scan.valid.offset)
        }
        var entry = active
        entry.end = SegmentEnd(
            lastPosition: scan.valid.lastPosition, offset: scan.valid.offset, chain: scan.valid.chain,
            lastTime: Int64.min)
        manifest.segments[manifest.segments.count - 1] = try closed(entry, of: manifest.logID, after: predecessor)
    }
}
