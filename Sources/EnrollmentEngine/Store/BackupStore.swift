// Copies of a whole store: settings, log, and the last checkpoint that was signed. What is derived is left out.

internal import Enrollment
public import EventLog

/// Backs up, restores and salvages stores.
///
/// Tables, snapshots and the proof tree are left out of every copy, since they are made from the log. The last
/// checkpoint that was signed is not, so backups and restores carry it, byte for byte.
public enum BackupStore {
    /// Copies a store into a directory that is new or empty, while another process may write to it.
    ///
    /// The settings come last: without them there is no store, so a copy that was cut short is none.
    ///
    /// - Throws: `notFound`, `alreadyExists`, `foreign`, `damaged` (also where the log is shorter than was signed),
    ///   `diskFull`, `newerFormat`, `insecurePermissions`,
    ///   `io`.
    public static func backUp(
        _ source: String, to destination: String, fileSystem: any FileSystem = PosixFileSystem(),
        progress: ((Double) -> Void)? = nil
    ) throws(EngineError) -> BackupReport {
        try fill(source, destination, fileSystem, carriesCheckpoint: true) { (from, to) throws(LogError) in
            try LogBackup.copy(from: from, to: to, fileSystem: fileSystem, progress: progress)
        } identity: {
            $0.id
        }
    }

    /// Makes a store that can be written to from a backup, or from a store that nobody writes to.
    ///
    /// The log gets a higher epoch, so that tables and snapshots of the old store are not taken for its own; `now` is
    /// what makes the epochs of two restores differ. A store is not written to whose log ends before its checkpoint:
    /// ask `ProofTree.checkLastCheckpoint` first whether the two agree, and leave the checkpoint out only where an
    /// older log is meant.
    ///
    /// - Throws: as ``backUp(_:to:fileSystem:progress:)``, and `locked`.
    public static func restore(
        _ source: String, to destination: String, now: any EngineClock, carriesCheckpoint: Bool = true,
        fileSystem: any FileSystem = PosixFileSystem(), progress: ((Double) -> Void)? = nil
    ) throws(EngineError) -> BackupReport {
        let seconds = now.now().rawValue / 1_000_000
        return try fill(source, destination, fileSystem, carriesCheckpoint: carriesCheckpoint) {
            (from, to) throws(LogError) in
            try LogRestore.restore(from: from, to: to, now: seconds, fileSystem: fileSystem, progress: progress)
        } identity: {
            $0.id
        }
    }

    /// Makes a store of the longest provably good prefix of a damaged one's log.
    ///
    /// The last checkpoint is left out: what it covers may be among what is lost.
    ///
    /// - Throws: as ``restore(_:to:now:carriesCheckpoint:fileSystem:progress:)``.
    public static func salvage(
        _ source: String, to destination: String, now: any EngineClock,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(EngineError) -> SalvageReport {
        let seconds = now.now().rawValue / 1_000_000
        return try fill(source, destination, fileSystem, carriesCheckpoint: false) { (from, to) throws(LogError) in
            try LogSalvage.salvage(from: from, to: to, now: seconds, fileSystem: fileSystem)
        } identity: {
            $0.id
        }
    }

    private static func fill<Report>(
        _ source: String, _ destination: String, _ fileSystem: any FileSystem, carriesCheckpoint: Bool,
        _ copy: (String, String) throws(LogError) -> Report, identity: (Report) -> LogID
    ) throws(EngineError) -> Report {
        let from = StoreLayout(directory: source)
        let to = StoreLayout(directory: destination)
        let settings = try StoreSettings.load(from, fileSystem: fileSystem)
        let files = StoreFiles(layout: to, fileSystem: fileSystem)
        try files.checkNoStore()
        // Before the log, which only grows: so the copy holds all that was signed.
        let checkpoint =
            carriesCheckpoint ? try StoreFiles(layout: from, fileSystem: fileSystem).readCheckpoint() : nil
        if let checkpoint {
            let end = try translating { () throws(LogError) in
                try LogReader.open(at: from.logPath, fileSystem: fileSystem).lastPosition()
            }
            try StoreFiles.check(checkpoint, reaches: end, from)
        }
        try files.makeDirectory(accepting: checkpoint == nil ? nil : "transparency")
        let report = try translating { () throws(LogError) in try copy(from.logPath, to.logPath) }
        try settings.check(identity(report))
        if let checkpoint { try files.writeCheckpoint(checkpoint) }
        try settings.save(files)
        return report
    }
}
