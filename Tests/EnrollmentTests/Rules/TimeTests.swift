// Back-dated commands: where an import has a time of its own.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct TimeTests {
    private let tooEarly = Rejection.invalidInput(field: .effectiveAt, problem: .beforeEarlierFact)

    @Test func `windows are judged at the effective time`() {
        let apply = Command.applyEnrollment(user: World.kim, term: World.term)
        World.open().when(apply, at: .day(90), effectiveAt: .day(29))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: false))
        World.open().when(apply, at: .day(90), effectiveAt: .day(30))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
    }

    @Test func `an enrollment keeps the effective time of its last change`() {
        let after = World.open().when(
            .applyEnrollment(user: World.kim, term: World.term), at: .day(90), effectiveAt: .day(20))
        #expect(after.state.enrollments[0].changedAt == .day(20))
        let approved = after.when(.approveEnrollment(1), effectiveAt: .day(25))
        #expect(approved.state.enrollments[0].changedAt == .day(25))
        #expect(approved.when(.cancelEnrollment(1)).state.enrollments[0].changedAt == .day(90))
    }

    @Test(arguments: [Command.approveEnrollment(1), .rejectEnrollment(1), .cancelEnrollment(1)])
    func `a fact is not dated before the one that it follows`(command: Command) {
        let world = World.pending().at(.day(20))
        world.when(command, effectiveAt: .day(10).advanced(microseconds: -1)).thenRefused(tooEarly).thenRecorded(nil)
        let after = world.when(command, effectiveAt: .day(10))
        #expect(after.state.enrollments[0].changedAt == .day(10))
        #expect(after.state.enrollments[0].status != .pending)
    }

    @Test func `a cascade is not dated before a fact that it ends`() {
        let world = World.pending(capacity: 3).given(.applyEnrollment(user: World.lee, term: World.term), at: .day(15))
            .at(.day(40))
        world.when(.cancelTerm(World.term), effectiveAt: .day(14)).thenRefused(tooEarly)
        world.when(.deactivateUser(World.lee, cascade: true), effectiveAt: .day(14)).thenRefused(tooEarly)
        world.given(.startTerm(World.term)).when(.completeTerm(World.term), effectiveAt: .day(14))
            .thenRefused(tooEarly)
        let after = world.when(.cancelTerm(World.term), effectiveAt: .day(15))
        after.then(
            .termCancelled(World.term, reason: nil), .cancelled(1, was: .pending, .termCancelled),
            .cancelled(2, was: .pending, .termCancelled))
        #expect(after.state.enrollments.map(\.changedAt) == [.day(15), .day(15)])
    }

    @Test func `a completion may be dated before what it leaves alone`() {
        World.pending().given(.approveEnrollment(1), .startTerm(World.term), at: .day(40))
            .when(.completeTerm(World.term), at: .day(50), effectiveAt: .day(35))
            .then(.termCompleted(World.term))
    }
}
