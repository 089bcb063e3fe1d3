// Start here: a vault in an SQLite file of its own. Making and opening it; what it does with keys stands in Vault+Keys.

internal import Enrollment
internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

public import Crypto
public import EnrollmentEngine

/// The keys of a store's personal texts, each wrapped by a key-encryption key that is not in the file.
///
/// Any number of processes may have it open; SQLite keeps them apart, and of a rotation by another one each hears when
/// it next writes. The keys that were used last are kept in memory, unwrapped.
public final class Vault: PersonalDataVault {
    /// The path of the file.
    public let path: String
    public let digestKey: SymmetricKey
    /// The store whose texts the keys open.
    public let storeID: String
    let queue: DatabaseQueue
    /// What keys are wrapped by; read on the queue where it must fit what is in the file.
    let wrapping: Mutex<WrappingKey>
    let clock: any EngineClock
    let atHand = Mutex(KeysAtHand())

    private init(
        _ path: String, _ queue: DatabaseQueue, _ storeID: String, _ digestKey: SymmetricKey,
        _ wrapping: WrappingKey, _ clock: any EngineClock
    ) {
        self.path = path
        self.queue = queue
        self.storeID = storeID
        self.digestKey = digestKey
        self.wrapping = Mutex(wrapping)
        self.clock = clock
    }

    /// Makes the vault of a store that is being made.
    ///
    /// What an interrupted creation left at that path is replaced: a store without settings has sealed nothing.
    ///
    /// - Throws: `diskFull`, `io`, and `vaultMissing` where the key-encryption key does not wrap.
    public static func create(
        at path: String, storeID: String, wrapping: any KeyEncryptionKey, clock: any EngineClock = SystemClock()
    ) throws(EngineError) -> Vault {
        for leftover in [path, path + "-journal"] where unlink(leftover) != 0 && errno != ENOENT {
            throw .system("replace", leftover)
        }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make", path) }
        Glibc.close(descriptor)
        let digestKey = SymmetricKey(size: .bits256)
        let wrapped = try wrap([digestKey, SymmetricKey(size: .bits256)], wrapping)
        let queue = try reading("making", path) {
            let queue = try DatabaseQueue(path: path, configuration: VaultSchema.configuration(readOnly: false))
            try queue.write { database in
                try database.execute(sql: "PRAGMA application_id = \(VaultSchema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(VaultSchema.version)")
                for statement in VaultSchema.statements { try database.execute(sql: statement) }
                try database.execute(
                    sql: "INSERT INTO vault VALUES (1, ?, ?, NULL)", arguments: [storeID, Data(wrapped[0])])
                try database.execute(sql: "INSERT INTO keys VALUES (0, 1, ?, NULL)", arguments: [Data(wrapped[1])])
            }
            return queue
        }
        try synchronizeDirectory(of: path)
        return Vault(path, queue, storeID, digestKey, WrappingKey(key: wrapping, digest: wrapped[0]), clock)
    }

    /// Opens the vault of a store; the key-encryption key must be the right one.
    ///
    /// Where it is `readOnly` keys are only read: nothing in the file or beside it changes.
    ///
    /// - Throws: `vaultMissing` where there is none, or the key-encryption key is another; `foreign` where it is
    ///   another store's; `damaged`, `newerFormat`, `insecurePermissions`, `io`. Nothing is written then.
    public static func open(
        at path: String, storeID: String, wrapping: any KeyEncryptionKey, readOnly: Bool = false,
        clock: any EngineClock = SystemClock()
    ) throws(EngineError) -> Vault {
        let (queue, row) = try open(at: path, readOnly: readOnly)
        guard row.storeID == storeID else {
            throw EngineError(
                .foreign,
                "The vault \(path) belongs to the store \(row.storeID), and not to \(storeID): put the right "
                    + "one in its place.")
        }
        let digestKey: SymmetricKey
        do { digestKey = try wrapping.unwrap(row.digestKey) } catch {
            throw EngineError(
                .vaultMissing,
                "The key-encryption key is not the one that wraps the keys of \(path): give the right one, from its "
                    + "file or in \(LocalKey.variable). Nothing was written.", cause: error)
        }
        return Vault(path, queue, storeID, digestKey, WrappingKey(key: wrapping, digest: row.digestKey), clock)
    }

    /// Opens the vault that lies in the directory of a store that seals.
    ///
    /// - Throws: as above, and what reading the store's settings throws.
    public static func open(
        ofStore directory: String, wrapping: any KeyEncryptionKey, readOnly: Bool = false,
        clock: any EngineClock = SystemClock()
    ) throws(EngineError) -> Vault {
        let layout = StoreLayout(directory: directory)
        return try open(
            at: layout.vaultPath, storeID: try StoreSettings.load(layout).storeID, wrapping: wrapping,
            readOnly: readOnly, clock: clock)
    }

