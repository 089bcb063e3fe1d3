// What an operator does with a vault: look at it, hold and release, wrap all keys anew, back it up and put it back.

internal import Crypto
internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

public import Enrollment
public import EnrollmentEngine

/// What is in a vault.
public struct VaultStatus: Hashable, Sendable {
    /// The store whose texts the keys open.
    public let storeID: String
    /// Keys that can be used, of users and of users who may come.
    public let active: Int64
    /// The users on whom a legal hold lies.
    public let held: [UserID]
    /// Keys that were destroyed.
    public let erased: Int64
    /// When all keys were last wrapped anew; nil where they never were.
    public let rotatedAt: Timestamp?
}

extension Vault {
    /// Counts what is in the vault.
    ///
    /// - Throws: `io` and what SQLite refuses.
    /// - Complexity: O(*n*) in the keys.
    public func status() throws(EngineError) -> VaultStatus {
        try Self.reading("reading", path) {
            try queue.read { database in
                func count(_ state: KeyState) throws -> Int64 {
                    try Int64.fetchOne(
                        database, sql: "SELECT count(*) FROM keys WHERE user > 0 AND state = ?",
                        arguments: [state.rawValue]) ?? 0
                }
                let held = try Int64.fetchAll(database, sql: "SELECT user FROM keys WHERE state = 2 ORDER BY user")
                let rotatedAt = try Int64.fetchOne(database, sql: "SELECT rotated_at FROM vault")
                return VaultStatus(
                    storeID: storeID, active: try count(.active), held: held.map { UserID($0) },
                    erased: try count(.erased), rotatedAt: rotatedAt.map { Timestamp(microseconds: $0) })
            }
        }
    }

    /// Lays a legal hold on a user, or takes it away; changes nothing where it is so already.
    ///
    /// - Throws: `invalidArgument` for a user whose key was destroyed, or never made.
    public func setHold(_ isHeld: Bool, on user: UserID) throws(EngineError) {
        let now = clock.now().rawValue
        let state = isHeld ? KeyState.held : .active
        let other = isHeld ? KeyState.active : .held
        try Self.reading("holding in", path) {
            try queue.write { database in
                try database.execute(
                    sql: "UPDATE keys SET state = ?, changed_at = ? WHERE user = ? AND user > 0 AND state = ?",
                    arguments: [state.rawValue, now, user.rawValue, other.rawValue])
            }
        }
        guard try self.state(of: user) == state, user >= 1 else {
            throw EngineError(
                .invalidArgument,
                "User \(user) has no key that could be \(isHeld ? "held" : "released"): it was destroyed, or there "
                    + "is no such user.")
        }
        _ = try self.isHeld(user)
    }

    /// Wraps all keys with another key-encryption key, in one transaction: after a crash it is the one or the other.
    ///
    /// This vault goes on with the new one; those that other processes have open refuse to make keys from then on.
    /// Backups from before still need the old one.
    ///
    /// - Throws: `damaged` where a key does not unwrap; `vaultMissing` where the new one does not wrap, or another
    ///   process was faster; `diskFull`, `io`. Nothing was written then.
    /// - Complexity: O(*n*) in the keys.
    public func rotate(to next: any KeyEncryptionKey) throws(EngineError) {
        let now = clock.now().rawValue
        let digest = try Self.wrap([digestKey], next)[0]
        try Self.reading("rotating", path) {
            // The new key is taken up while nobody else of this process is at the file.
            try queue.writeWithoutTransaction { database in
                try database.inTransaction {
                    let old = try currentWrapping(database).key
                    try database.execute(
                        sql: "UPDATE vault SET digest_key = ?, rotated_at = ?", arguments: [Data(digest), now])
                    let update = try database.cachedStatement(sql: "UPDATE keys SET key = ? WHERE user = ?")
                    let rows = try Row.fetchAll(database, sql: "SELECT user, key FROM keys WHERE key IS NOT NULL")
                    for row in rows {
                        let user = row[0] as Int64
                        let key: SymmetricKey
                        do { key = try old.unwrap(Array(row[1] as Data)) } catch {
                            throw EngineError(
                                .damaged,
                                "The key of user \(user) in \(path) does not unwrap: put the newest backup of the "
                                    + "vault in its place. Nothing was written.", cause: error)
                        }
                        try update.execute(arguments: [Data(try next.wrap(key)), user])
                    }
                    return .commit
                }
                wrapping.withLock { $0 = WrappingKey(key: next, digest: digest) }
            }
        }
    }

    /// Copies the vault into a new file of mode 0600, synced; the copy needs the same key-encryption key.
    ///
    /// - Throws: `alreadyExists`, `diskFull`, `io`.
    public func backUp(to destination: String) throws(EngineError) {
        let descriptor = Glibc.open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw .system("write", destination) }
            throw EngineError(.alreadyExists, "There is a file at \(destination) already; name another.")
        }
        defer { Glibc.close(descriptor) }
        do throws(EngineError) {
            try Self.reading("backing up", path) {
                let copy = try DatabaseQueue(
                    path: destination, configuration: VaultSchema.configuration(readOnly: false))
                try queue.backup(to: copy)
                try copy.close()
            }
            guard fsync(descriptor) == 0 else { throw .system("sync", destination) }
            try synchronizeDirectory(of: destination)
        } catch {
            unlink(destination)
            throw error
        }
    }

    /// Puts a copy of this vault to where a store has none; it is there whole or not at all.
    ///
    /// An empty file, which a crash may leave, counts as none. `prepare` does what is still to be done to the copy
    /// before it is in its place.
    ///
    /// - Throws: `alreadyExists`, `diskFull`, `io`; what `prepare` throws.
    public func restore(
        to destination: String, preparing prepare: (Vault) throws(EngineError) -> Void
    ) throws(EngineError) {
        var status = stat()
        if stat(destination, &status) == 0, status.st_size > 0 {
            throw EngineError(.alreadyExists, "There is a vault at \(destination) already; move it away first.")
        }
        let temporary = destination + ".new"
        for leftover in [temporary, temporary + "-journal"] where unlink(leftover) != 0 && errno != ENOENT {
            throw .system("replace", leftover)
        }
        try backUp(to: temporary)
        do throws(EngineError) {
            let copy = try Vault.open(
                at: temporary, storeID: storeID, wrapping: wrapping.withLock { $0.key }, clock: clock)
            do throws(EngineError) { try prepare(copy) } catch {
                let failure = error
                do throws(EngineError) { try copy.close() } catch { throw failure }
                throw failure
            }
            try copy.close()
            guard rename(temporary, destination) == 0 else { throw .system("put a vault to", destination) }
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeDirectory(of: destination)
    }
}
