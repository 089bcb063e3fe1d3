// The tables as a plain fold over the log, in memory: what rebuilds write, and what checks hold the live tables to.
//
// It shares nothing with the projection's SQL nor with the state that decisions are made on, so that the three can be
// compared with each other. It reads no clock, no locale and no floating point.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog

/// The final rows of every table, as of ``position``.
struct TableFold {
    var users: [FoldedUser] = []
    var courses: [FoldedCourse] = []
    var terms: [FoldedTerm] = []
    var enrollments: [FoldedEnrollment] = []
    private(set) var position = Position.zero
    /// Seats that were taken above the capacity without an override; an empty list where no decision was wrong.
    var oversold: [Oversold] = []
    /// The enrollment that the last event made, where an operator did: its approval follows and says what it took.
    var lastDirect: EnrollmentID?

    /// Folds one event in; a refusal is given back, everything else becomes rows.
    ///
    /// - Throws: `poisonEvent` where the event cannot follow those before it; the fold is then of no further use.
    /// - Complexity: O(1), except that a course's first publication visits its terms.
    mutating func apply(_ recorded: RecordedEvent) throws(ReadModelError) -> FoldedRefusal? {
        do throws(PoisonReason) {
            guard recorded.position.rawValue == position.rawValue + 1 else {
                throw PoisonReason("it should have had the position \(position.rawValue + 1)")
            }
            position = recorded.position
            return try fold(recorded.event, Moment(recorded))
        } catch {
            throw .poison(recorded.position, recorded.event.type, error.reason)
        }
    }

    private mutating func fold(_ event: Event, _ moment: Moment) throws(PoisonReason) -> FoldedRefusal? {
        switch event {
        case .userRegistered, .userUpdated, .userRoleChanged, .userActivated, .userDeactivated, .userSuspended,
            .userReinstated, .erasureRequested, .userErased:
            try foldUser(event, moment)
        case .courseCreated, .courseUpdated, .instructorAssigned, .coursePublished, .courseClosed, .courseReopened,
            .courseArchived:
            try foldCourse(event, moment)
        case .termScheduled, .termUpdated, .enrollmentWindowSet, .termCapacityChanged, .termStarted, .termCompleted,
            .termCancelled:
            try foldTerm(event, moment)
        case .enrollmentApplied(let id, let user, let term, let direct):
            try foldApplication(id, user: user, term: term, moment)
            lastDirect = direct ? id : nil
            if !direct && terms[Int(term.rawValue) - 1].admission == .approval { noteOversold(term, moment) }
        case .enrollmentApproved(let id, let term, let overbooked, _):
            try foldApproval(id, term: term, overbooked: overbooked, moment)
            let tookSeat = terms[Int(term.rawValue) - 1].admission != .approval || lastDirect == id
            if tookSeat && !overbooked { noteOversold(term, moment) }
        case .enrollmentRejected(let id, let term, _, _):
            try foldEnd(id, term: term, from: .pending, to: .rejected, moment)
        case .enrollmentCancelled(let id, let term, let previous, _, _):
            try foldEnd(id, term: term, from: previous, to: .cancelled, moment)
        case .commandRefused(let refusal):
            _ = try place(of: refusal.user.rawValue, in: users.count, "user")
            _ = try place(of: refusal.term.rawValue, in: terms.count, "term")
            if let enrollment = refusal.enrollment {
                _ = try place(of: enrollment.rawValue, in: enrollments.count, "enrollment")
            }
            return FoldedRefusal(refusal, moment)
        case .stateAttested: break
        }
        return nil
    }

    /// A seat was taken without an override.
    private mutating func noteOversold(_ term: TermID, _ moment: Moment) {
        let row = terms[Int(term.rawValue) - 1]
        guard row.isOverCapacity, oversold.count < VerificationReport.maximumFindings else { return }
        oversold.append(
            Oversold(term: term.rawValue, taken: row.taken, capacity: row.capacity, position: moment.position))
    }

    /// The place of a row that must exist.
    func place(of id: Int64, in count: Int, _ kind: String) throws(PoisonReason) -> Int {
        guard id >= 1, id <= Int64(count) else { throw PoisonReason("there is no \(kind) \(id)") }
        return Int(id) - 1
    }

    /// Checks that a new row continues the dense ids.
    func checkNext(_ id: Int64, after count: Int, _ kind: String) throws(PoisonReason) {
        guard id == Int64(count) + 1 else { throw PoisonReason("\(kind) \(id) cannot follow \(kind) \(count)") }
    }

    /// Checks that a transition begins where the row stands.
    func check<Status: NamedValue & Equatable>(
        _ status: Status, isIn allowed: [Status], _ kind: String, _ id: Int64
    ) throws(PoisonReason) {
        guard allowed.contains(status) else { throw PoisonReason("\(kind) \(id) is \(status.name)") }
    }
}

/// A seat that was taken above the capacity without an override.
struct Oversold {
    let term: Int64
    let taken: Int64
    let capacity: Int
    let position: Int64
}

/// What rows take from the record of an event: its times and its place.
struct Moment {
    let recordedAt: Int64
    let effectiveAt: Int64
    let position: Int64

    static let none = Moment(recordedAt: 0, effectiveAt: 0, position: 0)

    private init(recordedAt: Int64, effectiveAt: Int64, position: Int64) {
        self.recordedAt = recordedAt
        self.effectiveAt = effectiveAt
        self.position = position
    }

    init(_ recorded: RecordedEvent) {
        recordedAt = recorded.time.recordedAt.rawValue
        effectiveAt = recorded.time.effectiveTime.rawValue
        position = recorded.position.rawValue
    }
}

extension ReadModelError {
    /// The error that names an event which cannot follow those before it.
    static func poison(_ position: Position, _ type: EventType, _ reason: String) -> ReadModelError {
        ReadModelError(
            .poisonEvent,
            """
            The \(type.name) at position \(position) does not fit the rows before it: \
            \(reason). The tables stay as of the position before. Run `enroll verify`; if it finds the tables wrong, \
            run `enroll rebuild`; if it finds the log wrong, restore a backup.
            """, position: position)
    }
}
