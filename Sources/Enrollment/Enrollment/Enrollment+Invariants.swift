// The invariants of single enrollments, and of the lists and the index that lead to them.

extension EnrollmentState {
    func checkEnrollments() -> [String] {
        struct Place: Hashable {
            let user: UserID
            let term: TermID
        }
        var findings: [String] = []
        var live: [Place: EnrollmentID] = [:]
        for (slot, enrollment) in enrollments.enumerated() {
            let name = "enrollment \(enrollment.id)"
            if enrollment.id.slot != slot { findings.append("\(name) stands at \(slot + 1)") }
            let term = terms[enrollment.term.slot]
            guard enrollment.status.isLive else { continue }
            let place = Place(user: enrollment.user, term: enrollment.term)
            if let other = live.updateValue(enrollment.id, forKey: place) {
                findings.append("\(name) and \(other) are both live for user \(place.user) in term \(place.term)")
            }
            if !term.status.isFinal, courses[term.course.slot].instructor == enrollment.user {
                findings.append("\(name): user \(enrollment.user) is the instructor of course \(term.course)")
            }
        }
        for (place, enrollment) in live where liveEnrollment(of: place.user, in: place.term) != enrollment {
            findings.append("enrollment \(enrollment) is live and not found as such")
        }
        if index.live.count != live.count { findings.append("the index of live enrollments has strays") }
        return findings.sorted()
    }

    func checkLists() -> [String] {
        var findings: [String] = []
        var ofUser = [[EnrollmentID]](repeating: [], count: users.count)
        var ofTerm = [[EnrollmentID]](repeating: [], count: terms.count)
        for enrollment in enrollments {
            ofUser[enrollment.user.slot].append(enrollment.id)
            ofTerm[enrollment.term.slot].append(enrollment.id)
        }
        for user in users where enrollments(of: user.id).map(\.id) != ofUser[user.id.slot].reversed() {
            findings.append("user \(user.id): the list misses enrollments")
        }
        for term in terms where enrollments(of: term.id).map(\.id) != ofTerm[term.id.slot].reversed() {
            findings.append("term \(term.id): the list misses enrollments")
        }
        return findings
    }
}
