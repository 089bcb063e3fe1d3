// What a vault does for the engine: gives keys, makes keys, destroys keys.

internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

public import Crypto
public import Enrollment
public import EnrollmentEngine

extension Vault {
    /// At least and at most so many keys are made at once; in between a quarter of those that there are, so that an
    /// import waits for the disk now and then and not for each hundred, and nobody waits for thousands that never come.
    private static let block: ClosedRange<Int64> = 256...4_096
    /// So many of the latest keys are read at once.
    private static let run: Int64 = 1_024

    public func keyAtHand(of owner: UserID) -> PersonalKey { atHand.withLock { $0[owner] } ?? .notAtHand }

    public func key(of owner: UserID) throws(EngineError) -> SymmetricKey? {
        switch keyAtHand(of: owner) {
        case .key(let key): return key
        case .destroyed: return nil
        case .notAtHand: break
        }
        // Whatever comes to hand does so while nobody else of this process is at the file: one that is destroyed
        // meanwhile would be at hand again.
        return try Self.reading("reading", path) {
            try queue.read { database in
                let rows = try Row.fetchAll(
                    database.cachedStatement(
                        sql: "SELECT user, key FROM keys WHERE user BETWEEN ? AND ? ORDER BY user"),
                    arguments: [owner.rawValue, lastOfRun(from: owner)])
                guard let first = rows.first, first[0] == owner.rawValue else { return nil }
                let key = try (first[1] as Data?).map { try unwrap(Array($0), of: owner, database) }
                atHand.withLock { $0[owner] = key.map { .key($0) } ?? .destroyed }
                for row in rows.dropFirst() { bringToHand(row) }
                return key
            }
        }
    }

    /// The last user whose key is read together with that of `owner`.
    ///
    /// One alone, but for the latest: keys that an earlier process made ahead are read by the thousand, as they would
    /// have been made.
    private func lastOfRun(from owner: UserID) -> Int64 {
        let last = atHand.withLock { $0.last } ?? owner.rawValue
        return last - owner.rawValue < 2 * Self.block.upperBound ? owner.rawValue + Self.run - 1 : owner.rawValue
    }

    /// What is wrong with the row of another is told to whoever asks for it.
    private func bringToHand(_ row: Row) {
        let user = UserID(row[0])
        guard case .notAtHand = keyAtHand(of: user) else { return }
        guard let wrapped = row[1] as Data? else { return atHand.withLock { $0[user] = .destroyed } }
        guard let key = try? wrapping.withLock({ $0.key }).unwrap(Array(wrapped)) else { return }
        atHand.withLock { $0[user] = .key(key) }
    }

    private func unwrap(_ wrapped: [UInt8], of owner: UserID, _ database: Database) throws -> SymmetricKey {
        do { return try wrapping.withLock({ $0.key }).unwrap(wrapped) } catch {
            _ = try currentWrapping(database)
            throw EngineError(
                .damaged,
                "The key of user \(owner) in \(path) does not unwrap: put the newest backup of the vault in its "
                    + "place.", cause: error)
        }
    }

    public func lastOwner() throws(EngineError) -> UserID {
        UserID(try Self.reading("reading", path) { try queue.read(Self.last) })
    }

    /// - Complexity: O(1) where the key is there, else O(n) in the keys that are made.
    public func makeKeys(through owner: UserID) throws(EngineError) {
        if let last = atHand.withLock({ $0.last }), last >= owner.rawValue { return }
        try Self.reading("making keys in", path) {
            try queue.writeWithoutTransaction { database in
                var made: [(UserID, SymmetricKey)] = []
                var last: Int64 = 0
                try database.inTransaction {
                    last = try Self.last(database)
                    guard last < owner.rawValue else { return .commit }
                    let ahead = min(max(last / 4, Self.block.lowerBound), Self.block.upperBound)
                    let users = (last + 1)...(owner.rawValue + ahead)
                    made = try insertKeys(of: users, database)
                    last = users.upperBound
                    return .commit
                }
                // Durable by now, and not at hand before; and before anybody of this process can destroy one.
                atHand.withLock { atHand in
                    atHand.last = last
                    for (user, key) in made { atHand[user] = .key(key) }
                }
            }
        }
    }

    private func insertKeys(
        of users: ClosedRange<Int64>, _ database: Database
    ) throws -> [(UserID, SymmetricKey)] {
        let wrapping = try currentWrapping(database).key
        let statement = try database.cachedStatement(sql: "INSERT INTO keys VALUES (?, 1, ?, NULL)")
        var made: [(UserID, SymmetricKey)] = []
        made.reserveCapacity(users.count)
        for (user, key) in zip(users, try Self.randomKeys(count: users.count)) {
            try statement.execute(arguments: [user, Data(try wrapping.wrap(key))])
            made.append((UserID(user), key))
        }
        return made
    }

