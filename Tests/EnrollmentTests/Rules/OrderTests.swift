// The order of checks is part of the contract: of two things that are wrong the first is told, always.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct OrderTests {
    @Test(arguments: orders) func `of two faults the earlier is told`(order: Order) {
        #expect(order.code(with: []) == nil, "without a fault it is accepted")
        for (number, first) in order.faults.enumerated() {
            #expect(order.code(with: [first]) == first.code)
            for second in order.faults[(number + 1)...] {
                // The earlier fault is made last, so that it stands where both spoil the same field.
                #expect(order.code(with: [second, first]) == first.code, "before \(second.code.name)")
            }
        }
    }

    static let orders = enrollmentOrders + userOrders + courseOrders + termOrders

    // Enrollments

    static let own = Fault(.ownCourse, facts: { _ in [.instructorAssigned(World.course, instructor: World.kim)] })
    static let closedCourse = Fault(.courseNotPublished, facts: { _ in [.courseClosed(World.course)] })
    static let draftLike = Fault(.courseNotPublished, facts: { _ in [.courseArchived(World.course)] })
    static let lateWindow = Fault(
        .enrollmentPeriodClosed, facts: { _ in [.enrollmentWindowSet(World.term, window: .days(1, 5))] })
    static let duplicate = Fault(
        .alreadyEnrolled,
        facts: { state in
            let id = EnrollmentID(Int64(state.enrollments.count) + 1)
            return [.enrollmentApplied(id, user: World.kim, term: World.term, direct: false)]
        })
    static let full = Fault(
        .termFull,
        facts: { state in
            let id = EnrollmentID(Int64(state.enrollments.count) + 1)
            return [
                .enrollmentApplied(id, user: World.lee, term: World.term, direct: false), .approved(id),
                .termCapacityChanged(World.term, from: 5, to: 1, taken: 1, reason: "room"),
            ]
        })
    static let unexplained = Fault(.invalidInput) { $0.override = true }
    static let ended = Fault(.invalidEnrollmentTransition, facts: { _ in [.cancelled(1, was: .pending)] })
    static let started = Fault(.cannotCancelStarted, facts: { _ in [.termStarted(World.term)] })

    static let enrollmentOrders = [
        Order(
            .applyEnrollment, in: World.open(capacity: 5),
            [
                .future, .stranger, .unknownUser, .unknownTerm, .version, .suspended, own, closedCourse,
                .cancelledTerm, lateWindow, duplicate, full,
            ]
        ) { .applyEnrollment(user: $0.user, term: $0.term) },
        Order(
            .enrollDirectly, in: World.open(capacity: 5),
            [
                unexplained, .future, .stranger, .unknownUser, .unknownTerm, .version, .suspended, own, draftLike,
                .cancelledTerm, duplicate, full,
            ]
        ) { .enrollDirectly(user: $0.user, term: $0.term, override: $0.override) },
        Order(
            .approveEnrollment, in: World.pending(capacity: 5, admission: .selection),
            [unexplained, .future, .stranger, .unknownEnrollment, ended, .backDated, .version, .suspended, full]
        ) { .approveEnrollment($0.enrollment, override: $0.override) },
        Order(
            .rejectEnrollment, in: World.pending(),
            [.future, .stranger, .unknownEnrollment, ended, .backDated, .version]
        ) { .rejectEnrollment($0.enrollment) },
        Order(
            .cancelEnrollment, in: World.pending(),
            [.future, .stranger, .unknownEnrollment, ended, .backDated, .version, .cancelledTerm]
        ) { .cancelEnrollment($0.enrollment) },
    ]

    @Test func `self-service: the transition and the version come before the start of the term`() {
        let order = Order(.cancelEnrollment, in: World.pending(), []) { .cancelEnrollment($0.enrollment) }
        let asKim = Fault(.forbidden) { $0.context.actor = .user(World.kim) }
        #expect(order.code(with: [asKim, Self.started]) == .cannotCancelStarted)
        #expect(order.code(with: [asKim, Self.started, .version]) == .versionConflict)
        #expect(order.code(with: [asKim, Self.started, Self.ended]) == .invalidEnrollmentTransition)
        #expect(order.code(with: [asKim, Self.started, .cancelledTerm]) == .termClosed)
    }

    // Users

    static let takenEmail = Fault(.duplicateEmail) { $0.email = "lee@example.kr" }
    static let badEmail = Fault(.invalidInput) { $0.email = "lee" }
    static let inactive = Fault(.invalidUserTransition, facts: { _ in [.userDeactivated(World.kim)] })
    static let holding = Fault(
        .userHasActiveEnrollments,
        facts: { _ in [.enrollmentApplied(1, user: World.kim, term: World.term, direct: false)] })
    static let teaching = Fault(
        .instructorHasActiveCourses,
        facts: { _ in
            [
                .userRoleChanged(World.kim, role: .instructor),
                .instructorAssigned(World.course, instructor: World.kim),
            ]
        })

    private static func move(_ kind: CommandKind, in world: Scenario, undo: Event, _ command: Command) -> Order {
        let done = Fault(.invalidUserTransition, facts: { _ in [undo] })
        return Order(kind, in: world, [.future, .stranger, .version, done]) { _ in command }
    }

    static let userOrders = [
        Order(
            .registerUser,
            in: World.people().given(.userRegistered(7, email: "s@b.kr", name: "S", role: .user, sourceID: "7")),
            [badEmail, .stranger, .version, takenEmail, .sourceID]
        ) { .registerUser(email: .plain($0.email), name: .plain($0.text), role: .student, sourceID: $0.sourceID) },
        Order(.updateUser, in: World.people(), [badEmail, .stranger, .unknownUser, .version, takenEmail]) {
            .updateUser($0.user, email: .plain($0.email))
        },
        Order(.changeUserRole, in: World.open(), [.future, .stranger, .unknownUser, .version, teaching]) {
            .changeUserRole($0.user, role: .operator)
        },
        Order(
            .deactivateUser, in: World.open(),
            [.future, .stranger, .unknownUser, .version, inactive, holding, teaching]
        ) { .deactivateUser($0.user) },
        move(
            .activateUser, in: World.people().given(.userDeactivated(World.kim)), undo: .userActivated(World.kim),
            .activateUser(World.kim)),
        move(
            .suspendUser, in: World.people(), undo: .userSuspended(World.kim, reason: nil), .suspendUser(World.kim)),
        move(
            .reinstateUser, in: World.people().given(.userSuspended(World.kim, reason: nil)),
            undo: .userReinstated(World.kim), .reinstateUser(World.kim)),
    ]
}
