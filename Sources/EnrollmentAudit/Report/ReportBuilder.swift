// Folds the history into the report, event by event, in one pass.

public import Enrollment
public import EnrollmentEngine
public import EventLog

extension EventHistory {
    /// The report on all terms, or on one.
    ///
    /// - Parameters:
    ///   - term: the term to report on; all where none is given.
    ///   - last: the last position to read; the last durable one where none is given.
    ///   - progress: called now and then with the position that was reached.
    /// - Throws: ``AuditError`` with `notFound` where there is no such term, and with `log` where what the log has
    ///   cannot be; `EngineError` where it cannot be read; whatever `progress` throws.
    /// - Complexity: O(*n*) in the events; memory for the state, some 150 bytes for every enrollment of the terms that
    ///   are reported on, 24 for every change of their seats, 24 for every application, 56 for every back-dated event.
    public func auditReport(
        on term: TermID? = nil, through last: Position? = nil, progress: (Position) throws -> Void = { _ in }
    ) throws -> AuditReport {
        var builder = ReportBuilder(only: term)
        var position = Position.zero
        var cursor = try cursor(through: last)
        while let event = try cursor.next() {
            try builder.fold(opened(event))
            position = event.position
            if position.rawValue % 4096 == 0 { try progress(position) }
        }
        if let term, builder.state[term] == nil {
            throw AuditError(.notFound, "There is no term \(term) through position \(position).")
        }
        return AuditReport(
            storeID: storeID, origin: settings.origin, position: position, terms: builder.finishedTerms(),
            backDated: builder.backDated, userSourceIDs: builder.userSourceIDs)
    }
}

/// The state, and the report so far.
struct ReportBuilder {
    private(set) var state = EnrollmentState()
    private(set) var backDated: [BackDatedEntry] = []
    private let only: TermID?
    private var terms: [TermID: TermReport] = [:]
    /// Where an enrollment stands in its term's allocations, by its number, of which none is left out; -1 where its
    /// term was not asked for.
    private var places: [Int32] = []

    init(only: TermID?) { self.only = only }

    /// The reports in the order of the terms' ids, with everything as it is now.
    func finishedTerms() -> [TermReport] {
        terms.keys.sorted().compactMap { id in
            guard var report = terms[id], let term = state[id] else { return nil }
            report.term = term
            report.courseTitle = state[term.course]?.title ?? ""
            return report
        }
    }

    var userSourceIDs: [UserID: String] {
        Dictionary(uniqueKeysWithValues: state.users.compactMap { user in user.sourceID.map { (user.id, $0) } })
    }

    private mutating func note(_ place: Int, of enrollment: EnrollmentID) {
        let number = Int(enrollment.rawValue)
        if places.count <= number {
            places.append(contentsOf: repeatElement(-1, count: number + 1 - places.count))
        }
        places[number] = Int32(place)
    }

    private func place(of enrollment: EnrollmentID) -> Int? {
        let number = Int(enrollment.rawValue)
        guard places.indices.contains(number), places[number] >= 0 else { return nil }
        return Int(places[number])
    }

    mutating func fold(_ event: RecordedEvent) throws(AuditError) {
        guard state.canEvolve(event.event) else { throw .impossible(event) }
        try event.checkTimes()
        state.evolve(event.event, at: event.time)
        // Also what is of no term, such as a suspension that is said to have been earlier, unless one is asked for.
        if event.time.effectiveAt != nil, only == nil || only == event.stream.term {
            backDated.append(BackDatedEntry(event))
        }
        guard let id = event.stream.term, only == nil || only == id, let term = state[id] else { return }
        var report = terms.removeValue(forKey: id) ?? TermReport(term: term, courseTitle: "")
        fold(event, term, into: &report)
        if event.stream == .term(id) { countSeats(event, term, into: &report) }
        terms[id] = report
    }

