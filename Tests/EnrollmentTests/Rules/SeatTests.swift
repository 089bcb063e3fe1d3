// Seats: what is taken, what is free, and who may go above the capacity.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct SeatTests {
    private func apply(_ user: UserID) -> Command { .applyEnrollment(user: user, term: World.term) }
    private func enroll(_ user: UserID, override: Bool = false, reason: PersonalText? = nil) -> Command {
        .enrollDirectly(user: user, term: World.term, override: override, reason: reason)
    }
    private func full(_ capacity: Int, _ taken: Int) -> Rejection {
        .termFull(World.term, capacity: capacity, taken: taken)
    }

    @Test func `under APPROVAL an application holds its seat`() {
        let after = World.pending(capacity: 1).when(apply(World.lee)).thenRefused(full(1, 1))
        #expect(after.term?.enrolledCount == 0)
        #expect(after.term?.heldCount == 1)
        #expect(after.term?.free == 0)
    }

    @Test func `under APPROVAL an approval never fails for capacity`() {
        World.pending(capacity: 1).given(.approveEnrollment(1))
            .given(.changeTermCapacity(World.term, to: 3)).given(apply(World.lee), apply(World.park))
            .given(.changeTermCapacity(World.term, to: 1, allowOverbooked: true, reason: "room"))
            .when(.approveEnrollment(2)).then(.approved(2))
            .when(.approveEnrollment(3, override: true, reason: "dean"))
            .then(.approved(3, overbooked: false, reason: "dean"))
    }

    @Test func `under FIRST_COME an application is approved in the same batch`() {
        World.open(capacity: 1, admission: .firstCome)
            .when(apply(World.kim))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: false), .approved(1))
            .when(apply(World.lee)).thenRefused(full(1, 1))
    }

    @Test func `under SELECTION an application holds nothing, and capacity is checked at approval`() {
        let after = World.open(capacity: 1, admission: .selection)
            .given(apply(World.kim), apply(World.lee), apply(World.park))
            .when(.approveEnrollment(2)).then(.approved(2))
            .when(.approveEnrollment(1)).thenRefused(full(1, 1))
            .when(.approveEnrollment(1, override: true, reason: "dean"))
            .then(.approved(1, overbooked: true, reason: "dean"))
        #expect(after.term?.heldCount == 0)
        #expect(after.term?.pendingCount == 1)
        #expect(after.term?.taken == 2)
        #expect(after.term?.free == 0)
    }

    @Test func `under SELECTION people may apply to a term that is full`() {
        World.approved(capacity: 1, admission: .selection).when(apply(World.lee))
            .then(.enrollmentApplied(2, user: World.lee, term: World.term, direct: false))
    }

    @Test func `an override that was not needed overbooks nothing`() {
        World.pending(admission: .selection).when(.approveEnrollment(1, override: true, reason: "sure"))
            .then(.approved(1, overbooked: false, reason: "sure"))
        World.open().when(enroll(World.kim, override: true, reason: "sure"))
            .then(
                .enrollmentApplied(1, user: World.kim, term: World.term, direct: true),
                .approved(1, overbooked: false, reason: "sure"))
    }

    @Test(arguments: Admission.allCases) func `direct enrollment passes the capacity only by override`(kind: Admission)
    {
        let world = World.approved(capacity: 1, admission: kind)
        world.when(enroll(World.lee)).thenRefused(full(1, 1))
        world.when(enroll(World.lee, override: true, reason: "dean"))
            .then(
                .enrollmentApplied(2, user: World.lee, term: World.term, direct: true),
                .approved(2, overbooked: true, reason: "dean"))
    }

    @Test func `holds count as taken for direct enrollment too`() {
        World.pending(capacity: 1).when(enroll(World.lee)).thenRefused(full(1, 1))
        World.pending(capacity: 1, admission: .selection).when(enroll(World.lee))
            .then(.enrollmentApplied(2, user: World.lee, term: World.term, direct: true), .approved(2))
    }

    @Test func `rejecting and cancelling free the seat at once`() {
        let world = World.pending(capacity: 1)
        world.given(.rejectEnrollment(1)).when(apply(World.lee))
            .then(.enrollmentApplied(2, user: World.lee, term: World.term, direct: false))
        world.given(.cancelEnrollment(1)).when(apply(World.lee))
            .then(.enrollmentApplied(2, user: World.lee, term: World.term, direct: false))
        world.given(.approveEnrollment(1), .cancelEnrollment(1)).when(apply(World.lee))
            .then(.enrollmentApplied(2, user: World.lee, term: World.term, direct: false))
    }

    @Test func `a capacity below the seats taken is refused unless it is allowed`() {
        let world = World.approved(capacity: 3).given(apply(World.lee))
        world.when(.changeTermCapacity(World.term, to: 1, reason: "room"))
            .thenRefused(.capacityBelowEnrolled(World.term, requested: 1, taken: 2))
        world.when(.changeTermCapacity(World.term, to: 2))
            .then(.termCapacityChanged(World.term, from: 3, to: 2, taken: 2, reason: nil))
        let cut = world.when(.changeTermCapacity(World.term, to: 1, allowOverbooked: true, reason: "room"))
            .then(.termCapacityChanged(World.term, from: 3, to: 1, taken: 2, reason: "room"))
        #expect(cut.term?.free == 0)
        #expect(cut.term?.taken == 2)
    }

    @Test func `nobody is evicted, and nobody gets in until cancels have caught up`() {
        World.approved(capacity: 3).given(apply(World.lee), enroll(World.park))
            .given(.changeTermCapacity(World.term, to: 1, allowOverbooked: true, reason: "room"))
            .given(.registerUser(email: "choi@example.kr", name: "Choi", role: .student))
            .when(apply(7)).thenRefused(full(1, 3))
            .given(.cancelEnrollment(1)).when(apply(7)).thenRefused(full(1, 2))
            .given(.cancelEnrollment(2)).when(apply(7)).thenRefused(full(1, 1))
            .given(.cancelEnrollment(3))
            .when(apply(7)).then(.enrollmentApplied(4, user: 7, term: World.term, direct: false))
    }

    @Test func `the same capacity is no change, also where it is overbooked`() {
        World.approved(capacity: 3).given(apply(World.lee))
            .given(.changeTermCapacity(World.term, to: 1, allowOverbooked: true, reason: "room"))
            .when(.changeTermCapacity(World.term, to: 1)).thenNothing()
    }

    @Test func `pending applications of a selection do not keep a capacity up`() {
        World.pending(capacity: 2, admission: .selection).given(apply(World.lee))
            .when(.changeTermCapacity(World.term, to: 1))
            .then(.termCapacityChanged(World.term, from: 2, to: 1, taken: 0, reason: nil))
    }
}
