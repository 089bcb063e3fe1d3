// What commands about terms become. A final term is frozen; an ongoing one may be updated.

extension EnrollmentState {
    func scheduleTerm(
        course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission, sourceID: String?,
        _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        _ = try slot(of: course)
        let id = TermID(Int64(terms.count) + 1)
        try checkVersion(of: .term(id), context)
        try checkNotArchived(course)
        if let existing = index.termsByNumber[Index.TermNumber(course: course, number: termNumber)] {
            throw .duplicateTermNumber(existing: existing)
        }
        if let sourceID, let existing = term(sourceID: sourceID) {
            throw .duplicateSourceID(existing: existing.rawValue)
        }
        return [
            .termScheduled(
                id, course: course, termNumber: termNumber, dates: dates, capacity: capacity, admission: admission,
                sourceID: sourceID)
        ]
    }

    /// New dates must keep a window that was set inside; the default window moves with them.
    func updateTerm(
        _ id: TermID, dates: TermDates?, admission: Admission?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try openTerm(id, context)
        let newDates = dates == terms[slot].dates ? nil : dates
        let newAdmission = admission == terms[slot].admission ? nil : admission
        if let newDates, let window = terms[slot].window { try check(window, inside: newDates) }
        guard newAdmission == nil || !terms[slot].isAdmissionLocked else {
            throw .admissionLocked(id, terms[slot].admission)
        }
        guard newDates != nil || newAdmission != nil else { return [] }
        return [.termUpdated(id, dates: newDates, admission: newAdmission)]
    }

    func setEnrollmentWindow(
        _ id: TermID, window: EnrollmentWindow?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try openTerm(id, context)
        if let window { try check(window, inside: terms[slot].dates) }
        return terms[slot].window == window ? [] : [.enrollmentWindowSet(id, window: window)]
    }

    /// Nobody is evicted: a capacity below the seats taken leaves none free until cancels catch up.
    func changeTermCapacity(
        _ id: TermID, to capacity: Int, allowOverbooked: Bool, reason: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try openTerm(id, context)
        let from = terms[slot].capacity
        let taken = terms[slot].taken
        guard capacity != from else { return [] }
        guard capacity >= taken || allowOverbooked else {
            throw .capacityBelowEnrolled(id, requested: capacity, taken: taken)
        }
        return [.termCapacityChanged(id, from: from, to: capacity, taken: taken, reason: reason)]
    }

    func startTerm(_ id: TermID, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try checkTerm(id, to: .ongoing, from: [.scheduled], context)
        let course = terms[slot].course
        guard courses[course.slot].publishedAt != nil else {
            throw .courseNotPublished(course, courses[course.slot].status)
        }
        return [.termStarted(id)]
    }

    func completeTerm(_ id: TermID, _ context: CommandContext) throws(Rejection) -> [Event] {
        let slot = try checkTerm(id, to: .completed, from: [.ongoing], context)
        var events: [Event] = [.termCompleted(id)]
        guard terms[slot].pendingCount > 0 else { return events }
        for enrollment in enrollments(of: id).filter({ $0.status == .pending }).reversed() {
            try checkOrder(of: enrollment, context)
            events.append(.enrollmentRejected(enrollment.id, term: id, cause: .termCompleted, reason: nil))
        }
        return events
    }

    func cancelTerm(_ id: TermID, reason: PersonalText?, _ context: CommandContext) throws(Rejection) -> [Event] {
        _ = try checkTerm(id, to: .cancelled, from: [.scheduled, .ongoing], context)
        var events: [Event] = [.termCancelled(id, reason: reason)]
        for enrollment in enrollments(of: id).filter({ $0.status.isLive }).reversed() {
            try checkOrder(of: enrollment, context)
            events.append(
                .enrollmentCancelled(
                    enrollment.id, term: id, previous: enrollment.status, cause: .termCancelled, reason: nil))
        }
        return events
    }

    private func openTerm(_ id: TermID, _ context: CommandContext) throws(Rejection) -> Int {
        let slot = try slot(of: id)
        try checkVersion(of: .term(id), context)
        try checkNotFinal(id)
        return slot
    }

    func checkNotFinal(_ id: TermID) throws(Rejection) {
        let status = terms[id.slot].status
        guard !status.isFinal else { throw .termClosed(id, status) }
    }

    /// A wrong start, completion or cancellation names both ends of the transition, also where the term is final.
    private func checkTerm(
        _ id: TermID, to: TermStatus, from allowed: [TermStatus], _ context: CommandContext
    ) throws(Rejection) -> Int {
        let slot = try slot(of: id)
        try checkVersion(of: .term(id), context)
        let from = terms[slot].status
        guard allowed.contains(from) else { throw .invalidTermTransition(id, from: from, to: to) }
        return slot
    }

    private func check(_ window: EnrollmentWindow, inside dates: TermDates) throws(Rejection) {
        guard window.closesAt <= dates.endsAt else {
            throw .invalidTermDateRange(starts: window.closesAt, ends: dates.endsAt)
        }
    }
}
