// What an engine with a vault does before it decides: keys to hand, holds read; and how it looks up an address.

internal import EventLog
internal import Synchronization

public import Enrollment

extension PersonalData {
    /// An address as the state knows it, to look it up: its digest, with nothing to open.
    public func address(_ text: String) -> PersonalText {
        do throws(Rejection) {
            let address = try Command.storedForm(ofAddress: text)
            return .sealed(SealedText(owner: 0, digest: digest(of: address), box: []))
        } catch { return .plain(text) }
    }

    /// The command with nothing left of its personal texts but what decisions need: for trials on a copy of the state.
    public func emptied(_ command: Command) -> Command {
        do throws(Rejection) {
            return try command.inStoredForm().replacingPersonalTexts { text, field in
                let digest = field == .email ? text.plain.map { self.digest(of: $0) } : nil
                return .sealed(SealedText(owner: 0, digest: digest ?? [], box: []))
            }
        } catch { return command }
    }
}

extension EnrollmentEngine {
    /// Reads or makes what deciding these commands will ask of the vault, off the pool; nearly always it is at hand.
    func prepare(_ envelopes: ArraySlice<CommandEnvelope>) async throws(ExecutionError) {
        guard let personalData, let errand = errand(for: envelopes) else { return }
        do throws(EngineError) {
            try await blocking { () throws(EngineError) in try personalData.vault.run(errand) }
        } catch { throw .unavailable(error) }
    }

    /// The same in the caller's own thread.
    func prepareBlocking(_ envelope: CommandEnvelope) throws(ExecutionError) {
        guard let personalData, let errand = errand(for: CollectionOfOne(envelope)) else { return }
        do throws(EngineError) { try personalData.vault.run(errand) } catch { throw .unavailable(error) }
    }

    /// What must be asked of the vault before these commands are decided; nil where that is nothing.
    private func errand(for envelopes: some Collection<CommandEnvelope>) -> VaultErrand? {
        guard let vault = personalData?.vault, envelopes.contains(where: { $0.command.needsVault }) else { return nil }
        var errand = VaultErrand()
        core.withLock { core in
            var registrations: Int64 = 0
            for envelope in envelopes where envelope.command.needsVault {
                var owner = core.state.owner(of: envelope.command, by: envelope.actor)
                switch envelope.command {
                case .registerUser:
                    owner = UserID(owner.rawValue + registrations)
                    registrations += 1
                case .eraseUser(let user, _): errand.erased.append(user)
                default: break
                }
                if case .notAtHand = vault.keyAtHand(of: owner) { errand.owners.append(owner) }
            }
        }
        return errand.owners.isEmpty && errand.erased.isEmpty ? nil : errand
    }
}

/// What waits for a vault's disk.
private struct VaultErrand: Sendable {
    /// Whose keys must be made or read.
    var owners: [UserID] = []
    /// Of whom must be read whether a hold is on them.
    var erased: [UserID] = []
}

extension PersonalDataVault {
    fileprivate func run(_ errand: VaultErrand) throws(EngineError) {
        for owner in errand.owners {
            // The keys of several may have been made with the first one's.
            guard case .notAtHand = keyAtHand(of: owner) else { continue }
            try makeKeys(through: owner)
            _ = try key(of: owner)
            if case .notAtHand = keyAtHand(of: owner) {
                throw EngineError(
                    .damaged,
                    "The vault has no key of user \(owner), and has those of later ones: put its newest backup in its "
                        + "place. Nothing was written.")
            }
        }
        for user in errand.erased { _ = try isHeld(user) }
    }
}

extension Command {
    /// Whether deciding it asks a vault: for keys, for a hold, or whether a key is destroyed.
    var needsVault: Bool {
        switch self {
        case .eraseUser, .confirmErasure: true
        default: hasPersonalText
        }
    }
}

extension EngineCore {
    /// Decides a command with personal texts, or about an erasure.
    mutating func decideWithVault(_ envelope: CommandEnvelope) throws(ExecutionError) -> Decision {
        guard let personalData else {
            guard !envelope.command.isSealed else {
                throw .unavailable(EngineError(.invalidArgument, "This store seals nothing: give texts as they are."))
            }
            return try decideChecked(envelope)
        }
        let next = Position(lastPosition.rawValue + 1)
        switch envelope.command {
        case .eraseUser(let user, _) where personalData.vault.isHeldAtHand(user):
            // What the rules say against it comes first.
            if case .refused = state.ruling(on: envelope, before: next, at: now) { return try decideChecked(envelope) }
            return .refused(.legalHold(user), recorded: [], through: lastPosition)
        case .confirmErasure(let user):
            if case .destroyed = personalData.vault.keyAtHand(of: user) { return try decideChecked(envelope) }
            if case .refused = state.ruling(on: envelope, before: next, at: now) { return try decideChecked(envelope) }
            throw .unavailable(
                EngineError(.invalidArgument, "The key of user \(user) is not destroyed yet; run `enroll erase user`."))
        default: return try decideChecked(try personalData.sealed(envelope, in: state))
        }
    }
}
