// Sealing commands on their way in, and opening events on their way out.

internal import Crypto
internal import Enrollment
internal import EventLog

/// A command that is about to be sealed.
struct Sealing {
    /// In stored form.
    let command: Command
    let owner: UserID
    let key: PersonalKey
}

extension PersonalData {
    /// How a command is to be sealed; nil where it is decided as it is.
    ///
    /// What is wrong with a text is found before it is sealed: such a command stays as it is, to be refused, and leaves
    /// nothing in the log.
    func sealing(of envelope: CommandEnvelope, in state: borrowing EnrollmentState) -> Sealing? {
        guard let stored = Self.storedForm(of: envelope.command) else { return nil }
        let owner = state.owner(of: stored, by: envelope.actor)
        return Sealing(command: stored, owner: owner, key: vault.keyAtHand(of: owner))
    }

    /// The envelope with its personal texts in stored form and sealed.
    ///
    /// - Throws: `unavailable`.
    func sealed(_ envelope: CommandEnvelope, _ sealing: Sealing) throws(ExecutionError) -> CommandEnvelope {
        var key: SymmetricKey?
        if case .key(let found) = sealing.key { key = found }
        var nonces = Nonces()
        var sealed = envelope
        do throws(EngineError) {
            sealed.command = try sealing.command.replacingPersonalTexts { (text, field) throws(EngineError) in
                guard case .plain(let text) = text else {
                    throw EngineError(.invalidArgument, "A command carries a text that is sealed: give it as it is.")
                }
                return try seal(text, of: sealing.owner, under: key, in: envelope.id, as: field, &nonces)
            }
        } catch { throw .unavailable(error) }
        return sealed
    }

    /// The event with its personal texts opened, as far as their keys are there.
    ///
    /// - Throws: `damaged` where a text was tampered with, naming it; what the vault throws.
    /// - Complexity: O(1) for the events without personal texts.
    public func opened(_ event: RecordedEvent) throws(EngineError) -> RecordedEvent {
        guard event.event.isSealed else { return event }
        let opened = try event.event.replacingPersonalTexts { (text, field) throws(EngineError) in
            try open(text, in: event.commandID, as: field)
        }
        return event.replacingEvent(opened)
    }

    /// The events with their personal texts opened; the same array where there are none.
    func opened(_ events: [RecordedEvent]) throws(EngineError) -> [RecordedEvent] {
        guard events.contains(where: { $0.event.isSealed }) else { return events }
        var opened: [RecordedEvent] = []
        opened.reserveCapacity(events.count)
        for event in events { opened.append(try self.opened(event)) }
        return opened
    }

    /// The events that a command just made, with the texts that its caller gave in the places of their seals.
    ///
    /// Opening them would give the same texts, and cost as much as sealing them did. Where nothing was kept, since the
    /// key is destroyed, the text stays sealed here too.
    func answered(_ events: [RecordedEvent], to given: Command) throws(EngineError) -> [RecordedEvent] {
        guard events.contains(where: { $0.event.isSealed }), let stored = Self.storedForm(of: given) else {
            return try opened(events)
        }
        var answered: [RecordedEvent] = []
        answered.reserveCapacity(events.count)
        for event in events {
            answered.append(
                event.replacingEvent(
                    try event.event.replacingPersonalTexts { (text, field) throws(EngineError) in
                        guard case .sealed(let sealed) = text, !sealed.box.isEmpty else { return text }
                        if let given = stored.personalText(field) { return given }
                        return try open(text, in: event.commandID, as: field)
                    }))
        }
        return answered
    }

    /// Whether a recorded command is the one that came again.
    ///
    /// What nobody can open any more cannot be compared, but for an address, whose digest is left.
    func isSame(_ recorded: CommandEnvelope, as given: CommandEnvelope) throws(EngineError) -> Bool {
        guard recorded.command.isSealed, recorded.command.kind == given.command.kind,
            let stored = Self.storedForm(of: given.command)
        else { return recorded == given }
        var known = given
        known.command = try stored.replacingPersonalTexts { (text, field) throws(EngineError) in
            guard let recordedText = recorded.command.personalText(field), case .plain(let plain) = text else {
                return text
            }
            let opened = try open(recordedText, in: recorded.id, as: field)
            guard case .sealed(let sealed) = opened else { return opened == text ? recordedText : text }
            return sealed.digest.isEmpty || sealed.digest == digest(of: plain) ? recordedText : text
        }
        return recorded == known
    }

    /// The command in stored form; nil where its input is refused, or no personal text is left in it.
    private static func storedForm(of command: Command) -> Command? {
        do throws(Rejection) {
            let stored = try command.inStoredForm()
            return stored.hasPersonalText ? stored : nil
        } catch { return nil }
    }
}

extension RecordedEvent {
    fileprivate func replacingEvent(_ event: Event) -> RecordedEvent {
        RecordedEvent(
            position: position, stream: stream, version: version, time: time, actor: actor, commandID: commandID,
            isBatchStart: isBatchStart, event: event)
    }
}