    /// Opens the file and checks that it is a vault.
    static func open(
        at path: String, readOnly: Bool
    ) throws(EngineError) -> (DatabaseQueue, (storeID: String, digestKey: [UInt8])) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .system("read", path) }
            throw EngineError(
                .vaultMissing,
                "There is no vault at \(path), and without it the store's personal texts stay sealed: put its newest "
                    + "backup there with `enroll vault restore`. Nothing was written.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw EngineError(
                .insecurePermissions, "\(path) can be read by other users; run chmod 600 on it. Nothing was written.")
        }
        return try reading("opening", path) {
            let queue = try DatabaseQueue(path: path, configuration: VaultSchema.configuration(readOnly: readOnly))
            let row = try queue.read { database in
                guard try Int64.fetchOne(database, sql: "PRAGMA application_id") == VaultSchema.applicationID else {
                    throw EngineError(.damaged, "\(path) is no vault; put its newest backup in its place.")
                }
                let version = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                guard version <= VaultSchema.version else {
                    throw EngineError(
                        .newerFormat,
                        "\(path) has format \(version), this program reads \(VaultSchema.version); use a "
                            + "newer one.")
                }
                return try Row.fetchOne(database, sql: "SELECT store_id, digest_key FROM vault")
            }
            guard let row else {
                throw EngineError(.damaged, "\(path) has no first row; put its newest backup in its place.")
            }
            return (queue, (row["store_id"], Array(row["digest_key"] as Data)))
        }
    }

    /// Lets the file go.
    ///
    /// - Throws: `io`.
    public func close() throws(EngineError) { try Self.reading("closing", path) { try queue.close() } }

    static func wrap(_ keys: [SymmetricKey], _ wrapping: any KeyEncryptionKey) throws(EngineError) -> [[UInt8]] {
        do { return try keys.map { try wrapping.wrap($0) } } catch {
            throw EngineError(
                .vaultMissing, "The key-encryption key does not wrap keys: \(error). Nothing was written.", cause: error
            )
        }
    }

    /// Calls SQLite, with its failures told in the engine's words.
    static func reading<Value>(_ verb: String, _ path: String, _ work: () throws -> Value) throws(EngineError) -> Value
    {
        do { return try work() } catch let error as EngineError { throw error } catch let error as DatabaseError {
            let code: EngineError.Code =
                switch error.resultCode {
                case .SQLITE_FULL: .diskFull
                case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
                case .SQLITE_BUSY: .locked
                default: .io
                }
            if error.resultCode == .SQLITE_READONLY {
                throw EngineError(
                    code, "\(path) was left in the middle of a change; the next command that writes mends it.",
                    cause: error)
            }
            throw EngineError(
                code,
                "\(verb) the vault \(path) failed: \(error.message ?? "SQLite \(error.resultCode)"). Mend that and "
                    + "try again.", cause: error)
        } catch { throw EngineError(.io, "\(verb) the vault \(path) failed: \(error).", cause: error) }
    }
}

/// A key-encryption key, and what it made of the vault's digest key: where the file has something else, the keys in it
/// are wrapped by another.
struct WrappingKey: Sendable {
    let key: any KeyEncryptionKey
    let digest: [UInt8]
}

extension PersonalDataChoice {
    /// Each text is sealed under the key of its owner, in a vault in the store's own directory.
    public static func sealed(
        wrapping: any KeyEncryptionKey, clock: any EngineClock = SystemClock()
    ) -> PersonalDataChoice {
        .sealed { (layout, storeID) throws(EngineError) in
            try Vault.create(at: layout.vaultPath, storeID: storeID, wrapping: wrapping, clock: clock)
        }
    }
}

/// The keys that need no disk: those used last, unwrapped.
struct KeysAtHand {
    private var keys: [Int64: PersonalKey] = [:]
    var held: Set<UserID> = []
    /// The last user with a key, as far as it is known here; other processes may have made more.
    var last: Int64?

    /// At most so many are kept.
    ///
    /// Then all go but those of the latest users and of users to come: that is simpler than to find the least used, and
    /// as good when it happens once in tens of thousands.
    static let limit = 131_072

    subscript(user: UserID) -> PersonalKey? {
        get { keys[user.rawValue] }
        set {
            if keys.count >= Self.limit {
                let latest = last.map { $0 - Int64(Self.limit / 2) } ?? .max
                keys = keys.filter { $0.key > latest }
            }
            keys[user.rawValue] = newValue
        }
    }
}
