// The naive model's rules about enrollments.

import Enrollment

extension NaiveModel {
    mutating func performOnEnrollment(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .applyEnrollment(let user, let term):
            return try apply(user, term, context)
        case .enrollDirectly(let user, let term, let override, let reason):
            return try enroll(user, term, override: override, reason: cleanReason(reason), context)
        case .approveEnrollment(let id, let override, let reason):
            return try approve(id, override: override, reason: cleanReason(reason), context)
        case .rejectEnrollment(let id, let reason):
            let number = try existing(id)
            let status = enrollments[number].status
            if status != .pending { throw .invalidEnrollmentTransition(id, from: status, to: .rejected) }
            try checkDating(of: number, context)
            try expectVersion(ofTerm: enrollments[number].term, context)
            return [reject(number, cause: .byOperator, reason: cleanReason(reason), context)]
        case .cancelEnrollment(let id, let reason):
            let number = try existing(id)
            let status = enrollments[number].status
            if !isOpen(status) { throw .invalidEnrollmentTransition(id, from: status, to: .cancelled) }
            try checkDating(of: number, context)
            let term = enrollments[number].term
            try expectVersion(ofTerm: term, context)
            let termStatus = terms[Int(term.rawValue) - 1].status
            if isOver(termStatus) { throw .termClosed(term, termStatus) }
            let isOperator = actsAsOperator(context.actor)
            if termStatus == .ongoing && !isOperator { throw .cannotCancelStarted(term) }
            return [
                cancel(number, cause: isOperator ? .byOperator : .bySelf, reason: cleanReason(reason), context)
            ]
        default:
            return []
        }
    }

    private mutating func apply(
        _ user: UserID, _ term: TermID, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let person = try existing(user)
        let number = try existing(term)
        try expectVersion(ofTerm: term, context)
        if users[person].status == .erased { throw .userErased(user) }
        if users[person].status == .suspended { throw .accountSuspended(user) }
        if users[person].status == .inactive { throw .userNotActive(user) }
        let course = courses[Int(terms[number].course.rawValue) - 1]
        if course.instructor == user { throw .ownCourse(terms[number].course) }
        if course.status != .published { throw .courseNotPublished(terms[number].course, course.status) }
        if isOver(terms[number].status) { throw .termClosed(term, terms[number].status) }
        let opensAt = terms[number].window?.opensAt ?? course.publishedAt
        let closesAt = terms[number].window?.closesAt ?? terms[number].dates.startsAt
        let time = context.effectiveAt ?? context.now
        if time >= closesAt { throw .enrollmentPeriodClosed(term, closesAt: closesAt) }
        if let opensAt, time < opensAt { throw .enrollmentPeriodNotOpen(term, opensAt: opensAt) }
        try checkNotIn(user, term)
        let taken = seatsTaken(in: term)
        if terms[number].admission != .selection && taken >= terms[number].capacity {
            throw .termFull(term, capacity: terms[number].capacity, taken: taken)
        }
        let id = add(user, term, context)
        var report: [Event] = [.enrollmentApplied(id, user: user, term: term, direct: false)]
        if terms[number].admission == .firstCome {
            report.append(accept(enrollments.count - 1, overbooked: false, reason: nil, context))
        }
        return report
    }

    private mutating func enroll(
        _ user: UserID, _ term: TermID, override: Bool, reason: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let person = try existing(user)
        let number = try existing(term)
        try expectVersion(ofTerm: term, context)
        if users[person].status == .erased { throw .userErased(user) }
        if users[person].status == .suspended { throw .accountSuspended(user) }
        if users[person].status == .inactive { throw .userNotActive(user) }
        let course = courses[Int(terms[number].course.rawValue) - 1]
        if course.instructor == user { throw .ownCourse(terms[number].course) }
        if course.status == .draft || course.status == .archived {
            throw .courseNotPublished(terms[number].course, course.status)
        }
        if isOver(terms[number].status) { throw .termClosed(term, terms[number].status) }
        try checkNotIn(user, term)
        let taken = seatsTaken(in: term)
        let isFull = taken >= terms[number].capacity
        if isFull && !override { throw .termFull(term, capacity: terms[number].capacity, taken: taken) }
        let id = add(user, term, context)
        return [
            .enrollmentApplied(id, user: user, term: term, direct: true),
            accept(enrollments.count - 1, overbooked: isFull, reason: reason, context),
        ]
    }

    private mutating func approve(
        _ id: EnrollmentID, override: Bool, reason: PersonalText?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try existing(id)
        let status = enrollments[number].status
        if status != .pending { throw .invalidEnrollmentTransition(id, from: status, to: .approved) }
        try checkDating(of: number, context)
        let term = enrollments[number].term
        try expectVersion(ofTerm: term, context)
        let user = enrollments[number].user
        if users[Int(user.rawValue) - 1].status == .suspended { throw .accountSuspended(user) }
        if users[Int(user.rawValue) - 1].status == .inactive { throw .userNotActive(user) }
        var overbooked = false
        if terms[Int(term.rawValue) - 1].admission == .selection {
            let capacity = terms[Int(term.rawValue) - 1].capacity
            let taken = seatsTaken(in: term)
            overbooked = taken >= capacity
            if overbooked && !override { throw .termFull(term, capacity: capacity, taken: taken) }
        }
        return [accept(number, overbooked: overbooked, reason: reason, context)]
    }

    private func checkNotIn(_ user: UserID, _ term: TermID) throws(Rejection) {
        for (number, other) in enrollments.enumerated()
        where other.user == user && other.term == term && isOpen(other.status) {
            throw .alreadyEnrolled(EnrollmentID(Int64(number) + 1))
        }
    }

    private func expectVersion(ofTerm term: TermID, _ context: CommandContext) throws(Rejection) {
        try expectVersion(terms[Int(term.rawValue) - 1].version, of: .term(term), context)
    }
}

extension NaiveModel {
    // Single changes: each sets the status, the time, and counts one more event of the term.

    private mutating func add(_ user: UserID, _ term: TermID, _ context: CommandContext) -> EnrollmentID {
        enrollments.append(
            Enrollment(user: user, term: term, changedAt: context.effectiveAt ?? context.now))
        terms[Int(term.rawValue) - 1].version += 1
        return EnrollmentID(Int64(enrollments.count))
    }

    private mutating func change(_ number: Int, to status: EnrollmentStatus, _ context: CommandContext) {
        enrollments[number].status = status
        enrollments[number].changedAt = context.effectiveAt ?? context.now
        terms[Int(enrollments[number].term.rawValue) - 1].version += 1
    }

    private mutating func accept(
        _ number: Int, overbooked: Bool, reason: PersonalText?, _ context: CommandContext
    ) -> Event {
        change(number, to: .approved, context)
        return .enrollmentApproved(
            EnrollmentID(Int64(number) + 1), term: enrollments[number].term, overbooked: overbooked, reason: reason)
    }

    mutating func reject(_ number: Int, cause: EndCause, reason: PersonalText?, _ context: CommandContext) -> Event {
        change(number, to: .rejected, context)
        return .enrollmentRejected(
            EnrollmentID(Int64(number) + 1), term: enrollments[number].term, cause: cause, reason: reason)
    }

    mutating func cancel(_ number: Int, cause: EndCause, reason: PersonalText?, _ context: CommandContext) -> Event {
        let previous = enrollments[number].status
        change(number, to: .cancelled, context)
        return .enrollmentCancelled(
            EnrollmentID(Int64(number) + 1), term: enrollments[number].term, previous: previous, cause: cause,
            reason: reason)
    }
}
