// Where the parts of a store lie. Only `log/`, `store.json` and the vault matter; the rest can be deleted and rebuilt.

/// The paths of a store.
public struct StoreLayout: Hashable, Sendable {
    /// The directory of the store.
    public let directory: String

    /// Names the parts of the store in a directory; nothing is read or made.
    public init(directory: String) { self.directory = directory }

    /// What the store is: identity, time zone, name.
    public var settingsPath: String { directory + "/store.json" }
    /// The event log's own directory.
    public var logPath: String { directory + "/log" }
    /// States that opening begins with instead of the first event; derived from the log.
    public var snapshotsPath: String { directory + "/snapshots" }
    /// The proof tree over the log, derived from it, and the last checkpoint that was signed, which is not.
    public var transparencyPath: String { directory + "/transparency" }
    /// The last checkpoint that was signed: nothing can make it again.
    public var checkpointPath: String { transparencyPath + "/checkpoint" }
    /// The keys of personal texts, where the store seals them: nothing can make them again, and no copy of the log
    /// has them.
    public var vaultPath: String { directory + "/vault.sqlite" }
    /// The read tables, derived from the log.
    public var readTablesPath: String { directory + "/read.sqlite" }
}
