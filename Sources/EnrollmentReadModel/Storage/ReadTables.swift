// The read tables as readers see them, in this or another process: open, look at the checkpoint, query.

public import EnrollmentEngine
public import EventLog
public import GRDB

/// How far the tables are, and of which log.
public struct Checkpoint: Hashable, Sendable {
    /// The log that the rows were made from.
    public let storeID: String
    /// Raised by a restore of that log.
    public let epoch: Int64
    /// The last event that the rows hold; 0 before the first.
    public let position: Position
    /// The version of the schema.
    public let version: Int64
}

/// Read tables opened for reading only; any number of readers may do so while the projection writes.
///
/// The typed queries of this type are what `enroll show` uses; ``reader`` is there for everything else.
///
/// After a rebuild has swapped new tables in, tables that were opened before go on showing the old rows, whole and
/// consistent, until they are opened again.
public struct ReadTables: Sendable {
    /// For queries of your own; the connection cannot write.
    public let reader: any DatabaseReader
    /// The file that was opened.
    public let path: String

    /// Opens the read tables of a store.
    ///
    /// - Throws: `notFound` where there are none yet, `foreign`, `newerSchema`, `olderSchema`, `damaged`, `io`.
    public static func open(at layout: StoreLayout) throws(ReadModelError) -> ReadTables {
        try open(path: layout.readTablesPath)
    }

    /// Opens one file of read tables, such as ``ReadModel/materialize(_:through:into:progress:)`` makes.
    ///
    /// - Throws: as ``open(at:)``.
    public static func open(path: String) throws(ReadModelError) -> ReadTables {
        var attempts = 3
        while true {
            attempts -= 1
            do {
                let queue = try translating("opening the read tables", path: path) {
                    try DatabaseQueue(path: path, configuration: Connection.reading())
                }
                let tables = ReadTables(reader: queue, path: path)
                _ = try tables.checkpoint()
                return tables
            } catch {
                // Between looking at the link and opening what it leads to, a rebuild may have swapped it.
                guard error.code == .notFound, attempts > 0, TableFiles(link: path).exists else { throw error }
            }
        }
    }

    /// How far the tables are.
    ///
    /// - Throws: as ``open(at:)``.
    public func checkpoint() throws(ReadModelError) -> Checkpoint {
        try translating("reading the checkpoint", path: path) {
            try reader.read { try Connection.checkpoint($0, path: path) }
        }
    }

    /// Whether the tables have the names and addresses of everybody who was not erased.
    ///
    /// - Throws: `sealed` where not: they were built without the vault, and would stay so for all who came before.
    /// - Complexity: O(*n*) in the users that were erased, by the index of addresses.
    func checkTexts() throws(ReadModelError) {
        let sql = "SELECT id FROM users WHERE email IS NULL AND status <> 'ERASED' LIMIT 1"
        let user = try translating("looking for names in", path: path) {
            try reader.read { try Int64.fetchOne($0, sql: sql) }
        }
        guard let user else { return }
        throw ReadModelError(
            .sealed,
            "The read tables were built without the vault, and lack the name of user \(user) and perhaps of others "
                + "[\(path)]. Run `enroll rebuild`.")
    }
}
