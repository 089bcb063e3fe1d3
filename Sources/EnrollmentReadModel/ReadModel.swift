// Start here: the live projection. Open it beside an engine, let it run, wait for what you wrote, read.

public import EnrollmentEngine
public import EventLog
public import GRDB
internal import Synchronization

/// What a host may choose about its read model.
public struct ReadModelOptions: Sendable {
    /// More events make fewer transactions, and readers see them later.
    public var maximumEventsPerTransaction = 8_192
    /// Connections of ``ReadModel/reader`` that may read at once.
    public var maximumReaders = 5

    /// Makes the default options.
    public init() {}
}

/// Keeps the read tables of a store up with its engine.
///
/// The projection follows the log at its own pace: rows and checkpoint are written in one transaction, so that each
/// event counts exactly once whatever happens to the process. When it fails, the engine goes on; mend the cause, and
/// ``run()`` again, or `enroll rebuild`.
public final class ReadModel: Sendable {
    private let feed: any EventFeed
    private let writer: ProjectionWriter
    private let lock: WriterLock
    private let maximumEvents: Int
    private let progress: ProjectionProgress

    /// The tables, for queries.
    public let tables: ReadTables

    /// Opens the read tables of a store for its engine, and makes them where there are none.
    ///
    /// - Throws: `locked` where another projection or a rebuild writes them; `foreign`, `otherEpoch`, `aheadOfLog`,
    ///   `newerSchema`, `olderSchema`, `sealed` where they do not fit, and must be rebuilt; `damaged`, `diskFull` or
    ///   `io`.
    public static func open(
        at layout: StoreLayout, following engine: EnrollmentEngine, options: ReadModelOptions = .init()
    ) throws(ReadModelError) -> ReadModel {
        try open(path: layout.readTablesPath, following: EngineFeed(engine), options: options)
    }

    package static func open(
        path: String, following feed: any EventFeed, options: ReadModelOptions = .init()
    ) throws(ReadModelError) -> ReadModel {
        let files = TableFiles(link: path)
        let lock = try WriterLock(path: files.lockPath)
        try files.removeStrays()
        if !files.exists { try Rebuild.makeEmpty(feed.identity, files) }
        let writer = try ProjectionWriter(path: try files.present(), readers: options.maximumReaders)
        let checkpoint = try writer.tables.checkpoint()
        try Connection.check(checkpoint, is: feed.identity, path: path)
        try Connection.check(checkpoint, within: feed.durablePosition, path: path)
        if feed.opensPersonalTexts { try writer.tables.checkTexts() }
        return ReadModel(feed, writer, lock, checkpoint.position, options)
    }

    private init(
        _ feed: any EventFeed, _ writer: ProjectionWriter, _ lock: WriterLock, _ position: Position,
        _ options: ReadModelOptions
    ) {
        self.feed = feed
        self.writer = writer
        self.lock = lock
        maximumEvents = max(1, options.maximumEventsPerTransaction)
        progress = ProjectionProgress(position)
        tables = writer.tables
    }

    /// For queries of your own; its connections cannot write.
    public var reader: any DatabaseReader { tables.reader }

    /// The last event that the tables hold.
    public var position: Position { progress.position }

    /// Events that are durable and not in the tables yet.
    public var lag: Int64 { max(0, feed.durablePosition.rawValue - position.rawValue) }

    /// Follows the engine until it closes, or until the task is cancelled.
    ///
    /// Writes whole commands only: readers never see half of what one command did. After a failure it may be called
    /// again; it goes on from the checkpoint.
    ///
    /// - Throws: `poisonEvent`, naming the position and the event, where an event does not fit the rows; the events
    ///   before it are in the tables, nothing is skipped. `diskFull`, `damaged`, `io` or `log` otherwise, and
    ///   `invalidArgument` where it runs already.
    public func run() async throws(ReadModelError) {
        try await progress.run(feed, atMost: maximumEvents, path: tables.path) { [writer] events, position in
            try await writer.transact(events, after: position)
        }
    }

    /// Waits until the tables hold an event, so that you read what you wrote.
    ///
    /// - Throws: what the projection failed with; `stopped` where it ended before that position; `cancelled`.
    public func wait(for position: Position) async throws(ReadModelError) {
        try await progress.wait(for: position)
    }

    /// Writes the tables' file anew, without what was deleted or overwritten in it: what an erased user's columns held
    /// is in no page of it then, and in no write-ahead log.
    ///
    /// - Parameter patience: how many seconds readers may take to let the old file go.
    /// - Throws: `io` where a reader is in the way, `diskFull`.
    /// - Complexity: O(*n*) in the rows.
    package func purge(patience: Int = 10) async throws(ReadModelError) {
        do { try await writer.purge(patience: patience) } catch {
            throw ReadModelError(error, while: "writing the tables anew after an erasure", path: tables.path)
        }
    }

    /// Closes the connections and lets the tables go, for a rebuild or another process.
    ///
    /// ``run()`` must have ended.
    ///
    /// - Throws: `invalidArgument` while ``run()`` is under way; `io`.
    public func close() throws(ReadModelError) {
        try progress.close()
        try writer.close()
        lock.release()
    }
}
