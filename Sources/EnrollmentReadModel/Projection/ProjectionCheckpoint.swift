// The two tables that stand beside an embedder's own: how far each projection is, and what it could not apply.

internal import EventLog
internal import GRDB

/// The statements on `enrollment_projection` and `enrollment_quarantine`.
enum ProjectionCheckpoint {
    private static let tables = """
        CREATE TABLE IF NOT EXISTS enrollment_projection (
            name TEXT NOT NULL PRIMARY KEY,
            store_id TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            position INTEGER NOT NULL,
            version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS enrollment_quarantine (
            projection TEXT NOT NULL,
            position INTEGER NOT NULL,
            type TEXT NOT NULL,
            error TEXT NOT NULL,
            PRIMARY KEY (projection, position)
        ) STRICT, WITHOUT ROWID;
        """

    /// Gives the checkpoint of a projection; where there is none, or to start over, makes its tables first.
    static func prepare(
        _ database: Database, for projection: any Projection, identity: LogIdentity, startingOver: Bool
    ) throws -> Checkpoint {
        guard try Int64.fetchOne(database, sql: "PRAGMA application_id") != Schema.applicationID else {
            throw ReadModelError(
                .invalidArgument,
                "This file holds the engine's own read tables, which a rebuild puts others in the place of: give the "
                    + "projection \(projection.name) a file of its own.")
        }
        try database.execute(sql: tables)
        if !startingOver, let checkpoint = try checkpoint(database, projection.name) { return checkpoint }
        try projection.recreateTables(in: database)
        for (table, column) in [("enrollment_projection", "name"), ("enrollment_quarantine", "projection")] {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [projection.name])
        }
        try database.execute(
            sql: "INSERT INTO enrollment_projection (name, store_id, epoch, position, version) VALUES (?, ?, ?, 0, ?)",
            arguments: [projection.name, identity.storeID, identity.epoch, projection.version])
        return Checkpoint(
            storeID: identity.storeID, epoch: identity.epoch, position: .zero, version: projection.version)
    }

    private static func checkpoint(_ database: Database, _ name: String) throws -> Checkpoint? {
        let sql = "SELECT store_id, epoch, position, version FROM enrollment_projection WHERE name = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [name]).map { row in
            Checkpoint(storeID: row[0], epoch: row[1], position: Position(row[2] as Int64), version: row[3])
        }
    }

    /// Moves the checkpoint, where it still is what the caller went on from.
    static func move(_ database: Database, _ name: String, from first: Position, to last: Position) throws {
        try database.execute(
            sql: "UPDATE enrollment_projection SET position = ? WHERE name = ? AND position = ?",
            arguments: [last.rawValue, name, first.rawValue])
        guard database.changesCount == 1 else {
            throw ReadModelError(
                .io,
                "The checkpoint of the projection \(name) is not at \(first) any more: something else wrote it. "
                    + "Run it once at a time, and open it again.")
        }
    }

    static func quarantine(_ database: Database, _ name: String, _ event: QuarantinedEvent) throws {
        try database.execute(
            sql: "INSERT INTO enrollment_quarantine (projection, position, type, error) VALUES (?, ?, ?, ?)",
            arguments: [name, event.position.rawValue, event.type, event.error])
    }

    static func quarantined(_ database: Database, _ name: String) throws -> [QuarantinedEvent] {
        let sql = "SELECT position, type, error FROM enrollment_quarantine WHERE projection = ? ORDER BY position"
        return try Row.fetchAll(database, sql: sql, arguments: [name]).map { row in
            QuarantinedEvent(position: Position(row[0] as Int64), type: row[1], error: row[2])
        }
    }
}
