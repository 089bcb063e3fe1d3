// What events about terms mean, and how their seats are counted.

extension EnrollmentState {
    mutating func schedule(
        _ id: TermID, course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission,
        sourceID: String?
    ) {
        precondition(id.slot == terms.count, "term ids are dense, in creation order")
        terms.append(
            Term(
                id: id, course: course, termNumber: termNumber, dates: dates, capacity: capacity,
                admission: admission, sourceID: sourceID))
        courses[course.slot].terms.append(id)
        index.termsByNumber[Index.TermNumber(course: course, number: termNumber)] = id
        if let sourceID { index.termsBySourceID.insert(sourceID, at: id.slot) }
    }

    mutating func update(_ id: TermID, dates: TermDates?, admission: Admission?) {
        if let dates { terms[id.slot].dates = dates }
        if let admission { terms[id.slot].admission = admission }
    }

    /// The approved keep their enrollments, which are live no longer.
    ///
    /// The pending ones are counted by the rejections that follow in the same batch.
    mutating func complete(_ id: TermID) {
        terms[id.slot].status = .completed
        guard terms[id.slot].enrolledCount > 0 else { return }
        for enrollment in enrollments(of: id) where enrollment.status == .approved {
            countLiveEnrollmentEnded(of: enrollment.user)
        }
    }
}

extension Term {
    mutating func countPendingBecameApproved() {
        countEnded(.pending)
        enrolledCount += 1
    }

    /// An underflow is a bug that must show itself, never a number to be mended.
    mutating func countEnded(_ status: EnrollmentStatus) {
        switch status {
        case .pending:
            precondition(pendingCount > 0, "a pending enrollment is counted before it ends")
            pendingCount -= 1
        case .approved:
            precondition(enrolledCount > 0, "an approved enrollment is counted before it ends")
            enrolledCount -= 1
        case .rejected, .cancelled:
            preconditionFailure("an enrollment ends once")
        }
    }
}
