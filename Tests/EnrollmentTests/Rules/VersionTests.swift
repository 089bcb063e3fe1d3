// Streams, their versions, and what a caller expects of them.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct VersionTests {
    @Test func `every event counts in its stream, refusals in one of their own`() {
        let state = World.pending(capacity: 1)
            .when(.applyEnrollment(user: World.lee, term: World.term))
            .when(.applyEnrollment(user: World.park, term: World.term))
            .given(.approveEnrollment(1)).given(.updateUser(World.kim, name: "K")).state
        #expect(state.version(of: .term(World.term)) == 3)
        #expect(state.version(of: .refusals(World.term)) == 2)
        #expect(state.version(of: .user(World.kim)) == 2)
        #expect(state.version(of: .user(World.lee)) == 1)
        #expect(state.version(of: .course(World.course)) == 2)
    }

    @Test func `a stream that does not exist has version 0`() {
        let state = World.open().state
        for id: Int64 in [0, -1, 99, .max, .min] {
            #expect(state.version(of: .user(UserID(id))) == 0)
            #expect(state.version(of: .course(CourseID(id))) == 0)
            #expect(state.version(of: .term(TermID(id))) == 0)
            #expect(state.version(of: .refusals(TermID(id))) == 0)
        }
        #expect(state.version(of: .attestations) == 0)
    }

    private static let conflicts: [(Command, EventStream)] =
        [
            (.registerUser(email: "n@b.kr", name: "N", role: .student), .user(7)),
            (.updateUser(World.kim, name: "K"), .user(World.kim)),
            (.changeUserRole(World.kim, role: .user), .user(World.kim)), (.activateUser(World.kim), .user(World.kim)),
            (.deactivateUser(World.kim), .user(World.kim)), (.suspendUser(World.kim), .user(World.kim)),
            (.reinstateUser(World.kim), .user(World.kim)), (.eraseUser(World.kim), .user(World.kim)),
            (.confirmErasure(World.kim), .user(World.kim)), (.createCourse(title: "B"), .course(2)),
            (.updateCourse(World.course, title: "B"), .course(World.course)),
            (.assignInstructor(World.course, instructor: nil), .course(World.course)),
            (.publishCourse(World.course), .course(World.course)), (.closeCourse(World.course), .course(World.course)),
            (.reopenCourse(World.course), .course(World.course)), (.archiveCourse(World.course), .course(World.course)),
            (.scheduleTerm(course: World.course, termNumber: 2, dates: World.dates, capacity: 1), .term(2)),
            (.updateTerm(World.term, dates: .days(31, 40)), .term(World.term)),
            (.setEnrollmentWindow(World.term, window: nil), .term(World.term)),
            (.changeTermCapacity(World.term, to: 9), .term(World.term)), (.startTerm(World.term), .term(World.term)),
            (.completeTerm(World.term), .term(World.term)), (.cancelTerm(World.term), .term(World.term)),
            (.applyEnrollment(user: World.lee, term: World.term), .term(World.term)),
            (.approveEnrollment(1), .term(World.term)), (.rejectEnrollment(1), .term(World.term)),
            (.cancelEnrollment(1), .term(World.term)),
            (.enrollDirectly(user: World.lee, term: World.term), .term(World.term)),
        ] + AttestationTests.sample.map { (Command.attestState($0), EventStream.attestations) }

    @Test(arguments: conflicts) func `an expected version speaks of what the command is about`(
        command: Command, stream: EventStream
    ) {
        let world = World.pending()
        let actual = world.state.version(of: stream)
        for wrong in [actual.next, StreamVersion(99)] {
            world.when(command, expectedVersion: wrong)
                .thenRefused(.versionConflict(stream, expected: wrong, actual: actual)).thenRecorded(nil)
        }
        // With the true version the command ends as it does without one.
        let plain = world.when(command).state
        let expecting = world.when(command, expectedVersion: actual).state
        #expect(plain.terms == expecting.terms && plain.users == expecting.users)
        #expect(plain.courses == expecting.courses && plain.enrollments == expecting.enrollments)
    }

    @Test func `there is a conflict for every kind of command`() {
        #expect(Set(Self.conflicts.map(\.0.kind)) == Set(CommandKind.allCases))
    }

    @Test func `refusals do not disturb the version that a caller expects`() {
        World.pending(capacity: 1).when(.applyEnrollment(user: World.lee, term: World.term))
            .when(.approveEnrollment(1), expectedVersion: 2).then(.approved(1))
    }
}
