// The tables of a vault, and how its file is written so that what is destroyed does not stay in it.

internal import GRDB

enum VaultSchema {
    /// `PRAGMA application_id`: the letters `ENVL`.
    static let applicationID: Int64 = 0x454E_564C
    /// `PRAGMA user_version`.
    static let version: Int64 = 1

    /// No list behind an `IN`: SQLite makes a table of three or more values anew for each row that it checks, which
    /// takes longer than all the rest of an insertion.
    static let statements = [
        """
        CREATE TABLE vault (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            store_id TEXT NOT NULL,
            digest_key BLOB NOT NULL,  -- wrapped; what e-mail addresses are digested with
            rotated_at INTEGER  -- when all keys were last wrapped anew, in microseconds since 1970
        ) STRICT
        """,
        """
        CREATE TABLE keys (
            user INTEGER NOT NULL PRIMARY KEY,  -- 0 for what is nobody's
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),  -- active, held, erased
            key BLOB,  -- wrapped; NULL once destroyed
            changed_at INTEGER,  -- when the state became what it is
            CHECK ((key IS NULL) = (state = 3))
        ) STRICT
        """,
    ]

    /// Deleted bytes are overwritten with zeros, and a commit is on the disk before it is answered.
    ///
    /// The name of the journal is, too. There is no write-ahead log, in which a destroyed key would stay until a
    /// checkpoint.
    static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA secure_delete = ON")
            if !readOnly {
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                try database.execute(sql: "PRAGMA synchronous = EXTRA")
            }
        }
        return configuration
    }
}

/// What became of a user's key.
public enum KeyState: Int64, Sendable, CaseIterable {
    /// It may be used.
    case active = 1
    /// A legal hold forbids to destroy it.
    case held = 2
    /// Destroyed; the row stays as a tombstone, so that it is never made again.
    case erased = 3

    /// As the program shows it.
    public var name: String {
        switch self {
        case .active: "ACTIVE"
        case .held: "HELD"
        case .erased: "ERASED"
        }
    }
}
