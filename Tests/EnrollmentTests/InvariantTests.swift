// The check of invariants must see what it looks for: states that no command could make.

@testable import Enrollment
import EnrollmentTesting
import Testing

@Suite struct InvariantTests {
    private func findings(in world: Scenario = World.approved(), _ spoil: (inout EnrollmentState) -> Void) -> [String] {
        var state = world.state
        #expect(state.checkInvariants().isEmpty)
        spoil(&state)
        return state.checkInvariants()
    }

    @Test func `a counter that drifted is seen`() {
        #expect(findings { $0.terms[0].enrolledCount = 2 } == ["term 1 counts 2 enrolled and has 1"])
        #expect(findings { $0.terms[0].pendingCount = 1 } == ["term 1 counts 1 pending and has 0"])
        #expect(findings { $0.users[3].liveEnrollments = 0 } == ["user 4 counts 0 live enrollments and has 1"])
        #expect(findings { $0.terms[0].enrolledCount = -1 } == ["term 1 counts -1 enrolled and has 1"])
    }

    @Test func `two live enrollments of one user in one term are seen`() {
        let found = findings(in: World.approved().given(.cancelEnrollment(1), .applyEnrollment(user: 4, term: 1))) {
            _ = $0.enrollments.change(0, to: .approved, at: .day(10))
            $0.terms[0].enrolledCount = 1
            $0.users[3].liveEnrollments = 2
        }
        #expect(found == ["enrollment 2 and 1 are both live for user 4 in term 1"])
    }

    @Test func `live enrollments in final terms are seen`() {
        #expect(findings { $0.terms[0].status = .cancelled }.contains("term 1 is cancelled and has live enrollments"))
        #expect(
            findings(in: World.pending()) { $0.terms[0].status = .completed }
                .contains("term 1 is completed and has pending enrollments"))
    }

    @Test func `an archived course with an open term is seen`() {
        #expect(findings { $0.courses[0].status = .archived } == ["course 1 is archived and has term 1 open"])
    }

    @Test func `a course without its publication, or without its terms, is seen`() {
        #expect(findings { $0.courses[0].publishedAt = nil } == ["course 1 is PUBLISHED without a publication"])
        #expect(findings { $0.courses[0].terms = [] } == ["course 1 does not list its terms"])
    }

    @Test func `references that lead nowhere are seen`() {
        #expect(findings { $0.courses[0].instructor = 99 } == ["course 1: instructor 99 does not exist"])
        #expect(findings { $0.courses = [] } == ["term 1: course 1 does not exist"])
        #expect(findings { $0.users.removeLast(3) } == ["enrollment 1: user 4 or term 1 does not exist"])
    }

    @Test func `an instructor enrolled in their own course is seen`() {
        #expect(
            findings { $0.courses[0].instructor = World.kim } == ["enrollment 1: user 4 is the instructor of course 1"])
    }

    @Test func `terms out of shape are seen`() {
        #expect(findings { $0.terms[0].capacity = 0 } == ["term 1: capacity 0"])
        #expect(findings { $0.terms[0].dates = .days(9, 8) } == ["term 1 ends before it starts"])
        let shape = ["term 1: window is empty or reaches past the end"]
        #expect(findings { $0.terms[0].window = .days(9, 9) } == shape)
        #expect(findings { $0.terms[0].window = .days(9, 62) } == shape)
    }

    @Test func `indexes that went astray are seen`() {
        #expect(findings { $0.users[3].email = "x@b.kr" }.contains("user 4: e-mail is not unique"))
        #expect(findings { $0.users[3].email = "X@b.kr" }.contains("user 4: e-mail is not normalised"))
        #expect(findings { $0.users[3].email = nil }.contains("user 4 has no e-mail or no name, and is not erased"))
        #expect(findings { $0.index.usersByEmail.insert(.address("x"), at: 0) } == ["the index of e-mails has strays"])
        #expect(
            findings { $0.index.usersBySourceID.insert("x", at: 0) } == ["the index of users' source ids has strays"])
        #expect(
            findings { $0.index.coursesBySourceID.insert("x", at: 0) } == [
                "the index of courses' source ids has strays"
            ])
        #expect(
            findings { $0.index.termsBySourceID.insert("x", at: 0) } == ["the index of terms' source ids has strays"])
        #expect(findings { $0.index.usersBySourceID.misplace("s-4", 3) } == ["user 4: source id is not unique"])
        #expect(findings { $0.index.coursesBySourceID.misplace("c-1", 0) } == ["course 1: source id is not unique"])
        #expect(findings { $0.index.termsBySourceID.misplace("t-1", 0) } == ["term 1: source id is not unique"])
        #expect(
            findings { $0.index.termsByNumber[.init(course: 1, number: 1)] = 2 }
                == ["term 1: number 1 is not unique in course 1"])
        #expect(
            findings { $0.index.termsByNumber[.init(course: 1, number: 5)] = 1 }
                == ["the index of term numbers has strays"])
        #expect(
            findings { $0.index.live.remove(0, tagged: EnrollmentState.Index.tag(user: 4, term: 1)) } == [
                "enrollment 1 is live and not found as such", "the index of live enrollments has strays",
            ])
    }

    @Test func `lists that miss an enrollment are seen`() {
        #expect(findings { $0.users[3].newestEnrollment = 0 } == ["user 4: the list misses enrollments"])
        #expect(findings { $0.terms[0].newestEnrollment = 0 } == ["term 1: the list misses enrollments"])
    }

    @Test func `entities without an event, or at a wrong place, are seen`() {
        #expect(findings { $0.users[0].version = 0 } == ["user 1 has no event"])
        #expect(findings { $0.courses[0].version = 0 } == ["course 1 has no event"])
        #expect(findings { $0.terms[0].version = 0 } == ["term 1 has no event"])
        #expect(findings(in: World.people()) { $0.users.swapAt(4, 5) }.first == "user 6 stands at 5")
    }
}

extension TextIndex where Text == String {
    /// Moves an entry to a text that no row bears: the index keeps its size, and the text is not found.
    fileprivate mutating func misplace(_ text: String, _ place: Int) {
        remove(text, at: place)
        insert(text + "?", at: place)
    }
}
