// When people may apply.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct WindowTests {
    private static let apply = Command.applyEnrollment(user: World.kim, term: World.term)
    private static let applied = Event.enrollmentApplied(1, user: World.kim, term: World.term, direct: false)

    @Test func `the default window opens with the publication and closes with the day before the first`() {
        let world = World.draft(admission: .selection).given(.publishCourse(World.course), at: .day(5))
        #expect(world.state.effectiveWindow(of: world.state.terms[0]) == (.day(5), .day(30)))
        world.when(Self.apply, at: .day(5)).then(Self.applied)
        world.when(Self.apply, at: .day(30).advanced(microseconds: -1)).then(Self.applied)
        world.when(Self.apply, at: .day(30))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
    }

    @Test func `before the publication the course is to blame, not the window`() {
        let world = World.draft()
        #expect(world.state.effectiveWindow(of: world.state.terms[0]) == (nil, .day(30)))
        world.when(Self.apply).thenRefused(.courseNotPublished(World.course, .draft))
    }

    @Test func `an application dated before the publication is too early`() {
        World.open().at(.day(10)).when(Self.apply, effectiveAt: .day(0).advanced(microseconds: -1))
            .thenRefused(.enrollmentPeriodNotOpen(World.term, opensAt: .day(0)))
    }

    @Test func `a window that was set is half open`() {
        let world = World.open().given(.setEnrollmentWindow(World.term, window: .days(12, 14)))
        world.when(Self.apply, at: .day(12).advanced(microseconds: -1))
            .thenRefused(.enrollmentPeriodNotOpen(World.term, opensAt: .day(12)))
        world.when(Self.apply, at: .day(12)).then(Self.applied)
        world.when(Self.apply, at: .day(14).advanced(microseconds: -1)).then(Self.applied)
        world.when(Self.apply, at: .day(14))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(14)))
    }

    @Test func `setting the window to none brings the default back`() {
        World.open().given(
            .setEnrollmentWindow(World.term, window: .days(12, 14)), .setEnrollmentWindow(World.term, window: nil)
        )
        .when(Self.apply, at: .day(20)).then(Self.applied)
    }

    @Test func `the default window moves with the dates`() {
        World.open().given(.updateTerm(World.term, dates: .days(40, 60)))
            .when(Self.apply, at: .day(39)).then(Self.applied)
    }

    @Test func `a window that reaches into the running term is late enrollment`() {
        let world = World.open().given(.setEnrollmentWindow(World.term, window: .days(5, 35)))
            .given(.startTerm(World.term), at: .day(30))
        world.when(Self.apply, at: .day(34)).then(Self.applied)
        world.when(Self.apply, at: .day(35))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(35)))
    }

    @Test func `the default window is judged by its date, also in a term that was started early`() {
        World.open().given(.startTerm(World.term), at: .day(20)).when(Self.apply, at: .day(29)).then(Self.applied)
    }

    @Test func `closing and reopening the course does not move the window`() {
        let world = World.open().given(.closeCourse(World.course), .reopenCourse(World.course), at: .day(15))
        #expect(world.state.effectiveWindow(of: world.state.terms[0]).opensAt == .day(0))
    }

    @Test func `a default window that is empty is over, not still to come`() {
        let world = World.draft().given(.publishCourse(World.course), at: .day(40))
        world.when(Self.apply, effectiveAt: .day(35))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
    }

    @Test func `an operator applies for others inside the window, and enrolls outside it`() {
        let world = World.open().at(.day(40))
        world.when(Self.apply, by: .user(World.operatorID))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
        world.when(.enrollDirectly(user: World.kim, term: World.term), by: .user(World.operatorID))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: true), .approved(1))
    }
}
