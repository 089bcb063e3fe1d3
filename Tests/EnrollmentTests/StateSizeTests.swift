// What an enrollment costs in memory: counted from the arrays themselves, so the same on every machine.

@testable import Enrollment
import EnrollmentTesting
import Testing

@Suite struct StateSizeTests {
    /// They are copied a dozen times on a command's way.
    @Test func `an event and a command have 48 bytes`() {
        #expect(MemoryLayout<Event>.stride == 48)
        #expect(MemoryLayout<Command>.stride == 48)
    }

    /// `count` live enrollments, ten a user, told to `body` at every 4,096.
    private func grow(to count: Int, _ body: (borrowing EnrollmentState, Int) -> Void) {
        let users = count / 10
        var state = EnrollmentState()
        let time = EventTime(recordedAt: .day(0))
        for id in 1...users {
            state.evolve(
                .userRegistered(UserID(Int64(id)), email: "\(id)@x", name: "", role: .student, sourceID: nil), at: time)
        }
        state.evolve(
            .courseCreated(1, title: "", description: "", category: "", instructor: nil, sourceID: nil), at: time)
        for id in 1...10 {
            state.evolve(
                .termScheduled(
                    TermID(Int64(id)), course: 1, termNumber: id, dates: .days(1, 2), capacity: 1,
                    admission: .selection, sourceID: nil), at: time)
        }
        for number in 0..<count {
            let user = UserID(Int64(number % users) + 1)
            let term = TermID(Int64(number / users) + 1)
            state.evolve(
                .enrollmentApplied(EnrollmentID(Int64(number) + 1), user: user, term: term, direct: false), at: time)
            if (number + 1) % 4_096 == 0 || number + 1 == count { body(state, number + 1) }
        }
    }

    @Test func `a million live enrollments take at most 48 bytes each`() {
        var bytes = 0
        grow(to: 1_000_000) { state, count in
            if count == 1_000_000 { bytes = state.bytesOfEnrollments }
        }
        #expect(bytes > 24_000_000)
        #expect(bytes <= 48_000_000)
    }

    @Test func `whatever the size, rows and look-up of live enrollments take at most 48 bytes each`() {
        var checked = 0
        grow(to: 120_000) { state, count in
            let bytes = state.enrollments.bytes + state.index.live.bytes
            // The last block may be empty but for one.
            #expect(bytes <= count * 48 + Enrollments.blockLength * 24, "\(count)")
            checked += 1
        }
        #expect(checked == 30)
    }

    @Test func `what ended takes no room in the look-up`() {
        var state = World.open(admission: .selection).state
        let time = EventTime(recordedAt: .day(10))
        for id in 1...10_000 {
            let id = EnrollmentID(Int64(id))
            state.evolve(.enrollmentApplied(id, user: World.kim, term: World.term, direct: false), at: time)
            state.evolve(.cancelled(id, was: .pending), at: time)
        }
        #expect(state.index.live.bytes < 100)
        #expect(state.enrollments.count == 10_000)
        #expect(state.enrollments(of: World.kim).map(\.id.rawValue) == (1...10_000).reversed())
    }
}
