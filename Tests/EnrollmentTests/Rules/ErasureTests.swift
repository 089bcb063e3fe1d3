// Erasing a user: what the rules ask first, what ends with it, and what an erased user is for everything after.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct ErasureTests {
    private static let digest = [UInt8](repeating: 7, count: 32)
    private static let address = PersonalText.sealed(SealedText(owner: 7, digest: digest, box: [1]))
    private static let name = PersonalText.sealed(SealedText(owner: 7, box: [2]))

    /// The people of the other examples, and user 7, who is sealed.
    private static let sealed = World.open(capacity: 5)
        .given(.userRegistered(7, email: address, name: name, role: .student, sourceID: "s-7"))

    private static let erased = sealed.given(.eraseUser(7), .confirmErasure(7))

    @Test func `an erasure is asked for, and then said to be done`() {
        Self.sealed.when(.eraseUser(7)).then(.erasureRequested(7))
            .when(.confirmErasure(7)).then(.userErased(7))
            .when(.confirmErasure(7)).thenNothing()
    }

    @Test func `what stands in the log as it is cannot be forgotten`() {
        World.people().when(.eraseUser(World.kim)).thenRefused(.personalDataPlain(World.kim))
    }

    @Test func `a user with live enrollments is erased only by cascade, which ends them`() {
        let applied = Self.sealed.given(.applyEnrollment(user: 7, term: World.term))
        applied.when(.eraseUser(7)).thenRefused(.userHasActiveEnrollments(7, count: 1))
        applied.when(.eraseUser(7, cascade: true))
            .then(.erasureRequested(7), .cancelled(1, was: .pending, .userErased))
    }

    @Test func `who teaches a term that is not over is not erased`() {
        let teaching = Self.sealed.given(.userRoleChanged(7, role: .instructor))
            .given(.assignInstructor(World.course, instructor: 7))
        teaching.when(.eraseUser(7, cascade: true)).thenRefused(.instructorHasActiveCourses(7, World.course))
    }

    @Test func `nothing is done to the account of an erased user, and nothing new is kept of them`() {
        let commands: [Command] = [
            .updateUser(7, name: "X"), .changeUserRole(7, role: .user), .activateUser(7), .deactivateUser(7),
            .suspendUser(7, reason: "r"), .reinstateUser(7), .eraseUser(7),
        ]
        for world in [Self.sealed.given(.eraseUser(7)), Self.erased] {
            for command in commands { world.when(command).thenRefused(.userErased(7)) }
            world.when(.applyEnrollment(user: 7, term: World.term)).thenRefused(.userErased(7))
                .thenRecorded(
                    Refusal(
                        command: .applyEnrollment, user: 7, term: World.term, enrollment: nil,
                        rejection: .userErased(7), capacity: 5, taken: 0))
            world.when(.enrollDirectly(user: 7, term: World.term)).thenRefused(.userErased(7))
            world.when(.assignInstructor(World.course, instructor: 7)).thenRefused(.instructorInvalid(7))
        }
    }

    @Test func `the address is free when the erasure is done, and the source id stays taken`() {
        let again = Command.registerUser(email: Self.address, name: Self.name, role: .student)
        Self.sealed.given(.eraseUser(7)).when(again).thenRefused(.duplicateEmail(existing: 7))
        Self.erased.when(again)
            .then(.userRegistered(8, email: Self.address, name: Self.name, role: .student, sourceID: nil))
        let sameSource = Command.registerUser(email: "n@b.kr", name: "N", role: .student, sourceID: "s-7")
        Self.erased.when(sameSource).thenRefused(.duplicateSourceID(existing: 7))
    }

    @Test func `an erased user has no address and no name in the state`() {
        #expect(Self.erased.state[UserID(7)]?.email == nil && Self.erased.state[UserID(7)]?.name == nil)
        #expect(Self.erased.state[UserID(7)]?.status == .erased)
    }

    @Test func `nobody erases themself, an operator no administrator, and only the system says that it was done`() {
        Self.sealed.when(.eraseUser(World.operatorID), by: .user(World.operatorID))
            .thenRefused(.forbidden(.user(World.operatorID)))
        Self.sealed.when(.eraseUser(7), by: .user(7)).thenRefused(.forbidden(.user(7)))
        let admin = Self.sealed.given(.userRoleChanged(7, role: .admin))
        admin.when(.eraseUser(7), by: .user(World.operatorID)).thenRefused(.forbidden(.user(World.operatorID)))
        Self.sealed.given(.eraseUser(7)).when(.confirmErasure(7), by: .user(World.admin))
            .thenRefused(.forbidden(.user(World.admin)))
    }

    @Test func `nothing is done that was not asked for`() {
        Self.sealed.when(.confirmErasure(7)).thenRefused(.invalidUserTransition(7, from: .active, to: .erased))
        Self.sealed.when(.confirmErasure(99)).thenRefused(.userNotFound(99))
    }

    @Test func `a replay does not take an erasure out of its order, or an event about one who is gone`() {
        #expect(!Self.sealed.state.canEvolve(.userErased(7)))
        for state in [Self.sealed.given(.eraseUser(7)).state, Self.erased.state] {
            #expect(!state.canEvolve(.erasureRequested(7)) && !state.canEvolve(.userReinstated(7)))
            #expect(!state.canEvolve(.userUpdated(7, email: nil, name: "X")))
        }
        #expect(!Self.erased.state.canEvolve(.userErased(7)))
    }

    @Test func `a sealed name counts as a new one, a sealed address as what its digest says`() {
        let sameAddress = PersonalText.sealed(SealedText(owner: 7, digest: Self.digest, box: [9]))
        let otherName = PersonalText.sealed(SealedText(owner: 7, box: [9]))
        Self.sealed.when(.updateUser(7, email: sameAddress)).thenNothing()
        Self.sealed.when(.updateUser(7, name: otherName)).then(.userUpdated(7, email: nil, name: otherName))
        let taken = Command.updateUser(World.kim, email: sameAddress)
        Self.sealed.when(taken).thenRefused(.duplicateEmail(existing: 7))
    }

    @Test func `a sealed reason is a reason, wherever one is demanded`() {
        World.pending().when(.approveEnrollment(1, override: true, reason: Self.name))
            .then(.approved(1, reason: Self.name))
    }
}
