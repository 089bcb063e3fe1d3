// What each event makes of the rows: times, counts, windows and statuses, column by column.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import Testing

struct RowTests {
    /// The tables after a history, made by the projection and checked against the fold.
    private func tables<Value>(after history: History, _ body: (ReadTables) throws -> Value) async throws -> Value {
        try await withScratch { scratch in
            try await scratch.project(history.log)
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [])
            return try body(try ReadTables.open(path: scratch.tables))
        }
    }

    @Test func `a user's row follows what happens to the user`() async throws {
        var history = History()
        history.execute(.registerUser(email: " Kim@Example.KR ", name: "Kim", role: .student, sourceID: "11391"))
        var row = try #require(try await tables(after: history) { try $0.user(sourceID: "11391") })
        #expect(row.id == 1 && row.email == "kim@example.kr" && row.name == "Kim" && row.role == .student)
        #expect(row.status == .active && row.createdAt == .day(0) && row.updatedAt == .day(0))

        history.now = .day(1)
        history.execute(.updateUser(1, name: "Kim Min"), .changeUserRole(1, role: .user))
        history.now = .day(2)
        history.execute(.suspendUser(1), effectiveAt: .day(1))
        row = try #require(try await tables(after: history) { try $0.user(1) })
        #expect(row.name == "Kim Min" && row.email == "kim@example.kr" && row.role == .user)
        #expect(row.status == .suspended && row.createdAt == .day(0) && row.updatedAt == .day(2))

        history.execute(.reinstateUser(1), .deactivateUser(1))
        #expect(try await tables(after: history) { try $0.user(email: "kim@example.kr")?.status } == .inactive)
        history.execute(.activateUser(1), .updateUser(1, email: "new@example.kr"))
        row = try #require(try await tables(after: history) { try $0.user(1) })
        #expect(row.status == .active && row.email == "new@example.kr")
    }

    @Test func `a course's row follows what happens to the course`() async throws {
        var history = History()
        history.execute(.registerUser(email: "i@example.org", name: "I", role: .instructor))
        history.execute(.createCourse(title: "T", description: "D", category: "C", instructor: 1, sourceID: "AAA"))
        var row = try #require(try await tables(after: history) { try $0.course(sourceID: "AAA") })
        #expect(row.title == "T" && row.description == "D" && row.category == "C" && row.instructor == 1)
        #expect(row.status == .draft)
        history.now = .day(3)
        history.execute(.updateCourse(1, description: ""), .assignInstructor(1, instructor: nil), .publishCourse(1))
        row = try #require(try await tables(after: history) { try $0.course(1) })
        #expect(row.title == "T" && row.description == "" && row.instructor == nil && row.status == .published)
        #expect(row.createdAt == .day(0) && row.updatedAt == .day(3))
        for (command, status) in [
            (Command.closeCourse(1), CourseStatus.closed), (.reopenCourse(1), .published), (.closeCourse(1), .closed),
            (.archiveCourse(1), .archived),
        ] {
            history.execute(command)
            #expect(try await tables(after: history) { try $0.course(1)?.status } == status)
        }
    }

    @Test func `the first publication opens the default windows, and moves updated_at with them`() async throws {
        var history = History.world()
        history.execute(.scheduleTerm(course: 1, termNumber: 2, dates: .days(110, 120), capacity: 5))
        history.execute(.setEnrollmentWindow(2, window: .days(50, 60)))
        var terms = try await tables(after: history) { try $0.terms() }
        #expect(terms.map(\.enrollmentOpensAt) == [nil, .day(50)])
        #expect(terms.map(\.enrollmentClosesAt) == [.day(100), .day(60)])

        history.now = .day(4)
        history.execute(.publishCourse(1), effectiveAt: .day(3))
        history.now = .day(5)
        history.execute(.closeCourse(1), .reopenCourse(1))
        terms = try await tables(after: history) { try $0.terms() }
        #expect(terms.map(\.enrollmentOpensAt) == [.day(3), .day(50)])
        #expect(terms.map(\.updatedAt) == [.day(4), .day(0)])

        // A window that is taken back, and a term that comes after the publication, know it too.
        history.execute(.setEnrollmentWindow(2, window: nil))
        history.execute(.scheduleTerm(course: 1, termNumber: 3, dates: .days(130, 140), capacity: 5))
        terms = try await tables(after: history) { try $0.terms() }
        #expect(terms.map(\.enrollmentOpensAt) == [.day(3), .day(3), .day(3)])
        #expect(terms.map(\.enrollmentClosesAt) == [.day(100), .day(110), .day(130)])
    }

    @Test func `new dates move the default window, and leave a window that was set`() async throws {
        var history = History.world()
        history.execute(.scheduleTerm(course: 1, termNumber: 2, dates: .days(100, 200), capacity: 5))
        history.execute(.setEnrollmentWindow(2, window: .days(50, 60)))
        history.execute(.updateTerm(1, dates: .days(90, 190)), .updateTerm(2, dates: .days(90, 190)))
        var terms = try await tables(after: history) { try $0.terms() }
        #expect(terms.map(\.enrollmentClosesAt) == [.day(90), .day(60)])
        #expect(terms.map(\.startDate) == [TermDates.days(90, 190).startDate, TermDates.days(90, 190).startDate])
        #expect(terms.map(\.endDate) == [TermDates.days(90, 190).endDate, TermDates.days(90, 190).endDate])
        history.execute(.setEnrollmentWindow(2, window: nil), .updateTerm(1, admission: .selection))
        terms = try await tables(after: history) { try $0.terms() }
        #expect(terms.map(\.enrollmentClosesAt) == [.day(90), .day(90)])
        #expect(terms.map(\.admission) == [.selection, .approval])
    }

    @Test(arguments: [(Admission.approval, [1, 0], [0, 1]), (.selection, [0, 0], [0, 1]), (.firstCome, [0], [1])])
    func `seats are held and given as the admission says`(
        admission: Admission, held: [Int], enrolled: [Int]
    ) async throws {
        var history = History.world(admission: admission)
        history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1))
        for step in held.indices {
            if step > 0 { history.execute(.approveEnrollment(1)) }
            let term = try #require(try await tables(after: history) { try $0.term(1) })
            #expect(term.heldCount == held[step] && term.enrolledCount == enrolled[step])
        }
        history.execute(.cancelEnrollment(1))
        let term = try #require(try await tables(after: history) { try $0.term(1) })
        #expect(term.taken == 0 && term.free == 2)
    }

    @Test func `an enrollment shows effective times where a command gave them, recorded times otherwise`() async throws
    {
        var history = History.world()
        history.execute(.publishCourse(1))
        history.now = .day(20)
        history.execute(.applyEnrollment(user: 2, term: 1), effectiveAt: .day(10))
        var row = try #require(try await tables(after: history) { try $0.enrollment(1) })
        #expect(row.status == .pending && row.appliedAt == .day(10) && row.processedAt == nil)
        #expect(row.createdAt == .day(20) && row.updatedAt == .day(20))

        history.now = .day(21)
        history.execute(.approveEnrollment(1), effectiveAt: .day(11))
        history.now = .day(22)
        row = try #require(try await tables(after: history) { try $0.enrollment(1) })
        #expect(row.status == .approved && row.processedAt == .day(11) && row.updatedAt == .day(21))

        history.execute(.cancelEnrollment(1))
        row = try #require(try await tables(after: history) { try $0.enrollment(1) })
        #expect(row.status == .cancelled && row.processedAt == .day(22) && row.appliedAt == .day(10))
        #expect(row.createdAt == .day(20) && row.updatedAt == .day(22))
    }

    @Test func `an override shows as overbooked, and stays so after a cancel`() async throws {
        var history = History.world(capacity: 1)
        history.execute(.publishCourse(1), .enrollDirectly(user: 2, term: 1))
        history.execute(.enrollDirectly(user: 3, term: 1, override: true, reason: "Needs it"))
        let rows = try await tables(after: history) { try $0.enrollments() }
        #expect(rows.map(\.overbooked) == [false, true])
        history.execute(.cancelEnrollment(2))
        #expect(try await tables(after: history) { try $0.enrollment(2)?.overbooked } == true)
    }

    @Test func `terms start, complete and cancel, with the enrollments that end with them`() async throws {
        var history = History.world()
        history.execute(.scheduleTerm(course: 1, termNumber: 2, dates: .days(110, 120), capacity: 5))
        history.execute(.publishCourse(1))
        for term in [TermID(1), 2] {
            history.execute(.applyEnrollment(user: 2, term: term), .applyEnrollment(user: 3, term: term))
        }
        history.execute(.approveEnrollment(1), .approveEnrollment(3), .startTerm(1), .completeTerm(1), .cancelTerm(2))
        let (terms, statuses) = try await tables(after: history) {
            (try $0.terms(), try $0.enrollments().map(\.status))
        }
        #expect(terms.map(\.status) == [.completed, .cancelled])
        #expect(terms.map(\.enrolledCount) == [1, 0] && terms.map(\.heldCount) == [0, 0])
        #expect(statuses == [.approved, .rejected, .cancelled, .cancelled])
    }

    @Test func `refusals stand by their position, with the enrollment that a command named`() async throws {
        var history = History.world(capacity: 1)
        history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1))
        history.now = .day(1)
        history.execute(.applyEnrollment(user: 3, term: 1), .cancelEnrollment(1), .approveEnrollment(1))
        let rows = try await tables(after: history) { try $0.refusals() }
        #expect(rows.map(\.code) == [.termFull, .invalidEnrollmentTransition])
        #expect(rows.map(\.command) == [.applyEnrollment, .approveEnrollment])
        #expect(rows.map(\.enrollment) == [nil, 1] && rows.map(\.user) == [3, 2])
        #expect(rows.map(\.position) == [9, 11] && rows.allSatisfy { $0.recordedAt == .day(1) && $0.term == 1 })
    }
}
