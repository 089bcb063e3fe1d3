// Rules about courses.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct CourseTests {
    @Test func `a course is created as a draft, with or without an instructor`() {
        let after = World.people()
            .when(.createCourse(title: " Algebra ", description: "a\nb", category: "", sourceID: "c"))
            .then(
                .courseCreated(1, title: "Algebra", description: "a\nb", category: "", instructor: nil, sourceID: "c")
            )
            .when(.createCourse(title: "B", instructor: World.instructor))
            .then(
                .courseCreated(
                    2, title: "B", description: "", category: "", instructor: World.instructor, sourceID: nil))
        #expect(after.state[2 as CourseID]?.status == .draft)
        #expect(after.state.course(sourceID: "c") == 1)
    }

    @Test func `an instructor is an active user of that role`() {
        let world = World.draft()
        for user in [World.admin, World.operatorID, World.kim, World.park] {
            world.when(.createCourse(title: "B", instructor: user)).thenRefused(.instructorInvalid(user))
            world.when(.assignInstructor(World.course, instructor: user)).thenRefused(.instructorInvalid(user))
        }
        let suspended = world.given(.suspendUser(World.instructor))
        suspended.when(.createCourse(title: "B", instructor: World.instructor))
            .thenRefused(.instructorInvalid(World.instructor))
        suspended.when(.createCourse(title: "B", instructor: 99)).thenRefused(.userNotFound(99))
        suspended.when(.assignInstructor(World.course, instructor: 99)).thenRefused(.userNotFound(99))
    }

    @Test func `a source id belongs to one course`() {
        World.draft().when(.createCourse(title: "B", sourceID: "c-1")).thenRefused(.duplicateSourceID(existing: 1))
    }

    @Test func `an update stores only what became different`() {
        World.draft()
            .when(.updateCourse(World.course, title: "Algebra", description: "New"))
            .then(.courseUpdated(World.course, title: nil, description: "New", category: nil))
            .when(.updateCourse(World.course, title: "T", category: "C"))
            .then(.courseUpdated(World.course, title: "T", description: nil, category: "C"))
            .when(.updateCourse(World.course, title: "T", description: "New", category: "C"))
            .thenNothing()
    }

    @Test func `an instructor is assigned, taken away, and kept`() {
        World.draft()
            .when(.assignInstructor(World.course, instructor: World.instructor)).thenNothing()
            .when(.assignInstructor(World.course, instructor: nil))
            .then(.instructorAssigned(World.course, instructor: nil))
            .when(.assignInstructor(World.course, instructor: World.instructor))
            .then(.instructorAssigned(World.course, instructor: World.instructor))
            .given(.suspendUser(World.instructor))
            .when(.assignInstructor(World.course, instructor: World.instructor)).thenNothing()
    }

    @Test func `nobody is given a course in which they hold a live enrollment`() {
        let world = World.approved().given(.changeUserRole(World.kim, role: .instructor))
        let assign = Command.assignInstructor(World.course, instructor: World.kim)
        world.when(assign).thenRefused(.instructorInvalid(World.kim))
        world.given(.cancelEnrollment(1)).when(assign)
            .then(.instructorAssigned(World.course, instructor: World.kim))
        world.given(.startTerm(World.term), .completeTerm(World.term)).when(assign)
            .then(.instructorAssigned(World.course, instructor: World.kim))
        world.given(.createCourse(title: "Other")).when(.assignInstructor(2, instructor: World.kim))
            .then(.instructorAssigned(2, instructor: World.kim))
    }

    enum Move: CaseIterable {
        case publish, close, reopen, archive
        var command: Command {
            switch self {
            case .publish: .publishCourse(World.course)
            case .close: .closeCourse(World.course)
            case .reopen: .reopenCourse(World.course)
            case .archive: .archiveCourse(World.course)
            }
        }
        var to: CourseStatus {
            switch self {
            case .publish, .reopen: .published
            case .close: .closed
            case .archive: .archived
            }
        }
        var from: Set<CourseStatus> {
            switch self {
            case .publish: [.draft]
            case .close: [.published]
            case .reopen: [.closed]
            case .archive: [.draft, .closed]
            }
        }
    }

    private func course(_ status: CourseStatus) -> Scenario {
        let draft = World.people().given(.createCourse(title: "A"))
        return switch status {
        case .draft: draft
        case .published: draft.given(.publishCourse(World.course))
        case .closed: draft.given(.publishCourse(World.course), .closeCourse(World.course))
        case .archived: draft.given(.archiveCourse(World.course))
        }
    }

    @Test(arguments: CourseStatus.allCases, Move.allCases)
    func `a course's status moves along these ways only`(from: CourseStatus, move: Move) {
        let after = course(from).when(move.command)
        if move.from.contains(from) {
            #expect(after.state[World.course]?.status == move.to)
        } else {
            after.thenRefused(.invalidCourseTransition(World.course, from: from, to: move.to))
        }
    }

    @Test func `an archived course is frozen`() {
        let world = course(.archived)
        let frozen = Rejection.invalidCourseTransition(World.course, from: .archived, to: .archived)
        world.when(.updateCourse(World.course, title: "A")).thenRefused(frozen)
        world.when(.assignInstructor(World.course, instructor: World.instructor)).thenRefused(frozen)
        world.when(.assignInstructor(World.course, instructor: nil)).thenRefused(frozen)
        world.when(.scheduleTerm(course: World.course, termNumber: 1, dates: World.dates, capacity: 1))
            .thenRefused(frozen)
    }

    @Test func `a course with a term that is not final is not archived`() {
        let world = World.open().given(.closeCourse(World.course))
        world.when(.archiveCourse(World.course)).thenRefused(.courseHasActiveTerms(World.course, World.term))
        world.given(.startTerm(World.term)).when(.archiveCourse(World.course))
            .thenRefused(.courseHasActiveTerms(World.course, World.term))
        world.given(.cancelTerm(World.term)).when(.archiveCourse(World.course))
            .then(.courseArchived(World.course))
        World.draft().when(.archiveCourse(World.course))
            .thenRefused(.courseHasActiveTerms(World.course, World.term))
    }

    @Test func `the first publication is remembered, reopening is not one`() {
        let after = course(.draft).given(.publishCourse(World.course), at: .day(3))
            .given(.closeCourse(World.course), .reopenCourse(World.course), at: .day(7))
        #expect(after.state[World.course]?.publishedAt == .day(3))
        let imported = course(.draft).at(.day(9)).when(.publishCourse(World.course), effectiveAt: .day(2))
        #expect(imported.state[World.course]?.publishedAt == .day(2))
    }

    @Test func `an unknown course is not found`() {
        for id: CourseID in [0, -1, 2, CourseID(.max), CourseID(.min)] {
            World.draft()
                .when(.publishCourse(id)).thenRefused(.courseNotFound(id))
                .when(.updateCourse(id, title: "X")).thenRefused(.courseNotFound(id))
                .when(.scheduleTerm(course: id, termNumber: 1, dates: World.dates, capacity: 1))
                .thenRefused(.courseNotFound(id))
        }
    }
}
