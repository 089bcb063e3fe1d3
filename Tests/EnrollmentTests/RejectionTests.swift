// What a refusal shows to people and programs: its code, the offending ids, and the values observed.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct RejectionTests {
    /// One of every kind, with what it shows as `name=value`.
    private static let shown: [(Rejection, String)] = [
        (.invalidInput(field: .email, problem: .tooLong), "field=email problem=tooLong"),
        (
            .invalidTermDateRange(starts: .day(1), ends: .day(0)),
            "starts=2027-01-02T00:00:00Z ends=2027-01-01T00:00:00Z"
        ),
        (.invalidCapacity(-3), "capacity=-3"),
        (.unauthorized(.user(9)), "actor=user/9"),
        (.forbidden(.system), "actor=system"),
        (.userNotFound(9), "user=9"),
        (.courseNotFound(9), "course=9"),
        (.termNotFound(9), "term=9"),
        (.enrollmentNotFound(9), "enrollment=9"),
        (.versionConflict(.term(3), expected: 4, actual: 5), "stream=term/3 expected=4 actual=5"),
        (.userNotActive(4), "user=4"),
        (.accountSuspended(4), "user=4"),
        (.userErased(4), "user=4"),
        (.personalDataPlain(4), "user=4"),
        (.legalHold(4), "user=4"),
        (.ownCourse(1), "course=1"),
        (.duplicateEmail(existing: 4), "existing=4"),
        (.duplicateSourceID(existing: 4), "existing=4"),
        (.duplicateTermNumber(existing: 4), "existing=4"),
        (.alreadyEnrolled(41), "enrollment=41"),
        (.termFull(3, capacity: 80, taken: 81), "capacity=80 taken=81"),
        (.capacityBelowEnrolled(3, requested: 7, taken: 8), "requested=7 taken=8"),
        (.courseNotPublished(1, .draft), "course=1 status=DRAFT"),
        (.instructorInvalid(4), "user=4"),
        (.invalidUserTransition(4, from: .active, to: .active), "user=4 from=ACTIVE to=ACTIVE"),
        (.invalidCourseTransition(1, from: .archived, to: .closed), "course=1 from=ARCHIVED to=CLOSED"),
        (.invalidTermTransition(3, from: .completed, to: .ongoing), "term=3 from=COMPLETED to=ONGOING"),
        (
            .invalidEnrollmentTransition(41, from: .cancelled, to: .approved),
            "enrollment=41 from=CANCELLED to=APPROVED"
        ),
        (.courseHasActiveTerms(1, 3), "course=1 term=3"),
        (.userHasActiveEnrollments(4, count: 2), "user=4 count=2"),
        (.instructorHasActiveCourses(4, 1), "user=4 course=1"),
        (.enrollmentPeriodNotOpen(3, opensAt: .day(0)), "opensAt=2027-01-01T00:00:00Z"),
        (.enrollmentPeriodClosed(3, closesAt: .day(0)), "closesAt=2027-01-01T00:00:00Z"),
        (.termClosed(3, .cancelled), "term=3 status=CANCELLED"),
        (.cannotCancelStarted(3), "term=3"),
        (.admissionLocked(3, .firstCome), "term=3 admission=FIRST_COME"),
    ]

    @Test(arguments: shown) func `a rejection shows the offending ids and the values observed`(
        rejection: Rejection, text: String
    ) {
        let shown = rejection.observed.map { name, value in
            switch value {
            case .number(let number): "\(name)=\(number)"
            case .text(let text): "\(name)=\(text)"
            }
        }
        #expect(shown.joined(separator: " ") == text)
    }

    @Test func `an opening that is not known is not shown`() {
        #expect(Rejection.enrollmentPeriodNotOpen(3, opensAt: nil).observed.isEmpty)
    }

    @Test func `every code that a decision gives has its rejection`() {
        let givenByOthers: Set<RejectionCode> = [.commandIDReused, .cancelRatioExceeded, .storeUnavailable]
        #expect(Set(Self.shown.map(\.0.code)) == Set(RejectionCode.allCases).subtracting(givenByOthers))
        #expect(Self.shown.count == Set(Self.shown.map(\.0.code)).count)
    }
}
