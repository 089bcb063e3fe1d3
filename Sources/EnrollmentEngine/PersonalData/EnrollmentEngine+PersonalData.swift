// What an engine asks of a vault, which may wait for a disk: keys to hand, holds read; and how it looks up an address.

internal import Dispatch
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
    ///
    /// Only for an erasure, which asks anew for holds, and for the many of one caller, since a pass over them ends at
    /// each key that is not at hand. Any other command comes back from deciding where its key is missing: so it costs
    /// nobody a look at the state beforehand, in line with who decides.
    func prepare(_ envelopes: ArraySlice<CommandEnvelope>) async throws(ExecutionError) {
        guard let errand = errand(for: envelopes) else { return }
        try await run(errand)
    }

    /// Brings a key to hand that a command asked for in vain.
    func bringToHand(keyOf owner: UserID) async throws(ExecutionError) { try await run(VaultErrand(owners: [owner])) }

    private func run(_ errand: VaultErrand) async throws(ExecutionError) {
        guard let personalData else { return }
        do throws(EngineError) {
            try await blocking(on: personalData.errands) { () throws(EngineError) in
                try personalData.vault.run(errand)
            }
        } catch { throw .unavailable(error) }
    }

    /// Decides in the caller's own thread, which waits for the vault where it must.
    func decideBlocking(_ envelope: CommandEnvelope) throws(ExecutionError) -> EngineCore.Decision {
        var errand = envelope.command.erasesUser ? errand(for: [envelope]) : nil
        while true {
            if let vault = personalData?.vault, let errand {
                do throws(EngineError) { try vault.run(errand) } catch { throw .unavailable(error) }
            }
            let decision = try core.withLock { core throws(ExecutionError) in
                core.beginPass()
                defer { core.write() }
                return try core.decide(envelope)
            }
            guard case .keyNotAtHand(let owner) = decision else { return decision }
            errand = VaultErrand(owners: [owner])
        }
    }

    /// Waits until nothing is asked of the vault any more: a process may end then.
    func finishErrands() async {
        guard let personalData else { return }
        await blocking(on: personalData.errands) {}
    }

    /// What must be asked of the vault before these commands are decided; nil where that is nothing.
    private func errand(for envelopes: ArraySlice<CommandEnvelope>) -> VaultErrand? {
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

extension PersonalData {
    /// How many keys are kept ahead of the user who comes next: as many as half of those there are, so that a burst of
    /// registrations finds keys and a small store makes no thousands.
    private static let ahead: ClosedRange<Int64> = 64...2_048

    /// Has keys made beside the work before they are needed; only every 64th registration looks whether they are.
    ///
    /// A key is at hand when it is durable in the vault, and not before, so nothing is sealed under one that a crash
    /// could take back. What fails here is told to whoever finds no key.
    func lookAhead(_ sealing: Sealing) {
        guard case .registerUser = sealing.command, sealing.owner.rawValue.isMultiple(of: 64) else { return }
        let user = sealing.owner.rawValue
        let last = UserID(user + min(max(user / 2, Self.ahead.lowerBound), Self.ahead.upperBound))
        guard case .notAtHand = vault.keyAtHand(of: last) else { return }
        errands.async { [vault] in try? vault.makeKeys(through: last) }
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

    /// Whether it asks the vault anew, whatever is at hand.
    var erasesUser: Bool {
        switch self {
        case .eraseUser, .confirmErasure: true
        default: false
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
        default:
            guard let sealing = personalData.sealing(of: envelope, in: state) else {
                return try decideChecked(envelope)
            }
            if case .notAtHand = sealing.key { return .keyNotAtHand(of: sealing.owner) }
            personalData.lookAhead(sealing)
            return try decideChecked(try personalData.sealed(envelope, sealing))
        }
    }
}
