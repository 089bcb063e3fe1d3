// The small world in which most rules are shown.

import Enrollment
import EnrollmentTesting
import Testing

/// An ADMIN, an OPERATOR, an INSTRUCTOR and three students; one published course with one term.
///
/// The course was published on day 0, the term runs from day 30 to day 60, and it is day 10: the default window is
/// open.
enum World {
    static let admin: UserID = 1
    static let operatorID: UserID = 2
    static let instructor: UserID = 3
    static let kim: UserID = 4
    static let lee: UserID = 5
    static let park: UserID = 6
    static let course: CourseID = 1
    static let term: TermID = 1
    static let dates = TermDates.days(30, 60)

    static func people() -> Scenario {
        Scenario().given(
            .userRegistered(admin, email: "admin@example.kr", name: "Admin", role: .admin, sourceID: nil),
            .userRegistered(operatorID, email: "operator@example.kr", name: "Operator", role: .operator, sourceID: nil),
            .userRegistered(instructor, email: "teacher@example.kr", name: "Teacher", role: .instructor, sourceID: nil),
            .userRegistered(kim, email: "kim@example.kr", name: "Kim", role: .student, sourceID: "s-4"),
            .userRegistered(lee, email: "lee@example.kr", name: "Lee", role: .student, sourceID: nil),
            .userRegistered(park, email: "park@example.kr", name: "Park", role: .user, sourceID: nil),
            at: .day(0))
    }

    /// With the course, still a draft.
    static func draft(capacity: Int = 2, admission: Admission = .approval) -> Scenario {
        people().given(
            .courseCreated(
                course, title: "Algebra", description: "", category: "", instructor: instructor, sourceID: "c-1"),
            .termScheduled(
                term, course: course, termNumber: 1, dates: dates, capacity: capacity, admission: admission,
                sourceID: "t-1"),
            at: .day(0))
    }

    static func open(capacity: Int = 2, admission: Admission = .approval) -> Scenario {
        draft(capacity: capacity, admission: admission).given(.coursePublished(course), at: .day(0))
            .at(.day(10))
    }

    /// With Kim's pending enrollment 1.
    static func pending(capacity: Int = 2, admission: Admission = .approval) -> Scenario {
        open(capacity: capacity, admission: admission)
            .given(.enrollmentApplied(1, user: kim, term: term, direct: false))
    }

    /// With Kim's approved enrollment 1.
    static func approved(capacity: Int = 2, admission: Admission = .approval) -> Scenario {
        pending(capacity: capacity, admission: admission)
            .given(.enrollmentApproved(1, term: term, overbooked: false, reason: nil))
    }
}

extension Event {
    static func approved(_ id: EnrollmentID, overbooked: Bool = false, reason: PersonalText? = nil) -> Event {
        .enrollmentApproved(id, term: World.term, overbooked: overbooked, reason: reason)
    }

    static func rejected(_ id: EnrollmentID, _ cause: EndCause = .byOperator, reason: PersonalText? = nil) -> Event {
        .enrollmentRejected(id, term: World.term, cause: cause, reason: reason)
    }

    static func cancelled(
        _ id: EnrollmentID, was previous: EnrollmentStatus, _ cause: EndCause = .byOperator, reason: PersonalText? = nil
    ) -> Event {
        .enrollmentCancelled(id, term: World.term, previous: previous, cause: cause, reason: reason)
    }
}

extension Scenario {
    var term: Term? { state[World.term] }
}
