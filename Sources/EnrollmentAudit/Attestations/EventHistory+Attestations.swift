// Start here for attestations of the state: one is made from a replay, and all that were recorded are held against one.

public import Enrollment
public import EnrollmentEngine
public import EventLog

/// What a replay says about a recorded attestation.
public struct CheckedAttestation: Sendable {
    /// How the attestation compares with the log.
    public enum Verdict: Hashable, Sendable {
        /// The events that it is about make exactly what it says.
        case holds
        /// They do not: each sentence names something that it says, and what the log gives.
        case isFalse([String])
        /// It is about tables of another version than this program makes, and was not compared.
        case ofOtherTables(version: Int64)
    }

    /// The recorded attestation.
    public let event: RecordedEvent
    /// What it says.
    public let attestation: StateAttestation
    /// What the log says.
    public let verdict: Verdict
}

extension EventHistory {
    /// Folds the log, and says what the events through a position make.
    ///
    /// To have it on record, give it to the engine as `Command.attestState`.
    ///
    /// - Parameters:
    ///   - last: the position that is attested, from 1.
    ///   - progress: called now and then with the position that was reached.
    /// - Throws: `notFound` where there is no such position; `log` where the events cannot follow each other or cannot
    ///   be read; what `progress` throws.
    /// - Complexity: O(*n*) in the events, and memory for the tables' rows.
    public func attestation(
        through last: Position, progress: (Position) throws -> Void = { _ in }
    ) throws -> StateAttestation {
        var fold = AttestationFold()
        try forEachEvent(through: last, progress) { try fold.apply($0) }
        guard let attestation = try fold.attestation(), attestation.through == last.rawValue else {
            throw AuditError(.notFound, "The log has no position \(last) whose state could be attested.")
        }
        return attestation
    }

    /// The recorded attestations, the oldest first.
    ///
    /// - Complexity: O(*n*) in the events, of which sealed segments leave most out.
    public func recordedAttestations() throws -> [RecordedEvent] { try events(of: .attestations) }

    /// Folds the log once, and holds every recorded attestation against it.
    ///
    /// - Parameters:
    ///   - progress: called now and then with the position that was reached.
    ///   - found: called with each attestation, in the order of the positions that they are about.
    /// - Throws: `log` where the log cannot be read or tells of what cannot be; what a closure throws.
    /// - Complexity: O(*n*) in the events, and O(rows) for each attestation.
    public func checkAttestations(
        progress: (Position) throws -> Void = { _ in }, found: (CheckedAttestation) throws -> Void
    ) throws {
        let claims = try recordedAttestations().compactMap { event -> Claim? in
            guard case .stateAttested(let attestation) = event.event else { return nil }
            return Claim(event: event, attestation: attestation)
        }
        var open = claims.sorted { $0.attestation.through < $1.attestation.through }[...]
        guard let last = open.last(where: \.isAboutThePast)?.attestation.through else {
            return try open.forEach { try found($0.checked(against: nil)) }
        }
        var fold = AttestationFold()
        try forEachEvent(through: Position(last), progress) { event in
            try fold.apply(event)
            guard open.first?.attestation.through == event.position.rawValue else { return }
            let truth = try fold.attestation()
            while let claim = open.first, claim.attestation.through == event.position.rawValue {
                try found(claim.checked(against: truth))
                open.removeFirst()
            }
        }
        for claim in open { try found(claim.checked(against: nil)) }
    }

    private func forEachEvent(
        through last: Position, _ progress: (Position) throws -> Void, _ body: (RecordedEvent) throws -> Void
    ) throws {
        guard last > .zero else { return }
        var cursor = try cursor(from: 1, through: last)
        while let event = try cursor.next() {
            try body(event)
            if event.position.rawValue % 4096 == 0 { try progress(event.position) }
        }
    }
}

/// An attestation, and where it stands.
private struct Claim {
    let event: RecordedEvent
    let attestation: StateAttestation

    var isAboutThePast: Bool { attestation.through < event.position.rawValue }

    /// `truth` is what the log makes through that position; nil where it does not reach so far.
    func checked(against truth: StateAttestation?) -> CheckedAttestation {
        CheckedAttestation(event: event, attestation: attestation, verdict: verdict(truth))
    }

    private func verdict(_ truth: StateAttestation?) -> CheckedAttestation.Verdict {
        guard isAboutThePast else {
            return .isFalse(["it is about position \(attestation.through), which was not there yet"])
        }
        guard let truth else { return .isFalse(["the log has no position \(attestation.through)"]) }
        var differences: [String] = []
        if attestation.terms != truth.terms {
            differences.append("it states \(attestation.terms) terms, the log has \(truth.terms)")
        }
        if attestation.termVersions != truth.termVersions {
            differences.append(
                "it states the terms' versions \(attestation.termVersions), the log gives \(truth.termVersions)")
        }
        guard attestation.tablesVersion == truth.tablesVersion else {
            return differences.isEmpty ? .ofOtherTables(version: attestation.tablesVersion) : .isFalse(differences)
        }
        if attestation.tables != truth.tables {
            differences.append("it states the tables \(attestation.tables), the log gives \(truth.tables)")
        }
        return differences.isEmpty ? .holds : .isFalse(differences)
    }
}

extension CheckedAttestation: CustomStringConvertible {
    /// One line: where it stands, what it is about, and what the log says.
    public var description: String {
        let what = "position \(event.position): \(event.actor) attested the state through \(attestation.through)"
        return switch verdict {
        case .holds: "\(what), and the log says the same"
        case .isFalse(let differences): "\(what); \(differences.joined(separator: "; "))"
        case .ofOtherTables(let version):
            "\(what) with tables of version \(version), which this program does not make: its terms' versions hold"
        }
    }
}
