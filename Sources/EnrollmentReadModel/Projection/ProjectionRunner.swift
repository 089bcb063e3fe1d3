// Keeps an embedder's own tables up with the engine: rows and checkpoint in one transaction of the embedder's file.

public import EnrollmentEngine
public import EventLog
public import GRDB

/// Runs a ``Projection`` beside an engine.
///
/// The database is yours: open it as you like, and close it after ``run()`` has ended. Two tables in it belong to the
/// runner, `enrollment_projection` with a checkpoint for each name, and `enrollment_quarantine`.
public final class ProjectionRunner: Sendable {
    private let projection: any Projection
    private let database: any DatabaseWriter
    private let feed: any EventFeed
    private let options: ProjectionOptions
    private let progress: ProjectionProgress

    /// Prepares a projection to go on after its checkpoint, or makes its tables where there is none.
    ///
    /// With `startingOver` the tables, checkpoint and quarantine of this projection are made empty first, in one
    /// transaction, and ``run()`` fills them from the first event on.
    ///
    /// - Throws: `foreign` where the tables were made from another store, `otherEpoch` where the store was restored
    ///   from a backup since, `aheadOfLog`, `olderSchema` and `newerSchema` where the version differs: all of them are
    ///   mended by starting over. `invalidArgument` for a nameless projection and for the file of the engine's own
    ///   tables; what SQLite failed with.
    public static func open(
        _ projection: any Projection, in database: any DatabaseWriter, following engine: EnrollmentEngine,
        startingOver: Bool = false, options: ProjectionOptions = .init()
    ) throws(ReadModelError) -> ProjectionRunner {
        try open(
            projection, in: database, following: EngineFeed(engine), startingOver: startingOver, options: options)
    }

    package static func open(
        _ projection: any Projection, in database: any DatabaseWriter, following feed: any EventFeed,
        startingOver: Bool = false, options: ProjectionOptions = .init()
    ) throws(ReadModelError) -> ProjectionRunner {
        guard !projection.name.isEmpty else {
            throw ReadModelError(
                .invalidArgument, "A projection has no name: its checkpoint is kept under one [\(database.path)].")
        }
        let checkpoint = try translating("opening the projection \(projection.name)", path: database.path) {
            try database.write { database in
                try ProjectionCheckpoint.prepare(
                    database, for: projection, identity: feed.identity, startingOver: startingOver)
            }
        }
        try check(checkpoint, projection, feed, path: database.path)
        return ProjectionRunner(projection, database, feed, checkpoint.position, options)
    }

    private static func check(
        _ checkpoint: Checkpoint, _ projection: any Projection, _ feed: any EventFeed, path: String
    ) throws(ReadModelError) {
        let tables = "The tables of the projection \(projection.name)"
        let remedy = "Open it with `startingOver: true` to make them from this log."
        try Connection.check(checkpoint, is: feed.identity, path: path, tables: tables, remedy: remedy)
        try Connection.check(checkpoint, within: feed.durablePosition, path: path, tables: tables, remedy: remedy)
        guard checkpoint.version == projection.version else {
            throw ReadModelError(
                checkpoint.version < projection.version ? .olderSchema : .newerSchema,
                "\(tables) have version \(checkpoint.version), the program \(projection.version) [\(path)]. \(remedy)")
        }
    }

    private init(
        _ projection: any Projection, _ database: any DatabaseWriter, _ feed: any EventFeed, _ position: Position,
        _ options: ProjectionOptions
    ) {
        self.projection = projection
        self.database = database
        self.feed = feed
        self.options = options
        progress = ProjectionProgress(position)
    }

    /// The last event that the tables hold.
    public var position: Position { progress.position }

    /// Events that are durable and not in the tables yet.
    public var lag: Int64 { max(0, feed.durablePosition.rawValue - position.rawValue) }

    /// Follows the engine until it closes, or until the task is cancelled, which is no error.
    ///
    /// Writes whole commands only. After a failure it may be called again; it goes on after the checkpoint.
    ///
    /// - Throws: `poisonEvent`, naming position and type, where an event could not be applied and is not quarantined;
    ///   the commands before it are in the tables. `diskFull`, `damaged`, `locked`, `io` or `log` otherwise, and
    ///   `invalidArgument` where it runs already.
    public func run() async throws(ReadModelError) {
        let (projection, database, poison) = (projection, database, options.poison)
        try await progress.run(feed, atMost: max(1, options.maximumEventsPerTransaction), path: database.path) {
            events, position in
            try await database.write {
                try OwnTablesWriter(projection, $0, poison).write(events, after: position)
            }
        }
    }

    /// Waits until the tables hold an event, so that you read what you wrote.
    ///
    /// - Throws: what the projection failed with; `stopped` where it ended before that position; `cancelled`.
    public func wait(for position: Position) async throws(ReadModelError) {
        try await progress.wait(for: position)
    }

    /// The events that this projection could not apply, in order.
    ///
    /// - Throws: what SQLite failed with.
    /// - Complexity: O(*n*) in the events quarantined.
    public func quarantined() throws(ReadModelError) -> [QuarantinedEvent] {
        try translating("reading the quarantine of \(projection.name)", path: database.path) {
            try database.read { try ProjectionCheckpoint.quarantined($0, projection.name) }
        }
    }
}
