// A projection that counts, so that an event applied twice or never shows: what an embedder's own tables look like.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import GRDB

/// Events counted by type, and their positions added up.
struct Tally: Projection {
    var name = "tally"
    var version: Int64 = 1
    /// An event that it writes a row for and then fails at.
    var poison: Position?
    var failure: any Error = Refusal()

    struct Refusal: Error, CustomStringConvertible {
        let description = "no row for this one"
    }

    func recreateTables(in database: Database) throws {
        try database.execute(
            sql: """
                DROP TABLE IF EXISTS \(name)_types;
                CREATE TABLE \(name)_types (
                    type TEXT NOT NULL PRIMARY KEY, events INTEGER NOT NULL, positions INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }

    func apply(_ event: RecordedEvent, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO \(name)_types VALUES (?1, 1, ?2)
                ON CONFLICT (type) DO UPDATE SET events = events + 1, positions = positions + ?2
                """,
            arguments: [event.event.type.name, event.position.rawValue])
        if event.position == poison { throw failure }
    }

    /// The rows, as text.
    func rows(_ database: any DatabaseReader) throws -> [String] {
        try database.read {
            try Row.fetchAll($0, sql: "SELECT * FROM \(name)_types ORDER BY type").map { "\($0)" }
        }
    }

    /// What the rows must be, counted without SQLite.
    func rows(of events: some Sequence<RecordedEvent>) -> [String] {
        let groups = Dictionary(grouping: events) { $0.event.type.name }
        return groups.sorted { $0.key < $1.key }.map { type, events in
            let sum = events.reduce(0) { $0 + $1.position.rawValue }
            return "[type:\"\(type)\" events:\(events.count) positions:\(sum)]"
        }
    }
}

extension Scratch {
    var own: String { directory + "/own.sqlite" }

    /// Projects a log to its end into a database of the embedder's own.
    @discardableResult
    func project(
        _ log: MemoryLog, by tally: Tally, in database: any DatabaseWriter, startingOver: Bool = false,
        eventsPerTransaction: Int = 10, poison: ProjectionOptions.Poison = .stops
    ) async throws -> ProjectionRunner {
        var options = ProjectionOptions()
        options.maximumEventsPerTransaction = eventsPerTransaction
        options.poison = poison
        log.close()
        let runner = try ProjectionRunner.open(
            tally, in: database, following: log, startingOver: startingOver, options: options)
        try await runner.run()
        return runner
    }
}
