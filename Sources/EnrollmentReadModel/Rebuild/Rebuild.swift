// The read tables from nothing: beside the live ones, then in their place. Also to any position or time, into a file.

public import Enrollment
public import EnrollmentEngine
public import EventLog
internal import Foundation
internal import GRDB

/// How far a rebuild is.
public struct RebuildProgress: Hashable, Sendable {
    /// What a rebuild does, in this order.
    public enum Phase: Hashable, Sendable {
        /// What the rebuild is doing: folding events, writing rows, or making indexes.
        case folding, writing, indexing
    }

    /// What the rebuild is doing.
    public let phase: Phase
    /// The last event folded.
    public let position: Position
    /// Where the fold will end.
    public let through: Position
}

/// What a rebuild did.
public struct RebuildReport: Hashable, Sendable {
    /// The last event that the tables hold.
    public let position: Position
    /// Rows of the public tables.
    public let rows: Int64
    /// From the first event to the tables in place, synced.
    public let seconds: Double

    /// The events that were folded: a log's positions have no gaps.
    public var events: Int64 { position.rawValue }
}

extension ReadModel {
    /// Makes the read tables of a store from nothing, and puts them in the place of the live ones.
    ///
    /// The log is folded in memory and written to a new file in one go, synced, and swapped in by a rename; readers
    /// of the old tables go on with them. Needs memory for the final rows, not for the history. A process that only
    /// writes the log is not disturbed; one that projects holds the tables, and must stop first. With `force` it does
    /// so also where the live tables hold events that the log does not have.
    ///
    /// - Throws: `locked` while a projection or another rebuild writes the tables; `behindLiveTables`; `poisonEvent`,
    ///   `log`, `diskFull`, `io`. The live tables stay as they were.
    /// - Complexity: O(*n*) in the events.
    public static func rebuild(
        from history: EventHistory, at layout: StoreLayout, force: Bool = false,
        progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) async throws(ReadModelError) -> RebuildReport {
        try await offThePool { () throws(ReadModelError) in
            try Rebuild.run(history, path: layout.readTablesPath, force: force, progress: progress)
        }
    }

    /// Writes all tables as they were after `position` into a new file.
    ///
    /// The same events give the same bytes, on every machine with the same SQLite; `VACUUM INTO` on live tables at
    /// that position gives them too, but for the schema cookie in the header (bytes 40 to 43). The file needs no log
    /// beside it: every SQLite program can read it. While it is made there is a second file, `path` with `.filling`
    /// after it.
    ///
    /// - Throws: `invalidArgument` where there is a file already, or the log does not reach that far; otherwise as
    ///   ``rebuild(from:at:force:progress:)``.
    public static func materialize(
        _ history: EventHistory, through position: Position, into path: String,
        progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) async throws(ReadModelError) -> RebuildReport {
        try await offThePool { () throws(ReadModelError) in
            try Rebuild.materialize(history, .position(position), into: path, progress: progress)
        }
    }

    /// Writes all tables as they were at `time`, with every event recorded at that time or before, into a new file.
    ///
    /// - Throws: as ``materialize(_:through:into:progress:)``.
    public static func materialize(
        _ history: EventHistory, at time: Timestamp, into path: String,
        progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) async throws(ReadModelError) -> RebuildReport {
        try await offThePool { () throws(ReadModelError) in
            try Rebuild.materialize(history, .time(microseconds: time.rawValue), into: path, progress: progress)
        }
    }
}

/// The blocking work behind the functions above.
package enum Rebuild {
    package static func run(
        _ source: any EventSource, path: String, force: Bool = false,
        progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) throws(ReadModelError) -> RebuildReport {
        let files = TableFiles(link: path)
        let lock = try WriterLock(path: files.lockPath)
        defer { lock.release() }
        let start = ContinuousClock.now
        try files.removeStrays()
        let last = try translating("reading the log", path: path) { try source.lastPosition() }
        if !force { try checkLive(files, source.identity, reaches: last) }
        let next = try files.createNext()
        do {
            let result = try fill(source, .position(last), next, progress)
            try useWriteAheadLog(next)
            try retire(files)
            try files.swapIn(next)
            try files.removeStrays()
            return RebuildReport(position: result.position, rows: result.rows, seconds: start.secondsSince)
        } catch {
            unlink(next)
            throw error
        }
    }

    /// Makes tables without rows, where there are none.
    static func makeEmpty(_ identity: LogIdentity, _ files: TableFiles) throws(ReadModelError) {
        let next = try files.createNext()
        _ = try fill(NoEvents(identity: identity), .position(.zero), next, nil)
        try useWriteAheadLog(next)
        try files.swapIn(next)
    }

    /// Folds events into a new and empty file that nobody else sees yet.
    package static func fill(
        _ source: any EventSource, _ end: FoldEnd, _ path: String,
        _ progress: (@Sendable (RebuildProgress) throws -> Void)?
    ) throws(ReadModelError) -> (position: Position, rows: Int64) {
        try translating("building the tables", path: path) {
            try BulkWriter(source: source, end: end, progress: progress).fill(path)
        }
    }

    /// Tables that hold more than the log are evidence that the log has lost something: never thrown away unasked.
    private static func checkLive(
        _ files: TableFiles, _ identity: LogIdentity, reaches last: Position
    ) throws(ReadModelError) {
        guard files.exists, let live = try liveCheckpoint(files) else { return }
        guard live.storeID == identity.storeID, live.epoch == identity.epoch else { return }
        guard live.position <= last else {
            throw ReadModelError(
                .behindLiveTables,
                """
                The live tables hold position \(live.position), the log ends at \(last) [\(files.link)]: it has lost \
                events, and the tables are what is left of them. Check the log with `enroll log verify` and keep a \
                copy of the tables; then run `enroll rebuild --force`.
                """, position: live.position)
        }
    }

    /// Nil where the live tables are damaged, foreign or of another version: there is nothing to compare with.
    private static func liveCheckpoint(_ files: TableFiles) throws(ReadModelError) -> Checkpoint? {
        do {
            return try ReadTables.open(path: files.link).checkpoint()
        } catch {
            guard [.damaged, .foreign, .newerSchema, .olderSchema].contains(error.code) else { throw error }
            return nil
        }
    }

    private static func useWriteAheadLog(_ path: String) throws(ReadModelError) {
        try translating("turning on the write-ahead log", path: path) {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
        }
    }

    /// Moves the old generation's write-ahead log into its database.
    ///
    /// A reader who has opened the file, and first reads once its companions are gone, then finds everything. Readers
    /// may prevent it, and damage may: the old tables are on their way out, so neither stops the rebuild.
    private static func retire(_ files: TableFiles) throws(ReadModelError) {
        guard files.exists else { return }
        do {
            let queue = try DatabaseQueue(path: try files.present())
            try queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
            try queue.close()
        } catch is DatabaseError {} catch { throw ReadModelError(error, while: "retiring", path: files.link) }
    }
}

private struct NoEvents: EventSource {
    let identity: LogIdentity
    func lastPosition() -> Position { .zero }
    func forEach(from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool) {}
}

extension ContinuousClock.Instant {
    var secondsSince: Double { duration(to: .now) / .seconds(1) }
}