    /// Keys of the kernel's generator, eight a call, which is as many bytes as it gives at once (getentropy(3)): drawn
    /// one by one, thousands of keys take longer to draw than to wrap and to write.
    private static func randomKeys(count: Int) throws -> [SymmetricKey] {
        let length = SymmetricKeySize.bits256.bitCount / 8
        var keys: [SymmetricKey] = []
        keys.reserveCapacity(count)
        try withUnsafeTemporaryAllocation(byteCount: 8 * length, alignment: 1) { bytes in
            guard let start = bytes.baseAddress else { return }
            // What is freed must not hold keys.
            defer { explicit_bzero(start, bytes.count) }
            while keys.count < count {
                guard getentropy(start, bytes.count) == 0 else {
                    throw EngineError.system("draw keys for", "the vault")
                }
                for offset in stride(from: 0, to: bytes.count, by: length) where keys.count < count {
                    keys.append(SymmetricKey(data: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])))
                }
            }
        }
        return keys
    }

    /// What keys are wrapped by, as long as it is what wraps those in the file.
    ///
    /// - Throws: `vaultMissing` where another process has wrapped them anew: a key that is wrapped by what nobody has
    ///   any more would be lost.
    func currentWrapping(_ database: Database) throws -> WrappingKey {
        let wrapping = wrapping.withLock { $0 }
        guard try Data.fetchOne(database, sql: "SELECT digest_key FROM vault") == Data(wrapping.digest) else {
            throw EngineError(
                .vaultMissing,
                "Another process has wrapped the keys of \(path) with a new key-encryption key: close the store and "
                    + "open it with that one. Nothing was written.")
        }
        return wrapping
    }

    private static func last(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT max(user) FROM keys") ?? 0
    }

    public func isHeld(_ user: UserID) throws(EngineError) -> Bool {
        let isHeld = try state(of: user) == .held
        atHand.withLock { atHand in
            if isHeld { atHand.held.insert(user) } else { atHand.held.remove(user) }
        }
        return isHeld
    }

    public func isHeldAtHand(_ user: UserID) -> Bool { atHand.withLock { $0.held.contains(user) } }

    /// What became of the key of a user; nil where none was made.
    ///
    /// - Throws: `io` and what SQLite refuses.
    public func state(of user: UserID) throws(EngineError) -> KeyState? {
        try Self.reading("reading", path) {
            let state = try queue.read { database in
                try Int64.fetchOne(database, sql: "SELECT state FROM keys WHERE user = ?", arguments: [user.rawValue])
            }
            return state.flatMap { KeyState(rawValue: $0) }
        }
    }

    /// The bytes of a destroyed key are overwritten in the file, and forgotten in memory.
    public func destroyKeys(of users: [UserID], despiteHolds: Bool) throws(EngineError) -> [UserID] {
        let users = users.filter { $0 >= 1 }
        guard !users.isEmpty else { return [] }
        let now = clock.now().rawValue
        let left = try Self.reading("destroying keys in", path) {
            // Most are destroyed already, at every opening but one: nothing is written for them.
            let states = try queue.read { database in
                let state = try database.cachedStatement(sql: "SELECT state FROM keys WHERE user = ?")
                return try users.map { ($0, try Int64.fetchOne(state, arguments: [$0.rawValue])) }
            }
            let left = states.filter { $0.1 == KeyState.held.rawValue && !despiteHolds }.map(\.0)
            let doomed = states.filter { state in
                state.1 == KeyState.active.rawValue || (state.1 == KeyState.held.rawValue && despiteHolds)
            }
            guard !doomed.isEmpty else { return left }
            return try queue.write { database in
                var left = left
                for (user, _) in doomed {
                    // Asked again: another process may have laid a hold on it meanwhile.
                    try database.execute(
                        sql:
                            "UPDATE keys SET state = 3, key = NULL, changed_at = ? WHERE user = ? AND (state = 1 OR ?)",
                        arguments: [now, user.rawValue, despiteHolds])
                    if database.changesCount == 0 { left.append(user) }
                }
                return left
            }
        }
        let kept = Set(left)
        atHand.withLock { atHand in
            for user in users where !kept.contains(user) {
                atHand[user] = .destroyed
                atHand.held.remove(user)
            }
        }
        return left
    }
}
