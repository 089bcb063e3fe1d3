// Rules about users: registration, updates, roles and the moves between statuses.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct UserTests {
    @Test func `a registration stores trimmed texts and the address in lower case`() {
        Scenario()
            .when(.registerUser(email: " Kim@Example.KR\n", name: " Kim ", role: .student, sourceID: " 7 "))
            .then(.userRegistered(1, email: "kim@example.kr", name: "Kim", role: .student, sourceID: "7"))
    }

    @Test func `an address is found however it is written`() {
        let state = World.people().state
        #expect(state.user(email: "  KIM@example.KR ") == World.kim)
        #expect(state.user(email: "nobody@example.kr") == nil)
        #expect(state.user(sourceID: "s-4") == World.kim)
        #expect(state.user(sourceID: "S-4") == nil)
    }

    @Test func `an address belongs to one user, whatever its case`() {
        World.people()
            .when(.registerUser(email: "KIM@example.kr", name: "K", role: .student))
            .thenRefused(.duplicateEmail(existing: World.kim))
            .when(.updateUser(World.lee, email: "Kim@example.kr "))
            .thenRefused(.duplicateEmail(existing: World.kim))
    }

    @Test func `an address that was given up is free again`() {
        World.people()
            .given(.updateUser(World.kim, email: "new@example.kr"))
            .when(.registerUser(email: "kim@example.kr", name: "K", role: .student))
            .then(.userRegistered(7, email: "kim@example.kr", name: "K", role: .student, sourceID: nil))
    }

    @Test func `a source id belongs to one user`() {
        World.people()
            .when(.registerUser(email: "new@example.kr", name: "K", role: .student, sourceID: "s-4"))
            .thenRefused(.duplicateSourceID(existing: 4))
    }

    @Test func `an update stores only what became different`() {
        World.people()
            .when(.updateUser(World.kim, email: "kim@example.kr", name: "Kim Min"))
            .then(.userUpdated(World.kim, email: nil, name: "Kim Min"))
            .when(.updateUser(World.kim, email: "KIM@example.kr", name: "Kim Min"))
            .thenNothing()
            .when(.updateUser(World.kim))
            .thenNothing()
    }

    @Test func `an account may be corrected while it is suspended`() {
        World.people().given(.suspendUser(World.kim))
            .when(.updateUser(World.kim, name: "Kim B"), by: .user(World.operatorID))
            .then(.userUpdated(World.kim, email: nil, name: "Kim B"))
    }

    enum Move: CaseIterable {
        case activate, deactivate, suspend, reinstate
        var command: Command {
            switch self {
            case .activate: .activateUser(World.kim)
            case .deactivate: .deactivateUser(World.kim)
            case .suspend: .suspendUser(World.kim)
            case .reinstate: .reinstateUser(World.kim)
            }
        }
        var to: UserStatus {
            switch self {
            case .activate, .reinstate: .active
            case .deactivate: .inactive
            case .suspend: .suspended
            }
        }
        var from: Set<UserStatus> {
            switch self {
            case .activate: [.inactive]
            case .deactivate: [.active]
            case .suspend: [.active, .inactive]
            case .reinstate: [.suspended]
            }
        }
    }

    @Test(arguments: UserStatus.allCases, Move.allCases)
    func `a user's status moves along these ways only`(from: UserStatus, move: Move) {
        let world =
            switch from {
            case .active: World.people()
            case .inactive: World.people().given(.userDeactivated(World.kim))
            case .suspended: World.people().given(.userSuspended(World.kim, reason: nil))
            case .erased: World.people().given(.erasureRequested(World.kim))
            }
        let after = world.when(move.command)
        if move.from.contains(from) {
            #expect(after.state[World.kim]?.status == move.to)
            #expect(after.state[World.kim]?.version == world.state[World.kim]?.version.next)
        } else if from == .erased {
            after.thenRefused(.userErased(World.kim))
        } else {
            after.thenRefused(.invalidUserTransition(World.kim, from: from, to: move.to))
        }
    }

    @Test func `a suspension keeps its reason`() {
        World.people()
            .when(.suspendUser(World.kim, reason: " fees\nunpaid "))
            .then(.userSuspended(World.kim, reason: "fees\nunpaid"))
            .given(.reinstateUser(World.kim))
            .when(.suspendUser(World.kim, reason: "  "))
            .then(.userSuspended(World.kim, reason: nil))
    }

    @Test func `a user with live enrollments is deactivated only by cascade`() {
        World.approved()
            .when(.deactivateUser(World.kim))
            .thenRefused(.userHasActiveEnrollments(World.kim, count: 1))
            .when(.deactivateUser(World.kim, cascade: true))
            .then(.userDeactivated(World.kim), .cancelled(1, was: .approved, .userDeactivated))
    }

    @Test func `a cascade cancels by enrollment id, also in terms that have started`() {
        let world = World.pending(capacity: 5).given(
            .termScheduled(
                2, course: World.course, termNumber: 2, dates: .days(30, 40), capacity: 3, admission: .firstCome,
                sourceID: nil),
            .enrollmentApplied(2, user: World.kim, term: 2, direct: false),
            .enrollmentApproved(2, term: 2, overbooked: false, reason: nil),
            .termStarted(2))
        let after = world.when(.deactivateUser(World.kim, cascade: true))
        after.then(
            .userDeactivated(World.kim), .cancelled(1, was: .pending, .userDeactivated),
            .enrollmentCancelled(2, term: 2, previous: .approved, cause: .userDeactivated, reason: nil))
        #expect(after.state[World.kim]?.liveEnrollments == 0)
        #expect(after.term?.taken == 0)
    }

    @Test func `what was finished does not keep a user active`() {
        World.approved().given(.startTerm(World.term), .completeTerm(World.term), at: .day(61))
            .when(.deactivateUser(World.kim))
            .then(.userDeactivated(World.kim))
    }

    @Test func `an instructor of a term that is not final is not deactivated, with or without cascade`() {
        World.open()
            .when(.deactivateUser(World.instructor))
            .thenRefused(.instructorHasActiveCourses(World.instructor, World.course))
            .when(.deactivateUser(World.instructor, cascade: true))
            .thenRefused(.instructorHasActiveCourses(World.instructor, World.course))
            .given(.cancelTerm(World.term))
            .when(.deactivateUser(World.instructor))
            .then(.userDeactivated(World.instructor))
    }

    @Test func `who still stands in a course is its instructor, whatever their role has become`() {
        let dates = World.dates
        World.open().given(.cancelTerm(World.term)).given(.changeUserRole(World.instructor, role: .student))
            .given(.scheduleTerm(course: World.course, termNumber: 2, dates: dates, capacity: 1))
            .when(.deactivateUser(World.instructor))
            .thenRefused(.instructorHasActiveCourses(World.instructor, World.course))
            .when(.changeUserRole(World.instructor, role: .user))
            .then(.userRoleChanged(World.instructor, role: .user))
    }

    @Test func `an instructor may be suspended in the middle of a term`() {
        World.open().given(.startTerm(World.term))
            .when(.suspendUser(World.instructor, reason: "conduct"))
            .then(.userSuspended(World.instructor, reason: "conduct"))
    }

    @Test func `an instructor of a term that is not final keeps the role`() {
        World.open()
            .when(.changeUserRole(World.instructor, role: .student))
            .thenRefused(.instructorHasActiveCourses(World.instructor, World.course))
            .when(.changeUserRole(World.instructor, role: .instructor))
            .thenNothing()
            .given(.cancelTerm(World.term))
            .when(.changeUserRole(World.instructor, role: .student))
            .then(.userRoleChanged(World.instructor, role: .student))
    }

    @Test func `another role is stored, the same role is no change`() {
        World.people()
            .when(.changeUserRole(World.kim, role: .operator))
            .then(.userRoleChanged(World.kim, role: .operator))
            .when(.changeUserRole(World.kim, role: .operator))
            .thenNothing()
    }

    @Test func `an unknown user is not found`() {
        for id: UserID in [0, -1, 7, UserID(.max), UserID(.min)] {
            World.people()
                .when(.activateUser(id)).thenRefused(.userNotFound(id))
                .when(.updateUser(id, name: "X")).thenRefused(.userNotFound(id))
                .when(.changeUserRole(id, role: .user)).thenRefused(.userNotFound(id))
        }
    }
}
