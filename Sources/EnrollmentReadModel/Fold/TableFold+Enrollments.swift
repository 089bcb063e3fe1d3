// What events about enrollments make of the rows: the enrollment's own, and the counts of its term.

internal import Enrollment

extension TableFold {
    mutating func foldApplication(
        _ id: EnrollmentID, user: UserID, term: TermID, _ moment: Moment
    ) throws(PoisonReason) {
        try checkNext(id.rawValue, after: enrollments.count, "enrollment")
        _ = try place(of: user.rawValue, in: users.count, "user")
        let place = try place(of: term.rawValue, in: terms.count, "term")
        enrollments.append(
            FoldedEnrollment(
                user: user.rawValue, term: term.rawValue, appliedAt: moment.effectiveAt,
                createdAt: moment.recordedAt, updatedAt: moment.recordedAt, touchedAt: moment.position))
        terms[place].pending += 1
        if terms[place].admission == .approval { touch(term: place, moment) }
    }

    mutating func foldApproval(
        _ id: EnrollmentID, term: TermID, overbooked: Bool, _ moment: Moment
    ) throws(PoisonReason) {
        let (place, termPlace) = try change(id, term: term, from: .pending, to: .approved, moment)
        enrollments[place].overbooked = overbooked
        terms[termPlace].pending -= 1
        terms[termPlace].enrolled += 1
        touch(term: termPlace, moment)
    }

    mutating func foldEnd(
        _ id: EnrollmentID, term: TermID, from: EnrollmentStatus, to: EnrollmentStatus, _ moment: Moment
    ) throws(PoisonReason) {
        guard from.isLive else { throw PoisonReason("an enrollment that is \(from.name) does not end again") }
        let (_, place) = try change(id, term: term, from: from, to: to, moment)
        if from == .approved {
            terms[place].enrolled -= 1
            touch(term: place, moment)
        } else {
            terms[place].pending -= 1
            if terms[place].admission == .approval { touch(term: place, moment) }
        }
    }

    private mutating func change(
        _ id: EnrollmentID, term: TermID, from: EnrollmentStatus, to: EnrollmentStatus, _ moment: Moment
    ) throws(PoisonReason) -> (place: Int, term: Int) {
        let place = try place(of: id.rawValue, in: enrollments.count, "enrollment")
        let status = enrollments[place].status
        guard status == from else { throw PoisonReason("enrollment \(id) is \(status.name), not \(from.name)") }
        guard enrollments[place].term == term.rawValue else {
            throw PoisonReason("enrollment \(id) belongs to term \(enrollments[place].term), not \(term)")
        }
        enrollments[place].status = to
        enrollments[place].processedAt = moment.effectiveAt
        enrollments[place].updatedAt = moment.recordedAt
        enrollments[place].touchedAt = moment.position
        return (place, Int(term.rawValue) - 1)
    }

    /// A column of the term's row changed.
    mutating func touch(term place: Int, _ moment: Moment) {
        terms[place].updatedAt = moment.recordedAt
        terms[place].touchedAt = moment.position
    }
}
