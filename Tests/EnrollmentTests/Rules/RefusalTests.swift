// What of a refusal stays in the history.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct RefusalTests {
    private func refusal(
        _ command: CommandKind, of user: UserID = World.kim, at enrollment: EnrollmentID? = nil, _ rejection: Rejection,
        capacity: Int = 2, taken: Int = 0
    ) -> Refusal {
        Refusal(
            command: command, user: user, term: World.term, enrollment: enrollment, rejection: rejection,
            capacity: capacity, taken: taken)
    }

    @Test func `a full term refuses the next applicant and records it with the seats as they were`() {
        let full = Rejection.termFull(World.term, capacity: 1, taken: 1)
        World.pending(capacity: 1)
            .when(.applyEnrollment(user: World.lee, term: World.term), by: .user(World.lee))
            .thenRefused(full)
            .thenRecorded(refusal(.applyEnrollment, of: World.lee, full, capacity: 1, taken: 1))
            .when(.enrollDirectly(user: World.lee, term: World.term))
            .thenRecorded(refusal(.enrollDirectly, of: World.lee, full, capacity: 1, taken: 1))
    }

    @Test func `status, course, term, window and duplicate are recorded`() {
        let apply = Command.applyEnrollment(user: World.kim, term: World.term)
        World.open().given(.suspendUser(World.kim)).when(apply)
            .thenRecorded(refusal(.applyEnrollment, .accountSuspended(World.kim)))
        World.open().given(.deactivateUser(World.kim)).when(apply)
            .thenRecorded(refusal(.applyEnrollment, .userNotActive(World.kim)))
        World.open().when(.applyEnrollment(user: World.instructor, term: World.term))
            .thenRecorded(refusal(.applyEnrollment, of: World.instructor, .ownCourse(World.course)))
        World.draft().when(apply)
            .thenRecorded(refusal(.applyEnrollment, .courseNotPublished(World.course, .draft)))
        World.open().given(.cancelTerm(World.term)).when(apply)
            .thenRecorded(refusal(.applyEnrollment, .termClosed(World.term, .cancelled)))
        World.open().when(apply, at: .day(30))
            .thenRecorded(refusal(.applyEnrollment, .enrollmentPeriodClosed(World.term, closesAt: .day(30))))
        World.open().given(.setEnrollmentWindow(World.term, window: .days(12, 14))).when(apply)
            .thenRecorded(refusal(.applyEnrollment, .enrollmentPeriodNotOpen(World.term, opensAt: .day(12))))
        World.pending().when(apply).thenRecorded(refusal(.applyEnrollment, .alreadyEnrolled(1), taken: 1))
    }

    @Test func `a refused decision is recorded with the enrollment that it named`() {
        func transition(_ to: EnrollmentStatus) -> Rejection {
            .invalidEnrollmentTransition(1, from: .cancelled, to: to)
        }
        let cancelled = World.pending().given(.cancelEnrollment(1))
        cancelled.when(.approveEnrollment(1)).thenRecorded(refusal(.approveEnrollment, at: 1, transition(.approved)))
        cancelled.when(.rejectEnrollment(1)).thenRecorded(refusal(.rejectEnrollment, at: 1, transition(.rejected)))
        cancelled.when(.cancelEnrollment(1)).thenRecorded(refusal(.cancelEnrollment, at: 1, transition(.cancelled)))
        World.approved().given(.startTerm(World.term)).when(.cancelEnrollment(1), by: .user(World.kim))
            .thenRecorded(refusal(.cancelEnrollment, at: 1, .cannotCancelStarted(World.term), taken: 1))
    }

    @Test func `a refused command changes nothing but the count of refusals`() {
        let before = World.pending(capacity: 1)
        let after = before.when(.applyEnrollment(user: World.lee, term: World.term))
        #expect(after.state.users == before.state.users)
        #expect(after.state.enrollments == before.state.enrollments)
        #expect(after.term?.version == before.term?.version)
        #expect(after.term?.refusalsVersion == 1)
        #expect(after.term?.taken == 1)
    }

    @Test func `malformed input, authority, unknown ids and version conflicts leave no trace`() {
        let world = World.pending()
        world.when(.approveEnrollment(1, override: true)).thenRecorded(nil)
        world.when(.approveEnrollment(1), by: .user(World.kim)).thenRecorded(nil)
        world.when(.approveEnrollment(1), by: .user(99)).thenRecorded(nil)
        world.when(.approveEnrollment(99)).thenRecorded(nil)
        world.when(.applyEnrollment(user: 99, term: World.term)).thenRecorded(nil)
        world.when(.applyEnrollment(user: World.kim, term: 99)).thenRecorded(nil)
        world.when(.approveEnrollment(1), expectedVersion: 99).thenRecorded(nil)
        #expect(world.state.refusal(of: .approveEnrollment(99), for: .alreadyEnrolled(1)) == nil)
        #expect(world.state.refusal(of: .applyEnrollment(user: 1, term: 99), for: .alreadyEnrolled(1)) == nil)
    }

    @Test func `refusals of other commands leave no trace`() {
        World.open().given(.cancelTerm(World.term))
            .when(.changeTermCapacity(World.term, to: 9)).thenRefused(.termClosed(World.term, .cancelled))
            .thenRecorded(nil)
    }
}
