// How connections to the read tables are set up, and what every opening checks first.

internal import EventLog
package import GRDB

/// Settings and first checks of a connection.
package enum Connection {
    /// A connection that cannot write.
    ///
    /// It waits where SQLite must recover a write-ahead log that a crash left.
    static func reading(atOnce readers: Int = 1) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.maximumReaderCount = max(1, readers)
        configuration.busyMode = .timeout(10)
        configuration.label = "enrollment.read"
        return configuration
    }

    /// The connection of the live projection.
    ///
    /// `synchronous = NORMAL` is right because the rows are derived: a power cut may take the last transactions from
    /// the tables, never half of one, and as the checkpoint goes with its rows, the projection takes exactly those
    /// events from the log once more.
    static func writing(readers: Int) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.label = "enrollment.projection"
        configuration.maximumReaderCount = max(1, readers)
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            try database.execute(
                sql: """
                    PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -65536;
                    PRAGMA wal_autocheckpoint = 8192;
                    """)
        }
        return configuration
    }

    /// The connection that fills a file which nobody else sees yet: a crash leaves a stray that is deleted, so it
    /// needs neither a journal nor a sync before the one at its end.
    package static func filling() -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        // A failure leaves the transaction open and the file behind: without a journal nothing could be taken back.
        configuration.allowsUnsafeTransactions = true
        configuration.label = "enrollment.rebuild"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = OFF;
                    PRAGMA synchronous = OFF;
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA cache_size = -32768;
                    """)
        }
        return configuration
    }

    /// Checks that the file is a read model of this version, and reads how far it is.
    static func checkpoint(_ database: Database, path: String) throws -> Checkpoint {
        guard try Int64.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
            throw ReadModelError(
                .foreign, "This is no file of read tables [\(path)]: look for `read.sqlite` of a store.")
        }
        let version = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Schema.version else {
            throw ReadModelError(
                .newerSchema,
                """
                The read tables have version \(version), this program knows \(Schema.version) [\(path)]. Use the \
                newer program, or run `enroll rebuild` to make them again with this one.
                """)
        }
        guard version == Schema.version else {
            throw ReadModelError(
                .olderSchema,
                """
                The read tables have version \(version), this program makes \(Schema.version) [\(path)]. Run \
                `enroll rebuild`.
                """)
        }
        let sql = "SELECT store_id, epoch, position, version FROM projection WHERE name = ?"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [Schema.checkpointName]) else {
            throw ReadModelError(.damaged, "The read tables have no checkpoint [\(path)]. Run `enroll rebuild`.")
        }
        return Checkpoint(storeID: row[0], epoch: row[1], position: Position(row[2] as Int64), version: row[3])
    }

    /// Checks that tables and events belong together.
    ///
    /// `tables` names the tables at the beginning of a sentence, `remedy` says how to make them again.
    static func check(
        _ checkpoint: Checkpoint, is identity: LogIdentity, path: String, tables: String = "The read tables",
        remedy: String = "Run `enroll rebuild` to make them from this log."
    ) throws(ReadModelError) {
        guard checkpoint.storeID == identity.storeID else {
            throw ReadModelError(
                .foreign,
                """
                \(tables) were made from the store \(checkpoint.storeID), the log is \(identity.storeID) [\(path)]. \
                \(remedy)
                """)
        }
        guard checkpoint.epoch == identity.epoch else {
            throw ReadModelError(
                .otherEpoch,
                """
                \(tables) are of epoch \(checkpoint.epoch), the log of \(identity.epoch) [\(path)]: it was restored \
                from a backup. \(remedy)
                """)
        }
    }

    /// Checks that the tables hold no event that the log does not have.
    static func check(
        _ checkpoint: Checkpoint, within last: Position, path: String, tables: String = "The read tables",
        remedy: String = "Then run `enroll rebuild --force`."
    ) throws(ReadModelError) {
        guard checkpoint.position <= last else {
            throw ReadModelError(
                .aheadOfLog,
                """
                \(tables) hold position \(checkpoint.position), the log ends at \(last) [\(path)]: it has lost \
                events. Check it with `enroll log verify` first. \(remedy)
                """, position: checkpoint.position)
        }
    }
}
