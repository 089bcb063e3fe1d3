// What opening a store did: where it began to replay, and which snapshots it did not believe.

public import Enrollment
public import EventLog

/// How a store was opened.
public struct OpeningReport: Hashable, Sendable {
    /// The last position in the snapshot that opening began with; nil where it replayed the whole history.
    public internal(set) var snapshotPosition: Position?
    /// How many events were replayed.
    public internal(set) var replayedEvents: Int64 = 0
    /// What was wrong with snapshots, each with its file and the reason.
    ///
    /// Nothing is lost by any of it: a snapshot only saves time.
    public internal(set) var warnings: [String] = []
    /// The users who are to be erased and on whom a legal hold was laid meanwhile: their keys are still there.
    public internal(set) var heldErasures: [UserID] = []
}
