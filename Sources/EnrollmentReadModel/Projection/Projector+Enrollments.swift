// What events about enrollments change: the enrollment's row and the counts of its term, and rows of refusals.

internal import Enrollment

extension Projector {
    func projectEnrollment(_ event: Event) throws {
        switch event {
        case .enrollmentApplied(let id, let user, let term, _):
            try one(.apply, id) {
                $0.bind(4, user.rawValue)
                $0.bind(5, term.rawValue)
            }
            try any(.hold, term.rawValue)
        case .enrollmentApproved(let id, let term, let overbooked, _):
            try one(.approve, id) {
                $0.bind(4, term.rawValue)
                $0.bind(5, overbooked ? 1 as Int64 : 0)
            }
            try one(.takeSeat, term)
        case .enrollmentRejected(let id, let term, _, _):
            try end(id, term: term, from: .pending, to: .rejected)
        case .enrollmentCancelled(let id, let term, let previous, _, _):
            try end(id, term: term, from: previous, to: .cancelled)
        case .commandRefused(let refusal):
            try any(.refuse, position) {
                $0.bind(4, Names.command[refusal.command])
                $0.bind(5, refusal.user.rawValue)
                $0.bind(6, refusal.term.rawValue)
                $0.bind(7, refusal.enrollment?.rawValue)
                $0.bind(8, Names.code[refusal.rejection.code])
            }
        default: preconditionFailure("only events about enrollments come here")
        }
    }

    private func end(
        _ id: EnrollmentID, term: TermID, from: EnrollmentStatus, to: EnrollmentStatus
    ) throws {
        guard from.isLive else { throw PoisonReason("an enrollment that is \(from.name) does not end again") }
        try one(.end, id) {
            $0.bind(4, term.rawValue)
            $0.bind(5, Names.enrollmentStatus[from])
            $0.bind(6, Names.enrollmentStatus[to])
        }
        if from == .approved { try one(.freeSeat, term) } else { try any(.release, term.rawValue) }
    }
}
