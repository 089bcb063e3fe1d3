// Facts that pass every checksum and that no history can have made: each is refused with its reason.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct SnapshotFactsTests {
    /// A small university in facts, each of which a test can bend.
    private struct Facts {
        typealias User = (email: PersonalText?, sourceID: String?, version: Int64)
        typealias Course = (instructor: Int64?, status: CourseStatus, sourceID: String?, publishedAt: Timestamp?)
        typealias Term = (
            course: Int64, number: Int, dates: TermDates, capacity: Int, status: TermStatus,
            window: EnrollmentWindow?, sourceID: String?
        )
        typealias Enrollment = (user: Int64, term: Int64, status: EnrollmentStatus)

        var users: [User] = [("a@b", "u", 1), ("c@d", nil, 2), ("e@f", nil, 1)]
        var courses: [Course] = [(3, .published, "c", .day(0)), (nil, .archived, nil, nil)]
        var terms: [Term] = [
            (1, 1, .days(10, 20), 2, .ongoing, .days(1, 5), "t"), (1, 2, .days(30, 40), 2, .completed, nil, nil),
            (2, 1, .days(30, 40), 2, .cancelled, nil, nil),
        ]
        var enrollments: [Enrollment] = [
            (1, 1, .cancelled), (1, 1, .pending), (2, 1, .approved), (1, 2, .approved), (2, 3, .cancelled),
        ]
        var events: Int64 = 3 + 1 + 2 * 1 + 3 * 4 + 1 + 2
        var live = 3
        var refusals: Int64 = 1
        var attestations: Int64 = 2

        func assemble() throws(ImpossibleState) -> EnrollmentState {
            var state = StateAssembly(
                users: users.count, courses: courses.count, terms: terms.count, live: live)
            for user in users {
                try state.addUser(
                    email: user.email, name: "N", role: .student, status: .active, sourceID: user.sourceID,
                    version: StreamVersion(user.version))
            }
            for course in courses {
                try state.addCourse(
                    title: "T", description: "", category: "", instructor: course.instructor.map { UserID($0) },
                    status: course.status, sourceID: course.sourceID, publishedAt: course.publishedAt, version: 1)
            }
            for (index, term) in terms.enumerated() {
                try state.addTerm(
                    course: CourseID(term.course), termNumber: term.number, dates: term.dates,
                    capacity: term.capacity, admission: .approval, status: term.status, window: term.window,
                    sourceID: term.sourceID, version: 4, refusalsVersion: index == 0 ? StreamVersion(refusals) : 0)
            }
            var columns = Enrollments.Columns()
            columns.users = enrollments.map(\.user)
            columns.places = enrollments.map { $0.term << 2 | Int64($0.status.bits) }
            columns.changedAt = enrollments.map { _ in Timestamp.day(3).rawValue }
            try state.addEnrollments(columns)
            return try state.finished(events: events, live: live, attestations: StreamVersion(attestations))
        }
    }

    @Test func `facts become a state with all that follows from them`() throws {
        let state = try Facts().assemble()
        #expect(state.checkInvariants() == [])
        #expect(state.version(of: .attestations) == 2)
        #expect(state[UserID(1)]?.liveEnrollments == 1)
        #expect(state[TermID(1)]?.enrolledCount == 1)
        #expect(state[TermID(1)]?.pendingCount == 1)
        #expect(state[TermID(1)]?.refusalsVersion == 1)
        #expect(state.enrollments(of: UserID(1)).map(\.id) == [4, 2, 1])
        #expect(state.enrollments(of: TermID(1)).map(\.id) == [3, 2, 1])
        #expect(state.liveEnrollment(of: 2, in: 1) == 3)
        #expect(state.term(sourceID: "t") == 1)
    }

    @Test func `what no history can have made is refused with the reason`() {
        let bends: [(String, (inout Facts) -> Void)] = [
            ("not normalised", { $0.users[0].email = "A@b" }), ("not normalised", { $0.users[0].email = " a@b" }),
            ("e-mail of another", { $0.users[1].email = "a@b" }), ("is not erased", { $0.users[1].email = nil }),
            ("user 2 has the source id", { $0.users[1].sourceID = "u" }),
            ("a stream has 0 events", { $0.users[1].version = 0 }),
            ("a stream has -1 events", { $0.users[1].version = -1 }),
            ("events", { $0.users[1].version = .max }), ("add up to", { $0.users[1].version = 3 }),
            ("add up to", { $0.events += 1 }), ("add up to", { $0.refusals = 2 }),
            ("add up to", { $0.attestations = 3 }), ("a stream has -1 events", { $0.attestations = -1 }),
            ("unknown instructor", { $0.courses[0].instructor = 4 }),
            ("unknown instructor", { $0.courses[0].instructor = 0 }),
            ("without a publication", { $0.courses[0].publishedAt = nil }),
            ("course 2 has the source id", { $0.courses[1].sourceID = "c" }),
            ("unknown course", { $0.terms[0].course = 3 }), ("unknown course", { $0.terms[0].course = -1 }),
            ("archived course", { $0.terms[2].status = .scheduled }), ("no seats", { $0.terms[0].capacity = 0 }),
            ("ends before", { $0.terms[0].dates = .days(20, 10) }),
            ("window", { $0.terms[0].window = .days(5, 5) }), ("window", { $0.terms[0].window = .days(5, 90) }),
            ("number of another", { $0.terms[1].number = 1 }),
            ("term 2 has the source id", { $0.terms[1].sourceID = "t" }),
            ("unknown user", { $0.enrollments[0].user = 4 }), ("unknown user", { $0.enrollments[0].user = 0 }),
            ("unknown user", { $0.enrollments[0].user = .min }),
            ("user or term", { $0.enrollments[0].term = 4 }), ("user or term", { $0.enrollments[0].term = 0 }),
            ("so is another", { $0.enrollments[0].status = .pending }),
            ("instructor's own", { $0.enrollments[2].user = 3 }),
            ("pending in a completed", { $0.enrollments[3].status = .pending }),
            ("live in a cancelled", { $0.enrollments[4].status = .approved }),
            ("are live and not", { $0.live = 2 }),
        ]
        for (reason, bend) in bends {
            var facts = Facts()
            bend(&facts)
            do throws(ImpossibleState) {
                _ = try facts.assemble()
                Issue.record("taken in spite of: \(reason)")
            } catch {
                #expect(error.message.contains(reason), "\(reason): \(error.message)")
            }
        }
    }
}
