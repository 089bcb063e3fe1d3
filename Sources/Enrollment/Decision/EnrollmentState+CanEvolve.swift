// Whether an event that comes from a file can be applied at all. `evolve` itself trusts what was decided.

extension EnrollmentState {
    /// Whether `event` tells of things that exist, in statuses that it can change: `evolve` is safe with it.
    ///
    /// A replay asks this of every event, so that a log which tells an impossible story becomes an error and not a
    /// trap. It does not ask whether the rules would have decided so, but for what the look-ups need: that no two
    /// entities bear the same address, source id or number. O(1).
    public func canEvolve(_ event: Event) -> Bool {
        switch event {
        case .userRegistered(let id, let email, _, _, let sourceID):
            id.rawValue == Int64(users.count) + 1 && user(normalizedEmail: email) == nil
                && sourceID.flatMap(user(sourceID:)) == nil
        case .userUpdated(let id, let email, _): isPresent(id) && email.flatMap(user(normalizedEmail:)) == nil
        case .userRoleChanged(let id, _), .userActivated(let id), .userDeactivated(let id), .userSuspended(let id, _),
            .userReinstated(let id), .erasureRequested(let id):
            isPresent(id)
        case .userErased(let id): exists(id) && !isPresent(id) && users[id.slot].email != nil
        case .courseCreated(let id, _, _, _, let instructor, let sourceID):
            id.rawValue == Int64(courses.count) + 1 && (instructor.map(exists) ?? true)
                && sourceID.flatMap(course(sourceID:)) == nil
        case .instructorAssigned(let id, let instructor): exists(id) && (instructor.map(exists) ?? true)
        case .termScheduled(let id, let course, let number, _, _, _, let sourceID):
            id.rawValue == Int64(terms.count) + 1 && exists(course)
                && index.termsByNumber[Index.TermNumber(course: course, number: number)] == nil
                && sourceID.flatMap(term(sourceID:)) == nil
        case .enrollmentApplied(let id, let user, let term, _):
            id.rawValue == Int64(enrollments.count) + 1 && enrollments.count < Enrollments.limit
                && exists(user) && exists(term)
                && liveEnrollment(of: user, in: term) == nil && !isFinal(term)
        case .enrollmentApproved(let id, let term, _, _), .enrollmentRejected(let id, let term, _, _):
            status(of: id, in: term) == .pending && !isFinal(term, unlessCompleting: event)
        case .enrollmentCancelled(let id, let term, let previous, _, _):
            previous.isLive && status(of: id, in: term) == previous
                && terms[Int(term.rawValue) - 1].status != .completed
        case .termStarted(let id), .termCompleted(let id), .termCancelled(let id, _): exists(id) && !isFinal(id)
        case .commandRefused(let refusal):
            exists(refusal.user) && exists(refusal.term)
        default: subjectExists(event)
        }
    }

    private func subjectExists(_ event: Event) -> Bool {
        switch event.stream {
        case .user(let id): exists(id)
        case .course(let id): exists(id)
        case .term(let id), .refusals(let id): exists(id)
        case .attestations: true
        }
    }

    private func exists(_ id: UserID) -> Bool { id.rawValue >= 1 && id.rawValue <= Int64(users.count) }
    /// Whether the user exists, and nobody asked to erase them.
    private func isPresent(_ id: UserID) -> Bool { exists(id) && users[id.slot].status != .erased }

    private func exists(_ id: CourseID) -> Bool { id.rawValue >= 1 && id.rawValue <= Int64(courses.count) }
    private func exists(_ id: TermID) -> Bool { id.rawValue >= 1 && id.rawValue <= Int64(terms.count) }

    private func isFinal(_ term: TermID) -> Bool { terms[Int(term.rawValue) - 1].status.isFinal }

    /// The rejections of a completion follow the event that made the term final.
    private func isFinal(_ term: TermID, unlessCompleting event: Event) -> Bool {
        if case .enrollmentRejected = event { return false }
        return isFinal(term)
    }

    private func status(of id: EnrollmentID, in term: TermID) -> EnrollmentStatus? {
        guard id.rawValue >= 1, id.rawValue <= Int64(enrollments.count) else { return nil }
        let row = enrollments.row(id.slot)
        return row.termID == term ? row.status : nil
    }
}
