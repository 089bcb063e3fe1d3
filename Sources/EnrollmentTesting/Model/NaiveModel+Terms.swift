// The naive model's rules about terms.

import Enrollment

extension NaiveModel {
    mutating func performOnTerm(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .scheduleTerm(let course, let termNumber, let dates, let capacity, let admission, let sourceID):
            return try schedule(
                Term(
                    course: course, termNumber: termNumber, dates: dates, capacity: capacity, admission: admission,
                    sourceID: sourceID.map { clean($0) }), context)
        case .updateTerm(let id, let dates, let admission):
            return try update(id, dates: dates, admission: admission, context)
        case .setEnrollmentWindow(let id, let window):
            let number = try openTerm(id, context)
            if let window, window.closesAt > terms[number].dates.endsAt {
                throw .invalidTermDateRange(starts: window.closesAt, ends: terms[number].dates.endsAt)
            }
            if terms[number].window == window { return [] }
            terms[number].window = window
            terms[number].version += 1
            return [.enrollmentWindowSet(id, window: window)]
        case .changeTermCapacity(let id, let capacity, let allowOverbooked, let reason):
            let number = try openTerm(id, context)
            let old = terms[number].capacity
            let taken = seatsTaken(in: id)
            if capacity == old { return [] }
            if capacity < taken && !allowOverbooked {
                throw .capacityBelowEnrolled(id, requested: capacity, taken: taken)
            }
            terms[number].capacity = capacity
            terms[number].version += 1
            return [
                .termCapacityChanged(id, from: old, to: capacity, taken: taken, reason: cleanReason(reason))
            ]
        case .startTerm(let id):
            let number = try term(id, mayBecome: .ongoing, from: [.scheduled], context)
            let course = terms[number].course
            let courseStatus = courses[Int(course.rawValue) - 1].status
            if courseStatus == .draft { throw .courseNotPublished(course, courseStatus) }
            terms[number].status = .ongoing
            terms[number].version += 1
            return [.termStarted(id)]
        case .completeTerm(let id):
            return try complete(id, context)
        case .cancelTerm(let id, let reason):
            return try cancel(id, reason: cleanReason(reason), context)
        default:
            return []
        }
    }

    private mutating func schedule(_ term: Term, _ context: CommandContext) throws(Rejection) -> [Event] {
        let course = try existing(term.course)
        let id = TermID(Int64(terms.count) + 1)
        try expectVersion(0, of: .term(id), context)
        if courses[course].status == .archived {
            throw .invalidCourseTransition(term.course, from: .archived, to: .archived)
        }
        for (number, other) in terms.enumerated()
        where other.course == term.course && other.termNumber == term.termNumber {
            throw .duplicateTermNumber(existing: TermID(Int64(number) + 1))
        }
        for (number, other) in terms.enumerated() where term.sourceID != nil && other.sourceID == term.sourceID {
            throw .duplicateSourceID(existing: Int64(number) + 1)
        }
        terms.append(term)
        return [
            .termScheduled(
                id, course: term.course, termNumber: term.termNumber, dates: term.dates, capacity: term.capacity,
                admission: term.admission, sourceID: term.sourceID)
        ]
    }

    private mutating func update(
        _ id: TermID, dates: TermDates?, admission: Admission?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try openTerm(id, context)
        if let dates, let window = terms[number].window, window.closesAt > dates.endsAt {
            throw .invalidTermDateRange(starts: window.closesAt, ends: dates.endsAt)
        }
        let hadEnrollments = enrollments.contains { $0.term == id }
        let changesDates = dates != nil && dates != terms[number].dates
        let changesAdmission = admission != nil && admission != terms[number].admission
        if changesAdmission && hadEnrollments { throw .admissionLocked(id, terms[number].admission) }
        if !changesDates && !changesAdmission { return [] }
        if changesDates, let dates { terms[number].dates = dates }
        if changesAdmission, let admission { terms[number].admission = admission }
        terms[number].version += 1
        return [
            .termUpdated(id, dates: changesDates ? dates : nil, admission: changesAdmission ? admission : nil)
        ]
    }

    private mutating func complete(_ id: TermID, _ context: CommandContext) throws(Rejection) -> [Event] {
        let number = try term(id, mayBecome: .completed, from: [.ongoing], context)
        let waiting = enrollments.indices.filter { enrollments[$0].term == id && enrollments[$0].status == .pending }
        for enrollment in waiting { try checkDating(of: enrollment, context) }
        terms[number].status = .completed
        terms[number].version += 1
        var report: [Event] = [.termCompleted(id)]
        for enrollment in waiting {
            report.append(reject(enrollment, cause: .termCompleted, reason: nil, context))
        }
        return report
    }

    private mutating func cancel(
        _ id: TermID, reason: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try term(id, mayBecome: .cancelled, from: [.scheduled, .ongoing], context)
        let held = enrollments.indices.filter { enrollments[$0].term == id && isOpen(enrollments[$0].status) }
        for enrollment in held { try checkDating(of: enrollment, context) }
        terms[number].status = .cancelled
        terms[number].version += 1
        var report: [Event] = [.termCancelled(id, reason: reason)]
        for enrollment in held {
            report.append(cancel(enrollment, cause: .termCancelled, reason: nil, context))
        }
        return report
    }

    private func openTerm(_ id: TermID, _ context: CommandContext) throws(Rejection) -> Int {
        let number = try existing(id)
        try expectVersion(terms[number].version, of: .term(id), context)
        if isOver(terms[number].status) { throw .termClosed(id, terms[number].status) }
        return number
    }

    private func term(
        _ id: TermID, mayBecome next: TermStatus, from: [TermStatus], _ context: CommandContext
    ) throws(Rejection) -> Int {
        let number = try existing(id)
        try expectVersion(terms[number].version, of: .term(id), context)
        let status = terms[number].status
        if !from.contains(status) { throw .invalidTermTransition(id, from: status, to: next) }
        return number
    }
}
