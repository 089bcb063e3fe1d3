// What events about enrollments change: the enrollment's row and the counts of its term, and rows of refusals.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog

extension Projector {
    func projectEnrollment(_ event: Event) throws {
        switch event {
        case .enrollmentApplied(let id, let user, let term, _):
            try checkNext(id)
            try one(.apply, id) {
                $0.bind(4, user.rawValue)
                $0.bind(5, term.rawValue)
            }
            if try holds(term) { seats.add(term, enrolled: 0, held: 1, event.type, moment) }
        case .enrollmentApproved(let id, let term, let overbooked, _):
            try one(.approve, id) {
                $0.bind(4, term.rawValue)
                $0.bind(5, overbooked ? 1 as Int64 : 0)
            }
            seats.add(term, enrolled: 1, held: try holds(term) ? -1 : 0, event.type, moment)
        case .enrollmentRejected(let id, let term, _, _):
            try end(id, term: term, from: .pending, to: .rejected, event.type)
        case .enrollmentCancelled(let id, let term, let previous, _, _):
            try end(id, term: term, from: previous, to: .cancelled, event.type)
        case .commandRefused(let refusal):
            try any(.refuse, moment.position) {
                $0.bind(4, Names.command[refusal.command])
                $0.bind(5, refusal.user.rawValue)
                $0.bind(6, refusal.term.rawValue)
                $0.bind(7, refusal.enrollment?.rawValue)
                $0.bind(8, Names.code[refusal.rejection.code])
            }
        default: preconditionFailure("only events about enrollments come here")
        }
    }

    /// Writes an application and its approval by the same command as the one row that they make.
    ///
    /// - Returns: false, with nothing written, where the events are not such a pair.
    func applyAndApprove(_ event: Event, _ next: RecordedEvent) throws -> Bool {
        guard case .enrollmentApplied(let id, let user, let term, _) = event,
            case .enrollmentApproved(id, term, let overbooked, _) = next.event,
            !next.isBatchStart, next.position.rawValue == moment.position + 1,
            next.time.recordedAt.rawValue == moment.recordedAt, next.time.effectiveTime.rawValue == moment.effectiveAt
        else { return false }
        try checkNext(id)
        try one(.applyAndApprove, id) {
            $0.bind(4, user.rawValue)
            $0.bind(5, term.rawValue)
            $0.bind(6, overbooked ? 1 as Int64 : 0)
        }
        seats.add(term, enrolled: 1, held: 0, next.event.type, Moment(next))
        return true
    }

    private func end(
        _ id: EnrollmentID, term: TermID, from: EnrollmentStatus, to: EnrollmentStatus, _ type: EventType
    ) throws {
        guard from.isLive else { throw PoisonReason("an enrollment that is \(from.name) does not end again") }
        try one(.end, id) {
            $0.bind(4, term.rawValue)
            $0.bind(5, Names.enrollmentStatus[from])
            $0.bind(6, Names.enrollmentStatus[to])
        }
        if from == .approved {
            seats.add(term, enrolled: -1, held: 0, type, moment)
        } else if try holds(term) {
            seats.add(term, enrolled: 0, held: -1, type, moment)
        }
    }

    /// Ids are dense, in the order of application.
    private func checkNext(_ id: EnrollmentID) throws {
        let last = try lastEnrollment ?? number(.lastEnrollment) ?? 0
        guard id.rawValue == last + 1 else {
            throw PoisonReason("enrollment \(id) cannot follow enrollment \(last)")
        }
        lastEnrollment = id.rawValue
    }

    private func holds(_ term: TermID) throws -> Bool {
        try seats.holds(term) {
            guard let holds = try number(.admission, term.rawValue) else {
                throw PoisonReason("there is no term \(term)")
            }
            return holds != 0
        }
    }
}
