// Where the decisions about one enrollment, or about one person in one term, stand in the log.

public import Enrollment
public import EnrollmentEngine
public import EventLog

/// Whose decisions are looked for.
public enum DecisionSubject: Hashable, Sendable {
    /// One enrollment, from its application on.
    case enrollment(EnrollmentID)
    /// All that one user tried in one term, what was refused too.
    case attempts(of: UserID, in: TermID)
}

/// A decision of the log, by the event that concerns the subject.
public struct DecisionMention: Hashable, Sendable {
    /// The position of the event; where a command ended many enrollments, of this one's.
    public let position: Position
    /// When it was recorded.
    public let recordedAt: Timestamp
    /// Who gave the command.
    public let actor: Actor
    /// What the command became.
    public let type: EventType
    /// Why it was refused, where it was.
    public let code: RejectionCode?
}

extension EventHistory {
    /// The decisions about a subject, in the order of the log, one for each command; empty where there are none.
    ///
    /// - Parameters:
    ///   - subject: whose decisions are looked for.
    ///   - progress: called now and then with the position that was reached.
    /// - Throws: `EngineError` where the log cannot be read; whatever `progress` throws.
    /// - Complexity: O(*n*) in the events of the log.
    public func decisions(
        about subject: DecisionSubject, progress: (Position) throws -> Void = { _ in }
    ) throws -> [DecisionMention] {
        var filter = SubjectFilter(subject)
        var mentions: [DecisionMention] = []
        var command: CommandID?
        var cursor = try cursor()
        while let event = try cursor.next() {
            if event.isBatchStart { command = nil }
            if event.position.rawValue % 4096 == 0 { try progress(event.position) }
            guard filter.includes(event.event) else { continue }
            let mention = DecisionMention(event)
            // An application that is approved at once is one decision, and its last word counts.
            if command == event.commandID { mentions.removeLast() }
            mentions.append(mention)
            command = event.commandID
        }
        return mentions
    }
}

/// Which events concern a subject.
private struct SubjectFilter {
    private let subject: DecisionSubject
    /// The enrollments of the user in the term, learnt on the way.
    private var enrollments: Set<EnrollmentID> = []

    init(_ subject: DecisionSubject) { self.subject = subject }

    mutating func includes(_ event: Event) -> Bool {
        switch subject {
        case .enrollment(let id): return event.enrollment == id
        case .attempts(let user, let term):
            if case .commandRefused(let refusal) = event { return refusal.user == user && refusal.term == term }
            if case .enrollmentApplied(let id, user, term, _) = event { enrollments.insert(id) }
            return event.enrollment.map(enrollments.contains) ?? false
        }
    }
}

extension DecisionMention {
    fileprivate init(_ event: RecordedEvent) {
        position = event.position
        recordedAt = event.time.recordedAt
        actor = event.actor
        type = event.event.type
        if case .commandRefused(let refusal) = event.event { code = refusal.rejection.code } else { code = nil }
    }
}

extension Event {
    /// The enrollment that the event is about, where it is about one.
    package var enrollment: EnrollmentID? {
        switch self {
        case .enrollmentApplied(let id, _, _, _), .enrollmentApproved(let id, _, _, _),
            .enrollmentRejected(let id, _, _, _), .enrollmentCancelled(let id, _, _, _, _):
            id
        case .commandRefused(let refusal): refusal.enrollment
        default: nil
        }
    }
}
