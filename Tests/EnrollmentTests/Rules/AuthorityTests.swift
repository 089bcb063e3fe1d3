// Who may give which command.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct AuthorityTests {
    @Test func `an unknown actor is unauthorized`() {
        for id: UserID in [0, 7, UserID(.max), UserID(.min)] {
            World.open().when(.applyEnrollment(user: id, term: World.term), by: .user(id))
                .thenRefused(.unauthorized(.user(id)))
        }
    }

    static let administrative: [Command] = [
        .registerUser(email: "new@example.kr", name: "New", role: .student), .updateUser(World.lee, name: "L"),
        .activateUser(World.lee), .deactivateUser(World.lee), .suspendUser(World.lee), .reinstateUser(World.lee),
        .eraseUser(World.lee),
        .createCourse(title: "B"), .updateCourse(World.course, title: "C"),
        .assignInstructor(World.course, instructor: nil), .publishCourse(World.course), .closeCourse(World.course),
        .reopenCourse(World.course), .archiveCourse(World.course),
        .scheduleTerm(course: World.course, termNumber: 2, dates: World.dates, capacity: 1),
        .updateTerm(World.term, admission: .selection), .setEnrollmentWindow(World.term, window: nil),
        .changeTermCapacity(World.term, to: 9), .startTerm(World.term), .completeTerm(World.term),
        .cancelTerm(World.term), .approveEnrollment(1), .rejectEnrollment(1),
        .enrollDirectly(user: World.park, term: World.term),
    ]

    @Test(arguments: administrative) func `administration is for ADMIN, OPERATOR and the system`(command: Command) {
        let world = World.pending()
        for user in [World.instructor, World.kim, World.park] {
            world.when(command, by: .user(user)).thenRefused(.forbidden(.user(user)))
        }
        for actor: Actor in [.system, .user(World.admin), .user(World.operatorID)] {
            #expect(world.isPermitted(command, by: actor))
        }
    }

    @Test(arguments: administrative) func `powers lapse while their holder is not active`(command: Command) {
        for status in [Event.userSuspended(World.operatorID, reason: nil), .userDeactivated(World.operatorID)] {
            World.pending().given(status).when(command, by: .user(World.operatorID))
                .thenRefused(.forbidden(.user(World.operatorID)))
        }
    }

    @Test func `only ADMIN and the system change roles`() {
        let world = World.people()
        world.when(.changeUserRole(World.kim, role: .user), by: .user(World.operatorID))
            .thenRefused(.forbidden(.user(World.operatorID)))
        world.when(.changeUserRole(World.kim, role: .user), by: .user(World.admin))
            .then(.userRoleChanged(World.kim, role: .user))
        world.given(.suspendUser(World.admin)).when(.changeUserRole(World.kim, role: .user), by: .user(World.admin))
            .thenRefused(.forbidden(.user(World.admin)))
    }

    @Test func `an operator does not administer the account of an ADMIN`() {
        let commands: [Command] = [
            .updateUser(World.admin, name: "X"), .activateUser(World.admin), .deactivateUser(World.admin),
            .suspendUser(World.admin), .reinstateUser(World.admin),
        ]
        let world = World.people().given(.changeUserRole(World.lee, role: .admin))
        for command in commands {
            world.when(command, by: .user(World.operatorID)).thenRefused(.forbidden(.user(World.operatorID)))
            #expect(world.isPermitted(command, by: .user(World.lee)))
            #expect(world.isPermitted(command, by: .system))
        }
    }

    @Test func `an operator does not make an ADMIN by registration`() {
        let command = Command.registerUser(email: "a@b.kr", name: "A", role: .admin)
        World.people().when(command, by: .user(World.operatorID)).thenRefused(.forbidden(.user(World.operatorID)))
        World.people().when(command, by: .user(World.admin))
            .then(.userRegistered(7, email: "a@b.kr", name: "A", role: .admin, sourceID: nil))
    }

    @Test func `an ADMIN's enrollments are any operator's business`() {
        World.open().when(.enrollDirectly(user: World.admin, term: World.term), by: .user(World.operatorID))
            .then(.enrollmentApplied(1, user: World.admin, term: World.term, direct: true), .approved(1))
    }

    @Test func `nobody suspends, deactivates or changes the role of themself`() {
        for user in [World.admin, World.operatorID, World.kim] {
            for command: Command in [
                .suspendUser(user), .deactivateUser(user), .deactivateUser(user, cascade: true),
                .changeUserRole(user, role: .user),
            ] {
                World.people().when(command, by: .user(user)).thenRefused(.forbidden(.user(user)))
            }
        }
    }

    @Test func `users update their own name and address, also while they are suspended`() {
        World.people().given(.suspendUser(World.kim))
            .when(.updateUser(World.kim, email: "k@example.kr"), by: .user(World.kim))
            .then(.userUpdated(World.kim, email: "k@example.kr", name: nil))
            .when(.updateUser(World.lee, name: "X"), by: .user(World.kim))
            .thenRefused(.forbidden(.user(World.kim)))
    }

    @Test func `users apply for themselves only`() {
        let world = World.open()
        world.when(.applyEnrollment(user: World.kim, term: World.term), by: .user(World.kim))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: false))
        world.when(.applyEnrollment(user: World.kim, term: World.term), by: .user(World.lee))
            .thenRefused(.forbidden(.user(World.lee)))
        world.when(.applyEnrollment(user: World.kim, term: World.term), by: .user(World.operatorID))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: false))
    }

    @Test func `users cancel their own enrollments only, and learn nothing about those of others`() {
        let world = World.pending()
        world.when(.cancelEnrollment(1), by: .user(World.lee)).thenRefused(.forbidden(.user(World.lee)))
        world.when(.cancelEnrollment(99), by: .user(World.lee)).thenRefused(.forbidden(.user(World.lee)))
        world.when(.cancelEnrollment(99), by: .user(World.operatorID)).thenRefused(.enrollmentNotFound(99))
        world.when(.cancelEnrollment(1), by: .user(World.kim)).then(.cancelled(1, was: .pending, .bySelf))
    }

    @Test func `only operators give an effective time`() {
        let command = Command.applyEnrollment(user: World.kim, term: World.term)
        World.open().when(command, by: .user(World.kim), effectiveAt: .day(9))
            .thenRefused(.forbidden(.user(World.kim)))
        World.open().when(command, by: .user(World.operatorID), effectiveAt: .day(9))
            .then(.enrollmentApplied(1, user: World.kim, term: World.term, direct: false))
        World.open().given(.suspendUser(World.operatorID))
            .when(
                .applyEnrollment(user: World.operatorID, term: World.term), by: .user(World.operatorID),
                effectiveAt: .day(9)
            )
            .thenRefused(.forbidden(.user(World.operatorID)))
    }

    @Test func `a suspended operator keeps self-service: they may cancel, they may not apply`() {
        let world = World.open().given(.applyEnrollment(user: World.operatorID, term: World.term))
            .given(.suspendUser(World.operatorID))
        world.when(.cancelEnrollment(1), by: .user(World.operatorID)).then(.cancelled(1, was: .pending, .bySelf))
        world.given(.cancelEnrollment(1))
            .when(.applyEnrollment(user: World.operatorID, term: World.term), by: .user(World.operatorID))
            .thenRefused(.accountSuspended(World.operatorID))
        world.given(.startTerm(World.term)).when(.cancelEnrollment(1), by: .user(World.operatorID))
            .thenRefused(.cannotCancelStarted(World.term))
    }

    @Test func `an operator's own enrollment follows the operator's rules`() {
        World.open().given(.applyEnrollment(user: World.operatorID, term: World.term)).given(.startTerm(World.term))
            .when(.cancelEnrollment(1), by: .user(World.operatorID))
            .then(.cancelled(1, was: .pending, .byOperator))
    }
}

extension Scenario {
    /// Whether the authority step lets the command pass, however it ends.
    func isPermitted(_ command: Command, by actor: Actor) -> Bool {
        do throws(Rejection) {
            _ = try state.decide(command, CommandContext(actor: actor, now: now))
            return true
        } catch {
            return error.code != .forbidden && error.code != .unauthorized
        }
    }
}