    private mutating func fold(_ event: RecordedEvent, _ term: Term, into report: inout TermReport) {
        switch event.event {
        case .enrollmentApplied(let id, let user, _, let isDirect):
            note(report.allocations.count, of: id)
            var allocation = Allocation(
                enrollment: id, user: user, applied: AuditMoment(event), isDirect: isDirect)
            if term.admission == .approval { allocation.seat = term.taken }
            report.allocations.append(allocation)
            if !isDirect { report.applications.append(ApplicationTime(time: event.time, isAccepted: true)) }
        case .enrollmentApproved(let id, _, let isOverbooked, let reason):
            approve(id, event, isOverbooked, reason, term, in: &report)
        case .enrollmentRejected(let id, _, _, let reason): end(id, event, as: .rejected, reason, in: &report)
        case .enrollmentCancelled(let id, _, _, _, let reason): end(id, event, as: .cancelled, reason, in: &report)
        case .commandRefused(let refusal):
            report.refusals[refusal.rejection.code, default: 0] += 1
            guard refusal.command == .applyEnrollment else { return }
            report.applications.append(ApplicationTime(time: event.time, isAccepted: false))
        case .termCapacityChanged(_, let from, let to, let taken, let reason):
            report.capacityChanges.append(
                CapacityChange(moment: AuditMoment(event), from: from, to: to, taken: taken, reason: reason?.shown))
        default: break
        }
    }

    private func approve(
        _ id: EnrollmentID, _ event: RecordedEvent, _ isOverbooked: Bool, _ reason: PersonalText?, _ term: Term,
        in report: inout TermReport
    ) {
        guard let place = place(of: id) else { return }
        report.allocations[place].decided = AuditMoment(event)
        report.allocations[place].decision = .approved
        report.allocations[place].status = .approved
        report.allocations[place].isOverbooked = isOverbooked
        report.allocations[place].reason = reason?.shown
        if report.allocations[place].seat == nil { report.allocations[place].seat = term.taken }
        let allocation = report.allocations[place]
        guard isOverbooked || allocation.isDirect else { return }
        report.overrides.append(
            SeatOverride(
                moment: AuditMoment(event), enrollment: id, user: allocation.user, isDirect: allocation.isDirect,
                isOverbooked: isOverbooked, capacity: term.capacity, taken: term.taken,
                reason: reason?.shown))
    }

    private func end(
        _ id: EnrollmentID, _ event: RecordedEvent, as status: EnrollmentStatus, _ reason: PersonalText?,
        in report: inout TermReport
    ) {
        guard let place = place(of: id) else { return }
        if report.allocations[place].decided == nil {
            report.allocations[place].decided = AuditMoment(event)
            report.allocations[place].decision = status
        } else {
            report.allocations[place].ended = AuditMoment(event)
        }
        report.allocations[place].status = status
        report.allocations[place].reason = reason?.shown
    }

    /// Notes the seats where they changed, and when a term is above its capacity.
    private func countSeats(_ event: RecordedEvent, _ term: Term, into report: inout TermReport) {
        let count = SeatCount(time: event.time, taken: term.taken, capacity: term.capacity)
        if let last = report.seats.last, last.taken == count.taken, last.capacity == count.capacity { return }
        report.seats.append(count)
        let excess = term.taken - term.capacity
        let isOpen = report.overCapacity.last.map { $0.end == nil } ?? false
        let last = report.overCapacity.count - 1
        switch (isOpen, excess > 0) {
        case (false, true):
            report.overCapacity.append(
                OverCapacity(start: AuditMoment(event), cause: event.event.type, most: excess))
        case (true, true): report.overCapacity[last].most = max(report.overCapacity[last].most, excess)
        case (true, false): report.overCapacity[last].end = AuditMoment(event)
        case (false, false): break
        }
    }
}

extension PersonalText {
    /// For people: the text, or that nobody could open it.
    fileprivate var shown: String { plain ?? "(sealed)" }
}
