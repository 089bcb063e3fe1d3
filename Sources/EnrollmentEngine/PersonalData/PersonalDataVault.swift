// The seam to whatever keeps the keys of personal texts: the engine knows keys and owners, never where they lie.

public import Crypto
public import Enrollment

/// Keeps a key for each user, and destroys it when the user is erased.
///
/// `EnrollmentVault` has one in a file of its own; user 0 stands for nobody, whose key is never destroyed. All keys
/// have 256 bits and are drawn at random: what one opens no other can, and a destroyed one cannot be made again.
public protocol PersonalDataVault: Sendable {
    /// What e-mail addresses are digested with, by HMAC-SHA-256.
    var digestKey: SymmetricKey { get }

    /// The key of a user as far as it is known without waiting for a disk: the engine asks while it decides.
    func keyAtHand(of owner: UserID) -> PersonalKey

    /// The key of a user, read from wherever it lies and at hand from then on; nil where it was destroyed or never
    /// made.
    func key(of owner: UserID) throws(EngineError) -> SymmetricKey?

    /// Makes keys for all users up to this one, and for some that may come, durable when it returns; those that are
    /// there stay, and so do those that were destroyed.
    func makeKeys(through owner: UserID) throws(EngineError)

    /// The last user for whom a key was made.
    func lastOwner() throws(EngineError) -> UserID

    /// Whether a legal hold forbids to erase the user: read, and at hand from then on.
    func isHeld(_ user: UserID) throws(EngineError) -> Bool

    /// The same as it was last read, without waiting for a disk.
    func isHeldAtHand(_ user: UserID) -> Bool

    /// Destroys the keys of users, durably, and keeps of each only that it was; those destroyed before stay so.
    ///
    /// - Returns: the users whose keys were left because a hold lies on them, which `despiteHolds` overrules.
    func destroyKeys(of users: [UserID], despiteHolds: Bool) throws(EngineError) -> [UserID]
}

/// What a new store does with names, addresses and reasons, for good.
public enum PersonalDataChoice: Sendable {
    /// They stand in the log as they are, for ever.
    case plain
    /// Each is sealed under the key of its owner; the vault of the store with that identity is made before there is a
    /// store. `EnrollmentVault` has a shorter way to say so.
    case sealed(@Sendable (_ layout: StoreLayout, _ storeID: String) throws(EngineError) -> any PersonalDataVault)

    var form: PersonalDataForm { if case .plain = self { .plain } else { .sealed } }

    func makeVault(_ layout: StoreLayout, _ storeID: String) throws(EngineError) -> (any PersonalDataVault)? {
        guard case .sealed(let make) = self else { return nil }
        return try make(layout, storeID)
    }
}

/// What a vault knows of a key without waiting.
public enum PersonalKey: Sendable {
    /// It is at hand.
    case key(SymmetricKey)
    /// It was destroyed, and nothing opens what it sealed.
    case destroyed
    /// It must be read or made first.
    case notAtHand
}
