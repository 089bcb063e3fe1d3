// The order of checks of commands about courses and terms.

import Enrollment
import EnrollmentTesting
import Testing

extension OrderTests {
    static let untitled = Fault(.invalidInput) { $0.text = " " }
    static let student = Fault(.instructorInvalid, facts: { _ in [.userRoleChanged(World.kim, role: .student)] })
    private static let taught = Scenario.taught()

    static let courseOrders = [
        Order(
            .createCourse, in: taught,
            [untitled, .future, .stranger, .unknownUser, .version, student, .sourceID]
        ) { .createCourse(title: $0.text, instructor: $0.user, sourceID: $0.sourceID) },
        Order(.updateCourse, in: taught, [untitled, .future, .stranger, .unknownCourse, .version, .archived]) {
            .updateCourse($0.course, title: $0.text)
        },
        Order(
            .assignInstructor, in: taught,
            [.future, .stranger, .unknownUser, .unknownCourse, .version, .archived, student]
        ) { .assignInstructor($0.course, instructor: $0.user) },
        Order(
            .publishCourse, in: World.draft(),
            [
                .future, .stranger, .unknownCourse, .version,
                Fault(.invalidCourseTransition, facts: { _ in [.coursePublished(World.course)] }),
            ]
        ) { .publishCourse($0.course) },
        Order(.closeCourse, in: World.open(), [.future, .stranger, .unknownCourse, .version, .archived]) {
            .closeCourse($0.course)
        },
        Order(
            .reopenCourse, in: World.open().given(.courseClosed(World.course)),
            [.future, .stranger, .unknownCourse, .version, .archived]
        ) { .reopenCourse($0.course) },
        Order(
            .archiveCourse, in: World.people().given(.createCourse(title: "A"), .publishCourse(1), .closeCourse(1)),
            [
                .future, .stranger, .unknownCourse, .version,
                Fault(.invalidCourseTransition, facts: { _ in [.courseReopened(World.course)] }),
                Fault(
                    .courseHasActiveTerms,
                    facts: { _ in
                        [
                            .termScheduled(
                                1, course: World.course, termNumber: 1, dates: World.dates, capacity: 1,
                                admission: .approval, sourceID: nil)
                        ]
                    }),
            ]
        ) { .archiveCourse($0.course) },
    ]

    static let number = Fault(.invalidInput) { $0.termNumber = 0 }
    static let dates = Fault(.invalidTermDateRange) { $0.dates = .days(40, 39) }
    static let capacity = Fault(.invalidCapacity) { $0.capacity = 0 }
    static let badSource = Fault(.invalidInput) { $0.sourceID = " " }
    static let takenNumber = Fault(.duplicateTermNumber) { $0.termNumber = 1 }
    static let unexplainedCut = Fault(.invalidInput) { $0.override = true }
    static let below = Fault(
        .capacityBelowEnrolled,
        facts: { _ in
            let users = [World.kim, World.lee]
            return users.enumerated().map {
                .enrollmentApplied(EnrollmentID(Int64($0) + 1), user: $1, term: World.term, direct: false)
            }
        }, spoil: { $0.capacity = 1 })
    static let locked = Fault(
        .admissionLocked,
        facts: { _ in [.enrollmentApplied(1, user: World.kim, term: World.term, direct: false)] },
        spoil: { $0.admission = .selection })
    static let wideWindow = Fault(
        .invalidTermDateRange, facts: { _ in [.enrollmentWindowSet(World.term, window: .days(1, 61))] })
    static let wrongMove = Fault(.invalidTermTransition, facts: { _ in [.termCancelled(World.term, reason: nil)] })

    static let termOrders = [
        Order(
            .scheduleTerm, in: taught,
            [
                number, dates, capacity, badSource, .future, .stranger, .unknownCourse, .version, .archived,
                takenNumber, .sourceID,
            ]
        ) {
            .scheduleTerm(
                course: $0.course, termNumber: $0.termNumber, dates: $0.dates, capacity: $0.capacity,
                sourceID: $0.sourceID)
        },
        Order(
            .updateTerm, in: World.open(),
            [dates, .future, .stranger, .unknownTerm, .version, .cancelledTerm, wideWindow, locked]
        ) { .updateTerm($0.term, dates: $0.dates, admission: $0.admission) },
        Order(
            .setEnrollmentWindow, in: World.open(),
            [.future, .stranger, .unknownTerm, .version, .cancelledTerm]
        ) { .setEnrollmentWindow($0.term, window: .days(1, 61)) },
        Order(
            .changeTermCapacity, in: World.open(),
            [capacity, unexplainedCut, .future, .stranger, .unknownTerm, .version, .cancelledTerm, below]
        ) { .changeTermCapacity($0.term, to: $0.capacity, allowOverbooked: $0.override) },
        Order(
            .startTerm, in: World.open(),
            [.future, .stranger, .unknownTerm, .version, wrongMove]
        ) { .startTerm($0.term) },
        Order(
            .completeTerm, in: World.pending().given(.termStarted(World.term)),
            [.future, .stranger, .unknownTerm, .version, wrongMove, .backDated]
        ) { .completeTerm($0.term) },
        Order(
            .cancelTerm, in: World.pending(), [.future, .stranger, .unknownTerm, .version, wrongMove, .backDated]
        ) { .cancelTerm($0.term) },
    ]
}

extension Scenario {
    /// With Kim as an instructor, and with a course and a term of source id 7.
    fileprivate static func taught() -> Scenario {
        World.open().given(
            .userRoleChanged(World.kim, role: .instructor),
            .courseCreated(2, title: "B", description: "", category: "", instructor: nil, sourceID: "7"),
            .termScheduled(
                2, course: 2, termNumber: 1, dates: World.dates, capacity: 1, admission: .approval, sourceID: "7"))
    }
}
