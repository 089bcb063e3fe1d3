// What an explanation says about refusals and approvals, against histories whose truth is known.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct `An explanation` {
    @Test func `of a refusal names the rule, the values, and who had the seats`() async throws {
        let store = try await AuditStore.furnished(capacity: 2, students: 4)
        let first = try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3), at: .day(1))
        let gone = try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))
        try await store.give(.cancelEnrollment(2), by: .user(2), at: .day(2))
        let second = try await store.give(.applyEnrollment(user: 4, term: 1), by: .user(4), at: .day(3))
        try await store.give(.approveEnrollment(1), at: .day(4))
        let refused = try await store.give(.applyEnrollment(user: 5, term: 1), by: .user(5), at: .day(5))
        try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(6))
        let explanation = try await store.history().explanation(of: refused)
        #expect(explanation.position == refused && gone < second)
        #expect(explanation.refusal == .termFull(1, capacity: 2, taken: 2))
        #expect(explanation.isByTheRules)
        #expect(explanation.rule == "a seat is given only while fewer are taken than the capacity")
        #expect(explanation.command.command == .applyEnrollment(user: 5, term: 1))
        #expect(explanation.seats.map(\.user) == [3, 4])
        #expect(explanation.seats.map(\.position) == [first, second])
        #expect(explanation.seats.map(\.isApproved) == [true, false])
        #expect(explanation.seats.map(\.type) == [.enrollmentApplied, .enrollmentApplied])
        #expect(explanation.seen.term?.taken == 2 && explanation.seen.term?.heldCount == 1)
        #expect(explanation.seen.user?.id == 5 && explanation.seen.course?.status == .published)
        #expect(explanation.seen.judgedAt == .day(5))
        let values = Dictionary(uniqueKeysWithValues: explanation.seen.values.map { ($0.name, $0.value) })
        #expect(values["capacity"] == .number(2) && values["free"] == .number(0))
        #expect(values["windowClosesAt"] == .text(Timestamp.day(100).description))
    }

    @Test func `of a back-dated command judges the window at its own time`() async throws {
        let store = try await AuditStore.furnished(capacity: 2, students: 1)
        let late = try await store.give(
            .applyEnrollment(user: 2, term: 1), at: .day(150), effectiveAt: .day(99, hour: 23))
        let explanation = try await store.history().explanation(of: late)
        #expect(explanation.refusal == nil && explanation.isByTheRules)
        #expect(explanation.seen.judgedAt == .day(99, hour: 23))
        #expect(explanation.time.recordedAt == .day(150))
    }

    @Test func `of an approval in a batch begins with the application`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 2, admission: .firstCome)
        let approved = try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))
        let refused = try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3), at: .day(1))
        let history = try await store.history()
        let explanation = try history.explanation(of: approved)
        #expect(explanation.position.rawValue == approved.rawValue - 1)
        #expect(explanation.recorded.map(\.event.type) == [.enrollmentApplied, .enrollmentApproved])
        #expect(explanation.rule == "who applies first gets a seat, while one is free")
        #expect(explanation.seats.isEmpty)
        let next = try history.explanation(of: refused)
        #expect(next.seats.map(\.type) == [.enrollmentApproved] && next.seats.map(\.position) == [approved])
    }

    @Test func `of an override says so`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 2, admission: .selection)
        for user in [2, 3] as [UserID] { try await store.give(.applyEnrollment(user: user, term: 1), at: .day(1)) }
        try await store.give(.approveEnrollment(1), at: .day(2))
        let over = try await store.give(.approveEnrollment(2, override: true, reason: "lab seat"), at: .day(2))
        let next = try await store.give(.changeTermCapacity(1, to: 3), at: .day(3))
        let history = try await store.history()
        let explanation = try history.explanation(of: over)
        #expect(explanation.rule.hasPrefix("an operator's override"))
        #expect(explanation.seen.enrollment?.status == .pending && explanation.seen.user?.id == 3)
        #expect(explanation.seats.map(\.enrollment) == [1])
        let after = try history.explanation(of: next)
        #expect(after.seats.map(\.isOverbooked) == [false, true])
        #expect(after.rule == "nothing in the state stood against it")
    }

    @Test func `finds the command of an event far behind its first`() async throws {
        let store = try await AuditStore.furnished(capacity: 200, students: 150)
        for user in 2...151 { try await store.give(.applyEnrollment(user: UserID(Int64(user)), term: 1)) }
        let last = try await store.give(.cancelTerm(1, reason: "no room"), at: .day(1))
        let explanation = try await store.history().explanation(of: last)
        #expect(explanation.recorded.count == 151 && explanation.recorded.last?.position == last)
        #expect(explanation.command.command == .cancelTerm(1, reason: "no room"))
        #expect(explanation.seats.count == 150)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `agrees with every decision of a random history, and with its seats`(seed: UInt64) async throws {
        let history = try await AuditStore.random(seed: seed, commands: 300).history()
        var refusals = 0
        var seats = 0
        for event in try history.events() where event.isBatchStart {
            let explanation = try history.explanation(of: event.position)
            #expect(explanation.isByTheRules, "position \(event.position)")
            guard let term = explanation.seen.term else { continue }
            #expect(explanation.seats.count == term.taken, "position \(event.position)")
            #expect(explanation.seats.map(\.position) == explanation.seats.map(\.position).sorted())
            seats += explanation.seats.count
            guard case .commandRefused(let refusal) = event.event else { continue }
            refusals += 1
            #expect(refusal.capacity == term.capacity && refusal.taken == term.taken)
            #expect(explanation.refusal == refusal.rejection)
        }
        #expect(refusals > 10 && seats > 20)
    }

    @Test func `says where the log has another decision than the rules`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 2)
        let first = try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))
        let id = CommandID.random()
        try await store.plant { log in
            try log.plant(
                .applyEnrollment(user: 3, term: 1), by: .user(3),
                [.enrollmentApplied(2, user: 3, term: 1, direct: false)], id: id)
            try log.plant(
                .changeTermCapacity(1, to: 5), by: .system,
                [.termCapacityChanged(1, from: 1, to: 5, taken: 2, reason: nil)], id: id)
        }
        let history = try await store.history()
        let wrong = try history.explanation(of: Position(first.rawValue + 1))
        #expect(!wrong.isByTheRules && wrong.refusal == nil)
        #expect(wrong.ruling.summary == "TERM_FULL (capacity 1, taken 1)")
        let twice = try history.explanation(of: Position(first.rawValue + 2))
        #expect(twice.ruling == .seenBefore(at: Position(first.rawValue + 1)))
    }

    @Test func `is refused where the log has no such position`() async throws {
        let history = try await AuditStore.furnished(capacity: 1, students: 0).history()
        #expect(code { _ = try history.explanation(of: 0) } == .notFound)
        #expect(code { _ = try history.explanation(of: 99) } == .notFound)
    }
}

@Suite struct `The decisions about a person in a term` {
    @Test func `are those that were refused too, one for each command`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 2, admission: .firstCome)
        try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))
        let refused = try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3), at: .day(2))
        try await store.give(.cancelEnrollment(1), by: .user(2), at: .day(3))
        let approved = try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3), at: .day(4))
        let cancelled = try await store.give(.cancelEnrollment(2, reason: "moved"), at: .day(5))
        let history = try await store.history()
        let mentions = try history.decisions(about: .attempts(of: 3, in: 1))
        #expect(mentions.map(\.position) == [refused, approved, cancelled])
        #expect(mentions.map(\.code) == [.termFull, nil, nil])
        #expect(mentions.map(\.type) == [.commandRefused, .enrollmentApproved, .enrollmentCancelled])
        let ofEnrollment = try history.decisions(about: .enrollment(2))
        #expect(ofEnrollment.map(\.position) == [approved, cancelled])
        #expect(try history.decisions(about: .attempts(of: 3, in: 2)).isEmpty)
    }
}
