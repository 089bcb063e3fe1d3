// The events that histories are made of, applied from their facts: what `canEvolve`, `evolve` and the count of the
// stream do together, without an event in between. A test compares them, step by step, with the way through events.

extension EnrollmentState {
    /// Applies an application; false, and nothing changes, where it cannot follow what happened before it.
    ///
    /// `version` is the number that the event has in its term's stream.
    ///
    /// - Complexity: O(1), like the other three.
    @inline(__always)
    package mutating func replayApplied(
        _ id: Int64, user: Int64, term: Int64, at time: Timestamp, version: Int64
    ) -> Bool {
        guard id == Int64(enrollments.count) + 1, enrollments.count < Enrollments.limit,
            user >= 1, user <= Int64(users.count), let slot = nextInStream(of: term, version),
            liveEnrollment(of: UserID(user), in: TermID(term)) == nil, !terms[slot].status.isFinal
        else { return false }
        apply(EnrollmentID(id), user: UserID(user), term: TermID(term), at: time)
        terms[slot].version = StreamVersion(version)
        return true
    }

    /// The same for an approval.
    @inline(__always)
    package mutating func replayApproved(_ id: Int64, term: Int64, at time: Timestamp, version: Int64) -> Bool {
        guard let slot = nextInStream(of: term, version), !terms[slot].status.isFinal,
            hasStatus(.pending, id, in: term)
        else { return false }
        approve(EnrollmentID(id), at: time)
        terms[slot].version = StreamVersion(version)
        return true
    }

    /// The same for a rejection, which may follow the completion of its term.
    @inline(__always)
    package mutating func replayRejected(_ id: Int64, term: Int64, at time: Timestamp, version: Int64) -> Bool {
        guard let slot = nextInStream(of: term, version), hasStatus(.pending, id, in: term) else { return false }
        end(EnrollmentID(id), as: .rejected, at: time)
        terms[slot].version = StreamVersion(version)
        return true
    }

    /// The same for a cancellation.
    @inline(__always)
    package mutating func replayCancelled(
        _ id: Int64, term: Int64, previous: EnrollmentStatus, at time: Timestamp, version: Int64
    ) -> Bool {
        guard let slot = nextInStream(of: term, version), terms[slot].status != .completed, previous.isLive,
            hasStatus(previous, id, in: term)
        else { return false }
        end(EnrollmentID(id), as: .cancelled, at: time)
        terms[slot].version = StreamVersion(version)
        return true
    }

    /// Where a term stands whose stream goes on with that version.
    @inline(__always)
    private func nextInStream(of term: Int64, _ version: Int64) -> Int? {
        guard term >= 1, term <= Int64(terms.count) else { return nil }
        let slot = Int(term) - 1
        return terms[slot].version.rawValue &+ 1 == version ? slot : nil
    }

    @inline(__always)
    private func hasStatus(_ status: EnrollmentStatus, _ id: Int64, in term: Int64) -> Bool {
        guard id >= 1, id <= Int64(enrollments.count) else { return false }
        let row = enrollments.row(Int(id) - 1)
        return Int64(row.place >> 2) == term && row.status == status
    }
}
