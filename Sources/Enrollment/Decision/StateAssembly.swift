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
    package static let version = 2

    private var state = EnrollmentState()
    private var events: Int64 = 0
    // What enrollments add up to, kept beside the entities: small enough to stay in the processor's cache.
    private var ofUser: [UserTally] = []
    private var ofTerm: [TermTally] = []
    private var tags: [UInt32] = []
    private var touched: UInt64 = 0

    private struct UserTally {
        var newest: UInt32 = 0
        /// Pending or approved in a term that is not final.
        var live: UInt32 = 0
    }

    private struct TermTally {
        let status: TermStatus
        /// 0 where the course has none.
        let instructor: UInt32
        var newest: UInt32 = 0
        var pending: UInt32 = 0
        var approved: UInt32 = 0
    }

    /// `live` enrollments are pending or approved; all counts are known beforehand, so that nothing grows in steps.
    package init(users: Int, courses: Int, terms: Int, live: Int) {
        state.users.reserveCapacity(users)
        state.courses.reserveCapacity(courses)
        state.terms.reserveCapacity(terms)
        state.index.usersByEmail.reserveCapacity(users)
        state.index.termsByNumber.reserveCapacity(terms)
        state.index.live.reserveCapacity(live)
        ofUser.reserveCapacity(users)
        ofTerm.reserveCapacity(terms)
    }

    package mutating func addUser(
        email: PersonalText?, name: PersonalText?, role: Role, status: UserStatus, sourceID: String?,
        version: StreamVersion
    ) throws(ImpossibleState) {
        let id = UserID(Int64(state.users.count) + 1)
        try count(version)
        guard (email == nil) == (name == nil), email != nil || status == .erased else {
            throw problem("user \(id) has no e-mail or no name, and is not erased")
        }
        if let email {
            guard isNormalized(email) else { throw problem("user \(id) has an e-mail that is not normalised") }
            guard state.user(normalizedEmail: email) == nil else {
                throw problem("user \(id) has the e-mail of another")
            }
            state.index.usersByEmail.insert(email.addressKey, at: id.slot)
        }
        if let sourceID {
            guard state.user(sourceID: sourceID) == nil else {
                throw problem("user \(id) has the source id of another")
            }
            state.index.usersBySourceID.insert(sourceID, at: id.slot)
        }
        var user = User(id: id, email: email, name: name, role: role, sourceID: sourceID)
        user.status = status
        user.version = version
        state.users.append(user)
        ofUser.append(UserTally())
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
        if let sourceID {
            guard state.course(sourceID: sourceID) == nil else {
                throw problem("course \(id) has the source id of another")
            }
            state.index.coursesBySourceID.insert(sourceID, at: id.slot)
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
        if let sourceID {
            guard state.term(sourceID: sourceID) == nil else {
                throw problem("term \(id) has the source id of another")
            }
            state.index.termsBySourceID.insert(sourceID, at: id.slot)
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
        ofTerm.append(
            TermTally(status: status, instructor: UInt32(state.courses[course.slot].instructor?.rawValue ?? 0)))
    }

    /// Adds those of a block, whose columns must be equally long.
    package mutating func addEnrollments(_ columns: Enrollments.Columns) throws(ImpossibleState) {
        precondition(columns.users.count == columns.places.count && columns.users.count == columns.changedAt.count)
        tags.removeAll(keepingCapacity: true)
        for index in columns.users.indices {
            tags.append(
                EnrollmentState.Index.tag(
                    user: UInt32(truncatingIfNeeded: columns.users[index]),
                    term: UInt32(truncatingIfNeeded: columns.places[index] >> 2)))
        }
        for index in columns.users.indices {
            if index % PlaceTable.touchLength == 0 {
                touched &+= state.index.live.touch(tags[index...].prefix(PlaceTable.touchLength))
            }
            try addEnrollment(
                user: columns.users[index], place: columns.places[index], changedAt: columns.changedAt[index])
        }
    }

    @inline(__always)
    private mutating func addEnrollment(user: Int64, place: Int64, changedAt: Int64) throws(ImpossibleState) {
        let term = place >> 2
        guard user >= 1, user <= Int64(ofUser.count), term >= 1, term <= Int64(ofTerm.count),
            state.enrollments.count < Enrollments.limit
        else { throw problem("enrollment \(state.enrollments.count + 1) has an unknown user or term") }
        let (userSlot, termSlot) = (Int(user) - 1, Int(term) - 1)
        let row = Enrollments.Row(
            user: UInt32(user), place: UInt32(place), changedAt: changedAt, previousOfUser: ofUser[userSlot].newest,
            previousOfTerm: ofTerm[termSlot].newest)
        if row.status.isLive { try countLive(row) }
        state.enrollments.append(row)
        ofUser[userSlot].newest = UInt32(state.enrollments.count)
        ofTerm[termSlot].newest = UInt32(state.enrollments.count)
    }

    @inline(__always)
    private mutating func countLive(_ row: Enrollments.Row) throws(ImpossibleState) {
        let slot = state.enrollments.count
        let id = EnrollmentID(Int64(slot) + 1)
        guard state.liveEnrollment(of: row.userID, in: row.termID) == nil else {
            throw problem("enrollment \(id) is live, and so is another of the same user and term")
        }
        state.index.live.insert(slot, tagged: EnrollmentState.Index.tag(row))
        let term = row.termID.slot
        if row.status == .pending { ofTerm[term].pending += 1 } else { ofTerm[term].approved += 1 }
        switch ofTerm[term].status {
        case .scheduled, .ongoing:
            ofUser[row.userID.slot].live += 1
            guard ofTerm[term].instructor != row.user else { throw problem("enrollment \(id) is its instructor's own") }
        case .completed:
            guard row.status == .approved else { throw problem("enrollment \(id) is pending in a completed term") }
        case .cancelled: throw problem("enrollment \(id) is live in a cancelled term")
        }
    }

    /// The state, where it is one that `events` events can have made and `live` enrollments are live.
    ///
    /// Mutating, and not consuming: a copy consumed in its place, as by a closure, would have all users copied.
    package mutating func finished(
        events: Int64, live: Int, attestations: StreamVersion
    ) throws(ImpossibleState) -> EnrollmentState {
        if attestations != 0 { try count(attestations) }
        state.attestationsVersion = attestations
        guard self.events == events else {
            throw problem("the versions add up to \(self.events) events and not to \(events)")
        }
        guard state.index.live.count == live else {
            throw problem("\(state.index.live.count) enrollments are live and not \(live)")
        }
        for (slot, tally) in ofUser.enumerated() where tally.newest > 0 {
            state.users[slot].newestEnrollment = tally.newest
            state.users[slot].liveEnrollments = Int(tally.live)
        }
        for (slot, tally) in ofTerm.enumerated() where tally.newest > 0 {
            state.terms[slot].newestEnrollment = tally.newest
            state.terms[slot].pendingCount = Int(tally.pending)
            state.terms[slot].enrolledCount = Int(tally.approved)
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
    private func isNormalized(_ email: PersonalText) -> Bool {
        guard case .plain(let email) = email else { return true }
        let isPlain = email.utf8.allSatisfy { (0x21...0x7E).contains($0) && !(0x41...0x5A).contains($0) }
        return isPlain || email == normalizedEmail(email)
    }

    private func problem(_ message: String) -> ImpossibleState { ImpossibleState(message: message) }
}
