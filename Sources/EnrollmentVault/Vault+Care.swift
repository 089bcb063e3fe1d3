// What an operator does with a vault: look at it, hold and release, wrap all keys anew, back it up and put it back.

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
    /// This vault goes on with the new one. Backups from before still need the old one.
    ///
    /// - Throws: `damaged` where a key does not unwrap; `vaultMissing` where the new one does not wrap; `diskFull`,
    ///   `io`.
    /// - Complexity: O(*n*) in the keys.
    public func rotated(to next: any KeyEncryptionKey) throws(EngineError) -> Vault {
        let now = clock.now().rawValue
        try Self.reading("rotating", path) {
            try queue.write { database in
                let digest = try Self.wrap([digestKey], next)
                try database.execute(
                    sql: "UPDATE vault SET digest_key = ?, rotated_at = ?", arguments: [Data(digest[0]), now])
                let update = try database.cachedStatement(sql: "UPDATE keys SET key = ? WHERE user = ?")
                let rows = try Row.fetchAll(database, sql: "SELECT user, key FROM keys WHERE key IS NOT NULL")
                for row in rows {
                    let key = try wrapping.unwrap(Array(row[1] as Data))
                    try update.execute(arguments: [Data(try next.wrap(key)), row[0] as Int64])
                }
            }
        }
        let (path, storeID, clock) = (path, storeID, clock)
        try close()
        return try Vault.open(at: path, storeID: storeID, wrapping: next, clock: clock)
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
}
