// What an embedder may tune. Nothing here changes what a command means.

public import EventLog

/// How an engine runs.
public struct EngineOptions: Sendable {
    /// What happens to the refusals of enrollment commands.
    public enum Refusals: Sendable {
        /// They become events, so that anyone can replay why someone did not get in.
        case recorded
        /// They are answered and forgotten.
        case transient
    }

    /// What happens to snapshots, which let an opening begin with a state instead of the first event.
    public enum Snapshots: Hashable, Sendable {
        /// None is read and none written: every opening replays the whole history.
        case off
        /// One is written when a store is closed, or was just opened, and so many events came since the last one.
        case after(events: Int)
    }

    /// Whether refusals are recorded.
    public var refusals: Refusals = .recorded
    /// How many events may wait for the disk before callers wait too (or get `overloaded`); 1 or more.
    public var maximumPendingEvents = 65_536
    /// How many of the latest events are kept in memory for followers; those further behind read the log.
    ///
    /// 1 or more.
    public var recentEvents = 16_384
    /// How many bytes those may take as they are stored; fewer are kept where they take more.
    ///
    /// Events are let go by whole batches: of one that is larger than either limit none is kept.
    public var recentEventBytes = 16 << 20
    /// Whether, and how often, snapshots are written.
    public var snapshots: Snapshots = .after(events: 65_536)
    /// The log's own options.
    public var log = LogOptions()

    /// The operating system, or what stands in for it: tests run on disks that fail, or on none at all.
    public var fileSystem: any FileSystem = PosixFileSystem()

    /// The steps between schema versions that opening checks; tests plant a gap and a cycle.
    var upcasts = EventCodec.upcasts

    /// Makes the default options.
    public init() {}
}
