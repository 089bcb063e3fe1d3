// From the files to a state: the newest snapshot that proves right, and the replay of what came after it.

internal import EventLog

/// A state on its way into an engine.
struct Opening {
    private(set) var replay = Replay()
    var report = OpeningReport()
    private(set) var snapshots: SnapshotStore

    init(_ log: EventLog, _ layout: StoreLayout, _ options: EngineOptions) {
        snapshots = SnapshotStore(layout: layout, fileSystem: options.fileSystem, log: log.reader())
    }

    /// Brings the state to the end of a log that was just opened, all of which is durable.
    mutating func run(_ log: EventLog, _ options: EngineOptions) throws(EngineError) {
        let reader = log.reader()
        let last = log.durablePosition
        if options.snapshots != .off {
            snapshots.refuse(past: last)
            replay = try snapshots.start(upTo: last)
        }
        let start = replay.position
        try replay.run(reader, through: last)
        report.snapshotPosition = start == .zero ? nil : start
        report.replayedEvents = last.rawValue - start.rawValue
        if case .after(let events) = options.snapshots { snapshots.write(replay, after: events) }
        report.warnings = snapshots.warnings
    }
}
