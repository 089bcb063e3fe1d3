// What must hold in every state between two commands, found again from the arrays without trusting a counter.

extension EnrollmentState {
    /// Every invariant that does not hold, in words that name the ids; empty where all is well.
    ///
    /// It counts for itself what the state counts as it goes, so that a wrong counter shows. That seats taken exceed
    /// the capacity is no finding: an override or a cut may have done it, which only the history can tell.
    ///
    /// - Complexity: O(n) in everything that the state holds. For tests and checks, not for every command.
    public func checkInvariants() -> [String] {
        // With references that lead nowhere nothing else can be counted.
        let dangling = checkReferences()
        guard dangling.isEmpty else { return dangling }
        return checkUsers() + checkCourses() + checkTerms() + checkEnrollments() + checkLists()
    }

    private func checkReferences() -> [String] {
        var findings: [String] = []
        for course in courses {
            if let instructor = course.instructor, self[instructor] == nil {
                findings.append("course \(course.id): instructor \(instructor) does not exist")
            }
        }
        for term in terms where self[term.course] == nil {
            findings.append("term \(term.id): course \(term.course) does not exist")
        }
        for enrollment in enrollments where self[enrollment.user] == nil || self[enrollment.term] == nil {
            findings.append(
                "enrollment \(enrollment.id): user \(enrollment.user) or term \(enrollment.term) does not exist")
        }
        return findings
    }

    private func checkUsers() -> [String] {
        var findings: [String] = []
        var live = [Int](repeating: 0, count: users.count)
        for enrollment in enrollments where enrollment.status.isLive && !isFinal(enrollment.term) {
            live[enrollment.user.slot] += 1
        }
        var sourceIDs = 0
        for (slot, user) in users.enumerated() {
            let name = "user \(user.id)"
            if user.id.slot != slot { findings.append("\(name) stands at \(slot + 1)") }
            if user.version < 1 { findings.append("\(name) has no event") }
            findings += checkEmail(of: user)
            if user.liveEnrollments != live[slot] {
                findings.append("\(name) counts \(user.liveEnrollments) live enrollments and has \(live[slot])")
            }
            guard let sourceID = user.sourceID else { continue }
            sourceIDs += 1
            if self.user(sourceID: sourceID) != user.id { findings.append("\(name): source id is not unique") }
        }
        if index.usersByEmail.count != users.count(where: { $0.email != nil }) {
            findings.append("the index of e-mails has strays")
        }
        if index.usersBySourceID.count != sourceIDs { findings.append("the index of users' source ids has strays") }
        return findings
    }

    private func checkEmail(of user: User) -> [String] {
        guard let email = user.email, user.name != nil else {
            return user.status == .erased && user.email == nil && user.name == nil
                ? [] : ["user \(user.id) has no e-mail or no name, and is not erased"]
        }
        var findings: [String] = []
        if let address = email.plain, address != normalizedEmail(address) {
            findings.append("user \(user.id): e-mail is not normalised")
        }
        if self.user(normalizedEmail: email) != user.id { findings.append("user \(user.id): e-mail is not unique") }
        return findings
    }

    private func checkCourses() -> [String] {
        var findings: [String] = []
        var sourceIDs = 0
        for (slot, course) in courses.enumerated() {
            let name = "course \(course.id)"
            if course.id.slot != slot { findings.append("\(name) stands at \(slot + 1)") }
            if course.version < 1 { findings.append("\(name) has no event") }
            if course.terms != terms.filter({ $0.course == course.id }).map(\.id) {
                findings.append("\(name) does not list its terms")
            }
            if course.status == .archived, let term = firstOpenTerm(of: course) {
                findings.append("\(name) is archived and has term \(term) open")
            }
            if (course.status == .published || course.status == .closed) && course.publishedAt == nil {
                findings.append("\(name) is \(course.status.name) without a publication")
            }
            guard let sourceID = course.sourceID else { continue }
            sourceIDs += 1
            if self.course(sourceID: sourceID) != course.id { findings.append("\(name): source id is not unique") }
        }
        if index.coursesBySourceID.count != sourceIDs {
            findings.append("the index of courses' source ids has strays")
        }
        return findings
    }

    private func checkTerms() -> [String] {
        var findings: [String] = []
        var approved = [Int](repeating: 0, count: terms.count)
        var pending = approved
        for enrollment in enrollments {
            if enrollment.status == .approved { approved[enrollment.term.slot] += 1 }
            if enrollment.status == .pending { pending[enrollment.term.slot] += 1 }
        }
        for (slot, term) in terms.enumerated() {
            let name = "term \(term.id)"
            if term.id.slot != slot { findings.append("\(name) stands at \(slot + 1)") }
            if term.version < 1 { findings.append("\(name) has no event") }
            if term.enrolledCount != approved[slot] {
                findings.append("\(name) counts \(term.enrolledCount) enrolled and has \(approved[slot])")
            }
            if term.pendingCount != pending[slot] {
                findings.append("\(name) counts \(term.pendingCount) pending and has \(pending[slot])")
            }
            if term.capacity < 1 { findings.append("\(name): capacity \(term.capacity)") }
            if term.dates.startDate > term.dates.endDate || term.dates.startsAt >= term.dates.endsAt {
                findings.append("\(name) ends before it starts")
            }
            if let window = term.window, window.opensAt >= window.closesAt || window.closesAt > term.dates.endsAt {
                findings.append("\(name): window is empty or reaches past the end")
            }
            if term.status == .cancelled && approved[slot] + pending[slot] > 0 {
                findings.append("\(name) is cancelled and has live enrollments")
            }
            if term.status == .completed && pending[slot] > 0 {
                findings.append("\(name) is completed and has pending enrollments")
            }
            if index.termsByNumber[.init(course: term.course, number: term.termNumber)] != term.id {
                findings.append("\(name): number \(term.termNumber) is not unique in course \(term.course)")
            }
            if let sourceID = term.sourceID, self.term(sourceID: sourceID) != term.id {
                findings.append("\(name): source id is not unique")
            }
        }
        if index.termsByNumber.count != terms.count { findings.append("the index of term numbers has strays") }
        if index.termsBySourceID.count != terms.count(where: { $0.sourceID != nil }) {
            findings.append("the index of terms' source ids has strays")
        }
        return findings
    }

    private func isFinal(_ term: TermID) -> Bool { self[term]?.status.isFinal ?? false }
}
