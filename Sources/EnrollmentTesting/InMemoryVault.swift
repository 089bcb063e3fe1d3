// A vault without a file: for tests of what seals, and for embedders' own.

public import Crypto
public import Enrollment
public import EnrollmentEngine
internal import Synchronization

/// Keys in memory, with everything that an outsider can do to a vault.
public final class InMemoryVault: PersonalDataVault {
    private struct State {
        /// By user, from 0; nil once destroyed.
        var keys: [SymmetricKey?] = [SymmetricKey(size: .bits256)]
        /// The users whose keys are at hand: what a file would have in memory.
        var atHand: Set<UserID> = []
        var held: Set<UserID> = []
        var heldAtHand: Set<UserID> = []
    }

    public let digestKey = SymmetricKey(size: .bits256)
    private let state = Mutex(State())
    /// How many keys beyond the one asked for are made at once.
    private let block: Int

    /// Makes a vault without keys, which makes `block` of them at once.
    public init(block: Int = 64) { self.block = block }

    public func keyAtHand(of owner: UserID) -> PersonalKey {
        state.withLock { state in
            guard owner.rawValue < Int64(state.keys.count), state.atHand.contains(owner) else { return .notAtHand }
            return state.keys[Int(owner.rawValue)].map { .key($0) } ?? .destroyed
        }
    }

    public func key(of owner: UserID) -> SymmetricKey? {
        state.withLock { state in
            guard owner.rawValue >= 0, owner.rawValue < Int64(state.keys.count) else { return nil }
            state.atHand.insert(owner)
            return state.keys[Int(owner.rawValue)]
        }
    }

    public func makeKeys(through owner: UserID) {
        state.withLock { state in
            guard Int64(state.keys.count) <= owner.rawValue else { return }
            while state.keys.count <= Int(owner.rawValue) + block { state.keys.append(SymmetricKey(size: .bits256)) }
        }
    }

    public func lastOwner() -> UserID { state.withLock { UserID(Int64($0.keys.count) - 1) } }

    public func isHeld(_ user: UserID) -> Bool {
        state.withLock { state in
            if state.held.contains(user) { state.heldAtHand.insert(user) } else { state.heldAtHand.remove(user) }
            return state.held.contains(user)
        }
    }

    public func isHeldAtHand(_ user: UserID) -> Bool { state.withLock { $0.heldAtHand.contains(user) } }

    public func destroyKeys(of users: [UserID], despiteHolds: Bool) -> [UserID] {
        state.withLock { state in
            var left: [UserID] = []
            for user in users where user.rawValue >= 1 && user.rawValue < Int64(state.keys.count) {
                guard despiteHolds || !state.held.contains(user) else {
                    left.append(user)
                    continue
                }
                state.keys[Int(user.rawValue)] = nil
                state.held.remove(user)
                state.atHand.insert(user)
            }
            return left
        }
    }

    /// Lays a legal hold on a user, or takes it away.
    public func hold(_ user: UserID, _ isHeld: Bool = true) {
        state.withLock { state in
            if isHeld { state.held.insert(user) } else { state.held.remove(user) }
        }
    }

    /// Destroys every key there is, as a vault that was lost for good.
    public func destroyAll() {
        state.withLock { state in
            for owner in state.keys.indices {
                state.keys[owner] = nil
                state.atHand.insert(UserID(Int64(owner)))
            }
        }
    }

    /// Puts a key back, as a backup of a vault does.
    public func resurrect(_ key: SymmetricKey, of user: UserID) {
        state.withLock { $0.keys[Int(user.rawValue)] = key }
    }
}
