// Which events the history of a user, course, term or enrollment has: those, and no others.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct `The history` {
    /// Positions 1 to 7 furnish; what follows is numbered in the comments.
    private func history() async throws -> EventHistory {
        let store = try await AuditStore.furnished(capacity: 1, students: 3)
        try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2))  // 8
        try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3))  // 9, refused
        try await store.give(.registerUser(email: "u@x.org", name: "U", role: .instructor))  // 10: user 5
        try await store.give(.assignInstructor(1, instructor: 5))  // 11
        try await store.give(.approveEnrollment(1, reason: "paid"))  // 12
        try await store.give(.approveEnrollment(1))  // 13, refused
        try await store.give(.cancelTerm(1, reason: "no room"))  // 14, and 15 for enrollment 1
        return try await store.history()
    }

    private func positions(_ subject: HistorySubject, in history: EventHistory) throws -> [Int64] {
        var filter = HistoryFilter(subject)
        var positions: [Int64] = []
        for event in try history.events() where filter.includes(event.event) {
            positions.append(event.position.rawValue)
        }
        return positions
    }

    @Test func `of a user has their account, enrollments and refusals, and what others did to them`() async throws {
        let history = try await history()
        #expect(try positions(.user(2), in: history) == [2, 8, 12, 13, 15])
        #expect(try positions(.user(3), in: history) == [3, 9])
        #expect(try positions(.user(4), in: history) == [4])
        #expect(try positions(.user(9), in: history) == [])
    }

    @Test func `of an instructor has the courses they teach, and that they do no longer`() async throws {
        let history = try await history()
        #expect(try positions(.user(1), in: history) == [1, 5, 11])
        #expect(try positions(.user(5), in: history) == [10, 11])
    }

    @Test func `of a course, a term and an enrollment has what concerns each`() async throws {
        let history = try await history()
        #expect(try positions(.course(1), in: history) == [5, 6, 7, 11])
        #expect(try positions(.term(1), in: history) == [7, 8, 9, 12, 13, 14, 15])
        #expect(try positions(.enrollment(1), in: history) == [8, 12, 13, 15])
        #expect(try positions(.enrollment(2), in: history) == [])
    }
}
