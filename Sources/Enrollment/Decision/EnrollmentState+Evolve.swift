// The pure half of the decider that changes state: what an event means. Total over every history that was decided.

extension EnrollmentState {
    /// Applies a fact, and counts it in its stream.
    ///
    /// Total over every history that `decide` made. An event that no decision could have made here is a bug, or a
    /// foreign log: it traps rather than bend a count.
    ///
    /// - Complexity: O(1), except for ``Event/termCompleted(_:)``, which walks the enrollments of its term; the other
    ///   events that end many enrollments come one by one.
    public mutating func evolve(_ event: Event, at time: EventTime) {
        let at = time.effectiveTime
        switch event {
        case .userRegistered(let id, let email, let name, let role, let sourceID):
            register(id, email: email, name: name, role: role, sourceID: sourceID)
        case .userUpdated(let id, let email, let name): update(id, email: email, name: name)
        case .userRoleChanged(let id, let role): users[id.slot].role = role
        case .userActivated(let id), .userReinstated(let id): users[id.slot].status = .active
        case .userDeactivated(let id): users[id.slot].status = .inactive
        case .userSuspended(let id, _): users[id.slot].status = .suspended
        case .erasureRequested(let id): users[id.slot].status = .erased
        case .userErased(let id): erase(id)

        case .courseCreated(let id, let title, let description, let category, let instructor, let sourceID):
            create(
                id, title: title, description: description, category: category, instructor: instructor,
                sourceID: sourceID)
        case .courseUpdated(let id, let title, let description, let category):
            update(id, title: title, description: description, category: category)
        case .instructorAssigned(let id, let instructor): courses[id.slot].instructor = instructor
        case .coursePublished(let id): publish(id, at: at)
        case .courseClosed(let id): courses[id.slot].status = .closed
        case .courseReopened(let id): courses[id.slot].status = .published
        case .courseArchived(let id): courses[id.slot].status = .archived

        case .termScheduled(let id, let course, let number, let dates, let capacity, let admission, let sourceID):
            schedule(
                id, course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
                sourceID: sourceID)
        case .termUpdated(let id, let dates, let admission): update(id, dates: dates, admission: admission)
        case .enrollmentWindowSet(let id, let window): terms[id.slot].window = window
        case .termCapacityChanged(let id, _, let capacity, _, _): terms[id.slot].capacity = capacity
        case .termStarted(let id): terms[id.slot].status = .ongoing
        case .termCompleted(let id): complete(id)
        case .termCancelled(let id, _): terms[id.slot].status = .cancelled

        case .enrollmentApplied(let id, let user, let term, _): apply(id, user: user, term: term, at: at)
        case .enrollmentApproved(let id, _, _, _): approve(id, at: at)
        case .enrollmentRejected(let id, _, _, _): end(id, as: .rejected, at: at)
        case .enrollmentCancelled(let id, _, _, _, _): end(id, as: .cancelled, at: at)
        case .commandRefused, .stateAttested: break
        }
        count(event.stream)
    }

    private mutating func count(_ stream: EventStream) {
        switch stream {
        case .user(let id): users[id.slot].version = users[id.slot].version.next
        case .course(let id): courses[id.slot].version = courses[id.slot].version.next
        case .term(let id): terms[id.slot].version = terms[id.slot].version.next
        case .refusals(let id): terms[id.slot].refusalsVersion = terms[id.slot].refusalsVersion.next
        case .attestations: attestationsVersion = attestationsVersion.next
        }
    }
}
