// Rules about enrollments: who gets one, and how it moves.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct EnrollmentTests {
    private let apply = Command.applyEnrollment(user: World.kim, term: World.term)
    private let direct = Command.enrollDirectly(user: World.kim, term: World.term)

    enum Move: CaseIterable {
        case approve, reject, cancel
        var command: Command {
            switch self {
            case .approve: .approveEnrollment(1)
            case .reject: .rejectEnrollment(1)
            case .cancel: .cancelEnrollment(1)
            }
        }
        var to: EnrollmentStatus {
            switch self {
            case .approve: .approved
            case .reject: .rejected
            case .cancel: .cancelled
            }
        }
        var from: Set<EnrollmentStatus> { self == .cancel ? [.pending, .approved] : [.pending] }
    }

    @Test(arguments: EnrollmentStatus.allCases, Move.allCases)
    func `an enrollment moves along these ways only`(from: EnrollmentStatus, move: Move) {
        let world =
            switch from {
            case .pending: World.pending()
            case .approved: World.approved()
            case .rejected: World.pending().given(.rejectEnrollment(1))
            case .cancelled: World.pending().given(.cancelEnrollment(1))
            }
        let after = world.when(move.command)
        if move.from.contains(from) {
            #expect(after.state[1 as EnrollmentID]?.status == move.to)
            #expect(after.state[1 as EnrollmentID]?.changedAt == .day(10))
        } else {
            after.thenRefused(.invalidEnrollmentTransition(1, from: from, to: move.to))
        }
    }

    @Test func `applying again after an end makes a new enrollment`() {
        for end: Command in [.rejectEnrollment(1), .cancelEnrollment(1)] {
            let after = World.pending(capacity: 1).given(end).when(apply)
                .then(.enrollmentApplied(2, user: World.kim, term: World.term, direct: false))
            #expect(after.state.liveEnrollment(of: World.kim, in: World.term) == 2)
            #expect(after.state.enrollments(of: World.kim).map(\.id) == [2, 1])
        }
    }

    @Test func `a live enrollment, pending too, stands in the way of another`() {
        for world in [World.pending(), World.approved()] {
            world.when(apply).thenRefused(.alreadyEnrolled(1))
            world.when(direct).thenRefused(.alreadyEnrolled(1))
        }
    }

    @Test func `enrollments of one user in several terms do not meet`() {
        World.approved().given(
            .scheduleTerm(course: World.course, termNumber: 2, dates: World.dates, capacity: 1)
        )
        .when(.applyEnrollment(user: World.kim, term: 2))
        .then(.enrollmentApplied(2, user: World.kim, term: 2, direct: false))
    }

    @Test func `only an active user applies or is enrolled`() {
        let suspended = World.open().given(.suspendUser(World.kim))
        let inactive = World.open().given(.deactivateUser(World.kim))
        for command in [apply, direct] {
            suspended.when(command).thenRefused(.accountSuspended(World.kim))
            inactive.when(command).thenRefused(.userNotActive(World.kim))
        }
        suspended.when(apply, by: .user(World.kim)).thenRefused(.accountSuspended(World.kim))
        inactive.when(apply, by: .user(World.kim)).thenRefused(.userNotActive(World.kim))
    }

    @Test func `who is not active is not approved, but may be rejected or cancelled, and keeps what they hold`() {
        let suspended = World.pending().given(.suspendUser(World.kim))
        suspended.when(.approveEnrollment(1)).thenRefused(.accountSuspended(World.kim))
        suspended.when(.rejectEnrollment(1)).then(.rejected(1))
        suspended.when(.cancelEnrollment(1)).then(.cancelled(1, was: .pending))
        suspended.when(.cancelEnrollment(1), by: .user(World.kim)).then(.cancelled(1, was: .pending, .bySelf))
        #expect(suspended.term?.taken == 1)
        let inactive = World.pending().given(.userDeactivated(World.kim))
        inactive.when(.approveEnrollment(1)).thenRefused(.userNotActive(World.kim))
        inactive.when(.rejectEnrollment(1)).then(.rejected(1))
    }

    @Test func `nobody enrolls in their own course`() {
        let world = World.open()
        world.when(.applyEnrollment(user: World.instructor, term: World.term), by: .user(World.instructor))
            .thenRefused(.ownCourse(World.course))
        world.when(.enrollDirectly(user: World.instructor, term: World.term)).thenRefused(.ownCourse(World.course))
        world.given(.assignInstructor(World.course, instructor: nil))
            .when(.applyEnrollment(user: World.instructor, term: World.term))
            .then(.enrollmentApplied(1, user: World.instructor, term: World.term, direct: false))
    }

    @Test func `a closed course takes no applications, but decides those it has`() {
        let closed = World.pending(capacity: 3).given(.closeCourse(World.course))
        closed.when(.applyEnrollment(user: World.lee, term: World.term))
            .thenRefused(.courseNotPublished(World.course, .closed))
        closed.when(.approveEnrollment(1)).then(.approved(1))
        closed.when(.rejectEnrollment(1)).then(.rejected(1))
        closed.when(.cancelEnrollment(1), by: .user(World.kim)).then(.cancelled(1, was: .pending, .bySelf))
    }

    @Test func `direct enrollment passes a closed course, not a draft or archived one`() {
        let events = [Event.enrollmentApplied(1, user: World.kim, term: World.term, direct: true), .approved(1)]
        World.open().given(.closeCourse(World.course)).when(direct).then(events[0], events[1])
        World.draft().when(direct).thenRefused(.courseNotPublished(World.course, .draft))
        World.open().given(.cancelTerm(World.term)).given(.closeCourse(World.course), .archiveCourse(World.course))
            .when(direct).thenRefused(.courseNotPublished(World.course, .archived))
    }

    @Test func `a final term takes nobody`() {
        let completed = World.open().given(.startTerm(World.term), .completeTerm(World.term))
        let cancelled = World.open().given(.cancelTerm(World.term))
        for command in [apply, direct] {
            completed.when(command).thenRefused(.termClosed(World.term, .completed))
            cancelled.when(command).thenRefused(.termClosed(World.term, .cancelled))
        }
    }

    @Test func `what was pending at the start may still be approved while the term runs`() {
        World.pending().given(.startTerm(World.term), at: .day(30))
            .when(.approveEnrollment(1), at: .day(40)).then(.approved(1))
    }

    @Test func `people cancel for themselves until the term starts, operators until it is completed`() {
        let ongoing = World.approved().given(.startTerm(World.term), at: .day(30))
        ongoing.when(.cancelEnrollment(1), by: .user(World.kim)).thenRefused(.cannotCancelStarted(World.term))
        ongoing.when(.cancelEnrollment(1, reason: "ill"), by: .user(World.operatorID))
            .then(.cancelled(1, was: .approved, .byOperator, reason: "ill"))
        let completed = ongoing.given(.completeTerm(World.term))
        for actor: Actor in [.user(World.kim), .user(World.operatorID), .system] {
            completed.when(.cancelEnrollment(1), by: actor).thenRefused(.termClosed(World.term, .completed))
        }
    }

    @Test func `cancelling checks neither the window nor the capacity`() {
        World.approved(capacity: 1).at(.day(45)).when(.cancelEnrollment(1), by: .user(World.kim))
            .then(.cancelled(1, was: .approved, .bySelf))
    }

    @Test func `an approval keeps its reason`() {
        World.pending().when(.approveEnrollment(1, reason: " top of the list "))
            .then(.approved(1, reason: "top of the list"))
        World.open().when(.enrollDirectly(user: World.kim, term: World.term, reason: "transfer"))
            .then(
                .enrollmentApplied(1, user: World.kim, term: World.term, direct: true),
                .approved(1, reason: "transfer"))
    }

    @Test func `unknown users and enrollments are not found, users before terms`() {
        for id: UserID in [0, 7, UserID(.max), UserID(.min)] {
            World.open().when(.applyEnrollment(user: id, term: World.term)).thenRefused(.userNotFound(id))
                .when(.enrollDirectly(user: id, term: 99)).thenRefused(.userNotFound(id))
                .thenRecorded(nil)
        }
        for id: EnrollmentID in [0, 2, EnrollmentID(.max), EnrollmentID(.min)] {
            World.pending().when(.approveEnrollment(id)).thenRefused(.enrollmentNotFound(id))
                .when(.rejectEnrollment(id)).thenRefused(.enrollmentNotFound(id))
                .when(.cancelEnrollment(id)).thenRefused(.enrollmentNotFound(id)).thenRecorded(nil)
        }
        #expect(World.pending().state.liveEnrollment(of: UserID(.min), in: TermID(.max)) == nil)
        #expect(World.pending().state.liveEnrollment(of: 4, in: TermID(1 << 32 | 1)) == nil)
    }

    @Test func `the lists of a user and of a term lead to all enrollments, newest first`() {
        let state = World.approved(capacity: 3).given(.applyEnrollment(user: World.lee, term: World.term))
            .given(.cancelEnrollment(1)).given(apply).state
        #expect(state.enrollments(of: World.term).map(\.id) == [3, 2, 1])
        #expect(state.enrollments(of: World.kim).map(\.id) == [3, 1])
        #expect(state.enrollments(of: World.park).map(\.id).isEmpty)
        #expect(state.enrollments(of: 99 as UserID).map(\.id).isEmpty)
        #expect(state.enrollments(of: 99 as TermID).map(\.id).isEmpty)
    }
}
