// Erasing a user: asked for in the log, done in the vault, and said to be done in the log again.

internal import EventLog
internal import Synchronization

public import Enrollment

extension EnrollmentEngine {
    /// The users who are to be erased and of whom the log does not say yet that it was done.
    public var unfinishedErasures: [UserID] { core.withLock { $0.state.unfinishedErasures } }

    /// Destroys the keys of the users who are to be erased: from then on nothing opens their texts.
    ///
    /// Not before the log says durably that they are to be: a key that is gone without a trace would be a loss.
    ///
    /// - Throws: what the log and the vault throw.
    public func destroyKeysOfErased() async throws(EngineError) -> DestroyedKeys {
        guard let vault = personalData?.vault else { return DestroyedKeys(users: [], held: []) }
        let (users, last) = core.withLock { ($0.state.unfinishedErasures, $0.lastPosition) }
        guard !users.isEmpty else { return DestroyedKeys(users: [], held: []) }
        do throws(LogError) { try await log.waitUntilDurable(last) } catch { throw EngineError(error) }
        let held = try await blocking { () throws(EngineError) in
            try vault.destroyKeys(of: users, despiteHolds: false)
        }
        return DestroyedKeys(users: users.filter { !held.contains($0) }, held: held)
    }
}

/// Whose keys were destroyed.
public struct DestroyedKeys: Hashable, Sendable {
    /// Those whose keys are gone, now or before.
    public let users: [UserID]
    /// Those whose keys were left, since a legal hold was laid on them after their erasure was asked for.
    public let held: [UserID]
}

extension EnrollmentState {
    var unfinishedErasures: [UserID] { users.filter { $0.status == .erased && $0.email != nil }.map(\.id) }
}

extension Opening {
    /// Destroys the keys that must not be there: of erasures that a crash cut short, and those that came back with a
    /// copy of the vault.
    ///
    /// - Throws: `vaultBehind` where keys of users are missing that the log knows: making new ones would hide that.
    mutating func keepErasures(_ vault: any PersonalDataVault) throws(EngineError) {
        let users = replay.state.users
        let last = try vault.lastOwner()
        guard last.rawValue >= Int64(users.count) else {
            throw EngineError(
                .vaultBehind,
                "The vault has keys of users through \(last), the store has \(users.count) users: it is an older copy. "
                    + "Put the newest backup of the vault in its place; nothing was written.")
        }
        report.heldErasures = try vault.keepErasures(of: replay.state)
    }
}

extension PersonalDataVault {
    /// Destroys the keys of all who are erased or are to be.
    ///
    /// - Returns: those who are to be erased and on whom a hold was laid meanwhile.
    package func keepErasures(of state: borrowing EnrollmentState) throws(EngineError) -> [UserID] {
        let erased = state.users.filter { $0.status == .erased }
        guard !erased.isEmpty else { return [] }
        _ = try destroyKeys(of: erased.filter { $0.email == nil }.map(\.id), despiteHolds: true)
        return try destroyKeys(of: state.unfinishedErasures, despiteHolds: false)
    }
}

extension StoreSettings {
    /// A vault is there exactly where the store seals.
    func check(_ vault: (any PersonalDataVault)?) throws(EngineError) {
        switch (personalData, vault == nil) {
        case (.sealed, true):
            throw EngineError(
                .vaultMissing, "The store seals personal texts and cannot be written to without its vault; give it.")
        case (.plain, false):
            throw EngineError(
                .invalidArgument, "The store keeps personal texts as they are: a vault has nothing to do with it.")
        default: return
        }
    }
}
