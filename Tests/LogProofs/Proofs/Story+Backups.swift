// Backups in a story, taken while the writer writes, and restored in the place of the log.

internal import EnrollmentTesting
internal import EventLog

extension Story {
    /// A finished backup: whatever happens to the log, it stays as it is.
    struct Backup {
        var path: String
        var records: [LogRecord]
        var epoch: UInt32
    }

    /// Copies the log, often while a group is written and not yet durable.
    mutating func takeBackup() throws {
        let log = try current()
        let path = "/disk/backup\(backups)"
        backups += 1
        var waited: Position?
        if generator.chance(2, in: 3) {
            waited = try gather(log)
            report.count("backups beside a group")
        }
        let copied = Result { try LogBackup.copy(from: logPath, to: path, fileSystem: disk) }
        faulty.release()
        let held = Int(try copied.get().lastPosition.rawValue)
        guard held >= kept, held <= source.expected.count else {
            throw Unexpected(description: "a backup ends at \(held), \(kept) records were acknowledged")
        }
        backup = Backup(path: path, records: Array(source.expected.prefix(held)), epoch: epoch)
        kept = held
        report.count("backups")
        try checkBackup()
        guard let waited else { return }
        try log.waitUntilDurableBlocking(waited)
        kept = source.expected.count
    }

    /// The last backup must hold what it held when it was finished.
    func checkBackup() throws {
        guard let backup else { return }
        let found = try allRecords(LogReader.open(at: backup.path, fileSystem: disk))
        guard found == backup.records else {
            throw Unexpected(description: "a backup of \(backup.records.count) records holds \(found.count)")
        }
        let problems = try LogVerifier.verify(at: backup.path, fileSystem: disk).problems
        guard problems.isEmpty else { throw Unexpected(description: "a backup: \(problems)") }
    }

    /// Puts the last backup in the place of the log, as an operator does; followers of the old log must be told.
    mutating func restore() throws {
        guard let backup else { return }
        try log?.close()
        log = nil
        try checkBackup()
        let fresh = "/disk/restored\(backups)"
        backups += 1
        // A clock that stands at the beginning of time is no excuse; only two restores of one backup need its help.
        let now = backup.epoch == epoch ? generator.pick([0, Int64(epoch) + 5]) : Int64(epoch) + 1
        let restored = try LogRestore.restore(from: backup.path, to: fresh, now: now, fileSystem: disk)
        guard restored.epoch > epoch, restored.lastPosition.rawValue == Int64(backup.records.count) else {
            throw Unexpected(description: "restored as \(restored)")
        }
        for name in try disk.list(logPath) where name != "quarantine" { try disk.unlink(logPath + "/" + name) }
        for name in try disk.list(fresh) { try disk.rename(fresh + "/" + name, to: logPath + "/" + name) }
        try disk.syncDirectory(logPath)
        try disk.syncDirectory(fresh)
        source.forget(after: backup.records.count)
        kept = backup.records.count
        try tellTailers()
        report.count("restores")
        epoch = restored.epoch
        try open()
    }

    /// The follower of the files must learn that positions may mean other records now.
    private mutating func tellTailers() throws {
        let follower = tailers.files
        tailers = Tailers()
        guard let follower else { return }
        var block = DecodedBlock()
        do {
            for _ in 0..<20 where try follower.next(into: &block, timeoutMilliseconds: 0) {
                throw Unexpected(description: "a follower of the old log saw \(block.record(at: 0)) after a restore")
            }
            throw Unexpected(description: "a follower was not told of a restore")
        } catch let error as LogError where error.code == .foreign {
            report.count("tailers told of a restore")
        }
    }
}
