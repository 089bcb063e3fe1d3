// Makes a recorded decision again: finds its command, and replays everything before it.

internal import Enrollment
public import EnrollmentEngine
public import EventLog

extension EventHistory {
    /// Why the command that made the event at a position was decided as it was.
    ///
    /// Replays the history up to the command, in which it keeps who took the seats of the command's term, and lets the
    /// rules decide once more.
    ///
    /// - Parameters:
    ///   - position: any event of the command, from 1.
    ///   - progress: called now and then with the position that was reached.
    /// - Throws: ``AuditError`` with `notFound` where the log has no such position, and with `log` where what it has
    ///   cannot be; `EngineError` where it cannot be read; whatever `progress` throws.
    /// - Complexity: O(*n*) in the events before it; memory for the state and the seats of one term.
    public func explanation(
        of position: Position, progress: (Position) throws -> Void = { _ in }
    ) throws -> Explanation {
        let last = try lastPosition()
        guard position >= 1, position <= last else {
            throw AuditError(.notFound, "There is no position \(position): the log ends at \(last).")
        }
        let recorded = try batch(around: position, before: last)
        let first = recorded[0]
        guard let command = try command(ofBatchAt: first.position) else {
            throw AuditError(.log, "No command begins at position \(first.position), where its event lies.")
        }
        var replay = SeatReplay(term: command.command.kind.leadsToTerm ? first.stream.term : nil)
        if first.position > 1 {
            var cursor = try cursor(through: Position(first.position.rawValue - 1))
            while let event = try cursor.next() {
                try replay.fold(event, before: command.id)
                if event.position.rawValue % 4096 == 0 { try progress(event.position) }
            }
        }
        return Explanation(
            position: first.position, command: command, recorded: recorded,
            ruling: replay.seenBefore.map { .seenBefore(at: $0) }
                ?? replay.state.ruling(on: command, before: first.position, at: first.time.recordedAt),
            seen: SeenValues(command, recordedAt: first.time.recordedAt, in: replay.state), seats: replay.takenSeats)
    }

    /// All events of the command that made the one at `position`.
    private func batch(around position: Position, before last: Position) throws -> [RecordedEvent] {
        var span: Int64 = 64
        while true {
            let from = max(1, position.rawValue - span)
            var cursor = try cursor(from: Position(from), through: last)
            var events: [RecordedEvent] = []
            while let event = try cursor.next() {
                if event.isBatchStart {
                    if event.position > position { break }
                    events.removeAll(keepingCapacity: true)
                }
                events.append(event)
            }
            if events.first?.isBatchStart == true { return events }
            guard from > 1 else {
                throw AuditError(.log, "No command begins at or before position \(position): the log is damaged.")
            }
            // A batch may be as long as a term has enrollments.
            span *= 8
        }
    }
}

/// The state, and who has the seats of one term, event by event.
private struct SeatReplay {
    private(set) var state = EnrollmentState()
    /// Where the command's id was recorded before, within the window in which it counts.
    private(set) var seenBefore: Position?
    private let term: TermID?
    private var seats: [EnrollmentID: TakenSeat] = [:]
    private var commandsSince = 0

    init(term: TermID?) { self.term = term }

    /// Those taken first in front.
    var takenSeats: [TakenSeat] { seats.values.sorted { $0.position < $1.position } }

    mutating func fold(_ event: RecordedEvent, before command: CommandID) throws(AuditError) {
        guard state.canEvolve(event.event) else { throw .impossible(event) }
        state.evolve(event.event, at: event.time)
        if event.isBatchStart { remember(event, command) }
        if let term, event.stream == .term(term) { foldSeat(event, term) }
    }

    private mutating func remember(_ event: RecordedEvent, _ command: CommandID) {
        commandsSince += 1
        if event.commandID == command {
            seenBefore = event.position
            commandsSince = 0
        } else if commandsSince >= EventHistory.rememberedCommands {
            seenBefore = nil
        }
    }

    private mutating func foldSeat(_ event: RecordedEvent, _ term: TermID) {
        switch event.event {
        case .enrollmentApplied(let id, let user, _, _):
            // Where applications hold nothing, the seat is taken by the approval.
            guard state[term]?.admission == .approval else { return }
            seats[id] = TakenSeat(event, enrollment: id, user: user)
        case .enrollmentApproved(let id, _, let overbooked, _):
            if seats[id] == nil, let user = state[id]?.user {
                seats[id] = TakenSeat(event, enrollment: id, user: user)
            }
            seats[id]?.isApproved = true
            seats[id]?.isOverbooked = overbooked
        case .enrollmentRejected(let id, _, _, _), .enrollmentCancelled(let id, _, _, _, _): seats[id] = nil
        default: break
        }
    }
}

extension TakenSeat {
    fileprivate init(_ event: RecordedEvent, enrollment: EnrollmentID, user: UserID) {
        self.init(
            enrollment: enrollment, user: user, position: event.position, type: event.event.type, time: event.time,
            actor: event.actor, isOverbooked: false, isApproved: false)
    }
}

extension EventStream {
    /// The term that the stream belongs to, where it belongs to one.
    var term: TermID? {
        switch self {
        case .term(let id), .refusals(let id): id
        case .user, .course, .attestations: nil
        }
    }
}

extension CommandKind {
    /// Whether a command of this kind is about one term that exists already.
    fileprivate var leadsToTerm: Bool {
        switch self {
        case .updateTerm, .setEnrollmentWindow, .changeTermCapacity, .startTerm, .completeTerm, .cancelTerm: true
        default: isAboutEnrollment
        }
    }
}
