// Faults that other enrollment systems have had, each shown not to be here.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct FaultTests {
    private func apply(_ user: UserID) -> Command { .applyEnrollment(user: user, term: World.term) }

    @Test(arguments: [Admission.approval, .firstCome]) func `a last seat is given once, however many ask`(
        kind: Admission
    ) {
        let after = World.open(capacity: 1, admission: kind)
            .when(apply(World.kim)).when(apply(World.lee)).when(apply(World.park))
            .thenRefused(.termFull(World.term, capacity: 1, taken: 1))
        #expect(after.term?.taken == 1)
        #expect(after.state.enrollments.count == 1)
        #expect(after.term?.refusalsVersion == 2)
    }

    @Test func `an enrollment that ended does not count as a duplicate`() {
        World.approved(capacity: 1).given(.cancelEnrollment(1)).when(apply(World.kim))
            .then(.enrollmentApplied(2, user: World.kim, term: World.term, direct: false))
    }

    @Test func `a capacity cut below the seats taken is refused, not merely noted`() {
        let after = World.approved(capacity: 3).given(apply(World.lee)).when(.changeTermCapacity(World.term, to: 1))
        after.thenRefused(.capacityBelowEnrolled(World.term, requested: 1, taken: 2))
        #expect(after.term?.capacity == 3)
    }

    @Test func `the default window of an ordinary term is not empty`() {
        let window = World.open().state.effectiveWindow(of: World.open().state.terms[0])
        #expect(window.opensAt.map { $0 < window.closesAt } == true)
    }

    @Test func `a closed term does not call itself full, and a full one does not call itself closed`() {
        World.pending(capacity: 1).given(.cancelTerm(World.term)).when(apply(World.lee))
            .thenRefused(.termClosed(World.term, .cancelled))
        World.pending(capacity: 1).given(.closeCourse(World.course)).when(apply(World.lee))
            .thenRefused(.courseNotPublished(World.course, .closed))
        World.pending(capacity: 1).at(.day(31)).when(apply(World.lee))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
        World.pending(capacity: 1).when(apply(World.lee))
            .thenRefused(.termFull(World.term, capacity: 1, taken: 1))
    }

    @Test func `the user's status is looked at when they apply`() {
        World.open().given(.suspendUser(World.kim)).when(apply(World.kim), by: .user(World.kim))
            .thenRefused(.accountSuspended(World.kim))
    }

    @Test func `an application after a rejection takes its seat again`() {
        let after = World.pending(capacity: 1).given(.rejectEnrollment(1)).given(apply(World.kim))
        #expect(after.term?.taken == 1)
        after.when(apply(World.lee)).thenRefused(.termFull(World.term, capacity: 1, taken: 1))
    }

    @Test func `no way into or out of a status passes the counters by`() {
        // Every way there is, with the seats after each; the invariants are checked after every step besides.
        var world = World.open(capacity: 9)
        var taken: [Int?] = []
        for command: Command in [
            apply(World.kim), .approveEnrollment(1), apply(World.lee), .rejectEnrollment(2), apply(World.lee),
            .cancelEnrollment(3), .enrollDirectly(user: World.park, term: World.term), .cancelEnrollment(4),
            apply(World.park), .deactivateUser(World.park, cascade: true), .startTerm(World.term),
            .enrollDirectly(user: World.lee, term: World.term), .completeTerm(World.term),
        ] {
            world = world.given(command)
            taken.append(world.term?.taken)
        }
        #expect(taken == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1, 2, 2])
    }

    @Test func `a second cancellation is refused and gives no second seat back`() {
        let after = World.approved(capacity: 2).given(apply(World.lee)).given(.cancelEnrollment(1))
            .when(.cancelEnrollment(1))
            .thenRefused(.invalidEnrollmentTransition(1, from: .cancelled, to: .cancelled))
        #expect(after.term?.taken == 1)
    }

    @Test func `a decrement below zero stops the program instead of hiding the drift`() async {
        await #expect(processExitsWith: .failure) {
            var state = World.pending().state
            let time = EventTime(recordedAt: .day(11))
            state.evolve(.cancelled(1, was: .pending), at: time)
            state.evolve(.cancelled(1, was: .pending), at: time)
        }
    }

    @Test func `the same command in the same state always gives the same answer`() {
        let world = World.pending(capacity: 1)
        let context = CommandContext(actor: .user(World.lee), now: .day(10))
        let first = Result { try world.state.decide(apply(World.lee), context) }
        for _ in 0..<20 {
            let again = Result { try world.state.decide(apply(World.lee), context) }
            #expect("\(again)" == "\(first)")
        }
    }
}
