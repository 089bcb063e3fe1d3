// A state put together from stored facts instead of from events, and checked as it goes: the way back from a snapshot.

/// Why facts cannot be a state that events made.
package struct ImpossibleState: Error, Hashable {
    package let message: String
}

/// Takes users, then courses, terms and enrollments, each in the order of their ids.
///
/// Only facts go in. Whatever follows from them (counts, lists, look-ups) is made again, so that a snapshot neither
/// mirrors how a state lies in memory nor can contradict itself there. What is taken meets every invariant; all else
/// is refused, so facts may come from anywhere.
package struct StateAssembly {
    /// Raise it whenever the same events make another state than before: it invalidates every stored one.
    package static let version = 1

    private var state = EnrollmentState()
    private var events: Int64 = 0
    // What enrollments add up to, kept beside the entities: small enough to stay in the processor's cache.
    private var ofUser: [Tally] = []
    private var ofTerm: [Tally] = []
    private var liveCount = 0

    private struct Tally {
        var newest: EnrollmentID?
        var pending = 0
        var approved = 0
        /// Pending or approved in a term that is not final.
        var live = 0
    }

    /// `live` enrollments are pending or approved; all counts are known beforehand, so that nothing grows in steps.
    package init(users: Int, courses: Int, terms: Int, enrollments: Int, live: Int) {
        state.users.reserveCapacity(users)
        state.courses.reserveCapacity(courses)
        state.terms.reserveCapacity(terms)
        state.enrollments.reserveCapacity(enrollments)
        state.index.reserve(users: users, terms: terms, live: live)
        ofUser.reserveCapacity(users)
        ofTerm.reserveCapacity(terms)
    }

    package mutating func addUser(
        email: String, name: String, role: Role, status: UserStatus, sourceID: String?, version: StreamVersion
    ) throws(ImpossibleState) {
        let id = UserID(Int64(state.users.count) + 1)
        try count(version)
        guard isNormalized(email) else { throw problem("user \(id) has an e-mail that is not normalised") }
        guard state.index.usersByEmail.updateValue(id, forKey: email) == nil else {
            throw problem("user \(id) has the e-mail of another")
        }
        if let sourceID, state.index.usersBySourceID.updateValue(id, forKey: sourceID) != nil {
            throw problem("user \(id) has the source id of another")
        }
        var user = User(id: id, email: email, name: name, role: role, sourceID: sourceID)
        user.status = status
        user.version = version
        state.users.append(user)
        ofUser.append(Tally())
    }

    package mutating func addCourse(
        title: String, description: String, category: String, instructor: UserID?, status: CourseStatus,
        sourceID: String?, publishedAt: Timestamp?, version: StreamVersion
    ) throws(ImpossibleState) {
        let id = CourseID(Int64(state.courses.count) + 1)
        try count(version)
        if let instructor, state[instructor] == nil { throw problem("course \(id) has an unknown instructor") }
        guard publishedAt != nil || status == .draft || status == .archived else {
            throw problem("course \(id) is \(status.name) without a publication")
        }
        if let sourceID, state.index.coursesBySourceID.updateValue(id, forKey: sourceID) != nil {
            throw problem("course \(id) has the source id of another")
        }
        var course = Course(
            id: id, title: title, description: description, category: category, instructor: instructor,
            sourceID: sourceID)
        course.status = status
        course.publishedAt = publishedAt
        course.version = version
        state.courses.append(course)
    }

    package mutating func addTerm(
        course: CourseID, termNumber: Int, dates: TermDates, capacity: Int, admission: Admission, status: TermStatus,
        window: EnrollmentWindow?, sourceID: String?, version: StreamVersion, refusalsVersion: StreamVersion
    ) throws(ImpossibleState) {
        let id = TermID(Int64(state.terms.count) + 1)
        try count(version)
        if refusalsVersion != 0 { try count(refusalsVersion) }
        guard state[course] != nil else { throw problem("term \(id) has an unknown course") }
        guard status.isFinal || state.courses[course.slot].status != .archived else {
            throw problem("term \(id) is open in an archived course")
        }
        guard capacity >= 1, dates.startDate <= dates.endDate, dates.startsAt < dates.endsAt else {
            throw problem("term \(id) has no seats, or ends before it starts")
        }
        if let window, window.opensAt >= window.closesAt || window.closesAt > dates.endsAt {
            throw problem("term \(id) has an empty window, or one that reaches past its end")
        }
        let number = EnrollmentState.Index.TermNumber(course: course, number: termNumber)
        guard state.index.termsByNumber.updateValue(id, forKey: number) == nil else {
            throw problem("term \(id) has the number of another")
        }
        if let sourceID, state.index.termsBySourceID.updateValue(id, forKey: sourceID) != nil {
            throw problem("term \(id) has the source id of another")
        }
        var term = Term(
            id: id, course: course, termNumber: termNumber, dates: dates, capacity: capacity, admission: admission,
            sourceID: sourceID)
        term.status = status
        term.window = window
        term.version = version
        term.refusalsVersion = refusalsVersion
        state.terms.append(term)
        state.courses[course.slot].terms.append(id)
        ofTerm.append(Tally())
    }

    package mutating func addEnrollment(
        user: UserID, term: TermID, status: EnrollmentStatus, changedAt: Timestamp
    ) throws(ImpossibleState) {
        let id = EnrollmentID(Int64(state.enrollments.count) + 1)
        guard user.rawValue >= 1, user.rawValue <= Int64(ofUser.count), term.rawValue >= 1,
            term.rawValue <= Int64(ofTerm.count)
        else { throw problem("enrollment \(id) has an unknown user or term") }
        if status.isLive { try countLive(id, user: user, term: term, status) }
        state.enrollments.append(
            Enrollment(
                id: id, user: user, term: term, status: status, changedAt: changedAt,
                previousOfUser: ofUser[user.slot].newest, previousOfTerm: ofTerm[term.slot].newest))
        ofUser[user.slot].newest = id
        ofTerm[term.slot].newest = id
    }

    private mutating func countLive(
        _ id: EnrollmentID, user: UserID, term: TermID, _ status: EnrollmentStatus
    ) throws(ImpossibleState) {
        guard state.index.addLive(id, user: user, term: term) else {
            throw problem("enrollment \(id) is live, and so is another of the same user and term")
        }
        liveCount += 1
        if status == .pending { ofTerm[term.slot].pending += 1 } else { ofTerm[term.slot].approved += 1 }
        switch state.terms[term.slot].status {
        case .scheduled, .ongoing:
            ofUser[user.slot].live += 1
            guard state.courses[state.terms[term.slot].course.slot].instructor != user else {
                throw problem("enrollment \(id) is its instructor's own")
            }
        case .completed:
            guard status == .approved else { throw problem("enrollment \(id) is pending in a completed term") }
        case .cancelled: throw problem("enrollment \(id) is live in a cancelled term")
        }
    }

    /// The state, where it is one that `events` events can have made and `live` enrollments are live.
    package consuming func finished(events: Int64, live: Int) throws(ImpossibleState) -> EnrollmentState {
        guard self.events == events else {
            throw problem("the versions add up to \(self.events) events and not to \(events)")
        }
        guard liveCount == live else { throw problem("\(liveCount) enrollments are live and not \(live)") }
        for slot in ofUser.indices {
            state.users[slot].newestEnrollment = ofUser[slot].newest
            state.users[slot].liveEnrollments = ofUser[slot].live
        }
        for slot in ofTerm.indices {
            state.terms[slot].newestEnrollment = ofTerm[slot].newest
            state.terms[slot].pendingCount = ofTerm[slot].pending
            state.terms[slot].enrolledCount = ofTerm[slot].approved
        }
        return state
    }

    /// Every event counts in exactly one stream.
    private mutating func count(_ version: StreamVersion) throws(ImpossibleState) {
        let (sum, overflow) = events.addingReportingOverflow(version.rawValue)
        guard version > 0, !overflow else { throw problem("a stream has \(version) events") }
        events = sum
    }

    /// Most addresses are ASCII without capitals, which needs no Unicode.
    private func isNormalized(_ email: String) -> Bool {
        let isPlain = email.utf8.allSatisfy { (0x21...0x7E).contains($0) && !(0x41...0x5A).contains($0) }
        return isPlain || email == normalizedEmail(email)
    }

    private func problem(_ message: String) -> ImpossibleState { ImpossibleState(message: message) }
}
