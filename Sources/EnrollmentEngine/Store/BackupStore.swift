// Copies of a whole store: its settings and its log. What is derived from the log is left out.

internal import Enrollment
public import EventLog

/// Backs up, restores and salvages stores.
///
/// Tables and snapshots are left out of every copy, since they are made from the log.
public enum BackupStore {
    /// Copies a store into a directory that is new or empty, while another process may write to it.
    ///
    /// The settings come last: without them there is no store, so a copy that was cut short is none.
    ///
    /// - Throws: `notFound`, `alreadyExists`, `foreign`, `damaged`, `diskFull`, `newerFormat`, `insecurePermissions`,
    ///   `io`.
    public static func backUp(
        _ source: String, to destination: String, fileSystem: any FileSystem = PosixFileSystem(),
        progress: ((Double) -> Void)? = nil
    ) throws(EngineError) -> BackupReport {
        try fill(source, destination, fileSystem) { (from, to) throws(LogError) in
            try LogBackup.copy(from: from, to: to, fileSystem: fileSystem, progress: progress)
        } identity: {
            $0.id
        }
    }

    /// Makes a store that can be written to from a backup, or from a store that nobody writes to.
    ///
    /// The log gets a higher epoch, so that tables and snapshots of the old store are not taken for its own; `now` is
    /// what makes the epochs of two restores differ.
    ///
    /// - Throws: as ``backUp(_:to:fileSystem:progress:)``, and `locked`.
    public static func restore(
        _ source: String, to destination: String, now: any EngineClock,
        fileSystem: any FileSystem = PosixFileSystem(), progress: ((Double) -> Void)? = nil
    ) throws(EngineError) -> BackupReport {
        let seconds = now.now().rawValue / 1_000_000
        return try fill(source, destination, fileSystem) { (from, to) throws(LogError) in
            try LogRestore.restore(from: from, to: to, now: seconds, fileSystem: fileSystem, progress: progress)
        } identity: {
            $0.id
        }
    }

    /// Makes a store of the longest provably good prefix of a damaged one's log.
    ///
    /// - Throws: as ``restore(_:to:now:fileSystem:progress:)``.
    public static func salvage(
        _ source: String, to destination: String, now: any EngineClock,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(EngineError) -> SalvageReport {
        let seconds = now.now().rawValue / 1_000_000
        return try fill(source, destination, fileSystem) { (from, to) throws(LogError) in
            try LogSalvage.salvage(from: from, to: to, now: seconds, fileSystem: fileSystem)
        } identity: {
            $0.id
        }
    }

    private static func fill<Report>(
        _ source: String, _ destination: String, _ fileSystem: any FileSystem,
        _ copy: (String, String) throws(LogError) -> Report, identity: (Report) -> LogID
    ) throws(EngineError) -> Report {
        let from = StoreLayout(directory: source)
        let to = StoreLayout(directory: destination)
        let settings = try StoreSettings.load(from, fileSystem: fileSystem)
        let files = StoreFiles(layout: to, fileSystem: fileSystem)
        try files.checkNoStore()
        try files.makeDirectory()
        let report = try translating { () throws(LogError) in try copy(from.logPath, to.logPath) }
        try settings.check(identity(report))
        try settings.save(files)
        return report
    }
}
