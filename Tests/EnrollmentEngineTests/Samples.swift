// One value of every kind of event, command and recorded rejection, odd ones among them.

import Enrollment
import EnrollmentTesting

enum Samples {
    static let events: [Event] =
        userEvents + courseEvents + termEvents + enrollmentEvents + rejections.map(refused)
        + attestations.map { .stateAttested($0) }

    private static let userEvents: [Event] = [
        .userRegistered(1, email: "kim@example.org", name: "김하늘", role: .student, sourceID: "s-1"),
        .userRegistered(UserID(Int64.max >> 2), email: "a@b", name: "A", role: .admin, sourceID: nil),
        .userUpdated(7, email: nil, name: ""), .userUpdated(7, email: "b@c", name: nil),
        .userRoleChanged(7, role: .instructor), .userActivated(7), .userDeactivated(7),
        .userSuspended(7, reason: "왜"), .userSuspended(7, reason: nil), .userReinstated(7),
        .userRegistered(9, email: address, name: sealed, role: .student, sourceID: "s-9"),
        .userUpdated(9, email: address, name: nil), .userUpdated(9, email: nil, name: sealed),
        .userSuspended(9, reason: sealed), .erasureRequested(9), .userErased(9),
    ]

    static let digest = (0..<32).map { UInt8($0) }
    static let address = PersonalText.sealed(SealedText(owner: 9, digest: digest, box: [9, 8, 7]))
    static let sealed = PersonalText.sealed(SealedText(owner: 9, box: (0..<60).map { UInt8($0) }))
    /// What is left where the key was destroyed before.
    static let empty = PersonalText.sealed(SealedText(owner: 0, box: []))

    private static let courseEvents: [Event] = [
        .courseCreated(1, title: "T", description: "", category: "", instructor: nil, sourceID: nil),
        .courseCreated(2, title: "강의", description: "d\n", category: "c", instructor: 9, sourceID: "x"),
        .courseUpdated(1, title: "N", description: nil, category: ""), .instructorAssigned(1, instructor: nil),
        .instructorAssigned(1, instructor: 12), .coursePublished(1), .courseClosed(1), .courseReopened(1),
        .courseArchived(1),
    ]

    private static let termEvents: [Event] = [
        .termScheduled(
            3, course: 2, termNumber: 1, dates: .days(10, 40), capacity: 80, admission: .selection, sourceID: "t"),
        .termUpdated(3, dates: nil, admission: .firstCome), .termUpdated(3, dates: .days(-900, 4), admission: nil),
        .enrollmentWindowSet(3, window: nil), .enrollmentWindowSet(3, window: .days(1, 5)),
        .termCapacityChanged(3, from: 80, to: 1_000_000_000, taken: 79, reason: "room"),
        .termCapacityChanged(3, from: 2, to: 1, taken: 2, reason: nil), .termStarted(3), .termCompleted(3),
        .termCancelled(3, reason: nil), .termCancelled(3, reason: "강사 사정"),
        .termCapacityChanged(3, from: 2, to: 1, taken: 2, reason: sealed), .termCancelled(3, reason: empty),
    ]

    private static let enrollmentEvents: [Event] = [
        .enrollmentApplied(1, user: 1, term: 3, direct: false),
        .enrollmentApplied(EnrollmentID(Int64.max), user: UserID(Int64.max >> 1), term: 3, direct: true),
        .enrollmentApproved(1, term: 3, overbooked: false, reason: nil),
        .enrollmentApproved(1, term: 3, overbooked: true, reason: "dean"),
        .enrollmentRejected(1, term: 3, cause: .byOperator, reason: "no"),
        .enrollmentRejected(1, term: 3, cause: .termCompleted, reason: nil),
        .enrollmentCancelled(1, term: 3, previous: .approved, cause: .bySelf, reason: nil),
        .enrollmentCancelled(1, term: 3, previous: .pending, cause: .userDeactivated, reason: "left"),
        .enrollmentApproved(1, term: 3, overbooked: true, reason: sealed),
        .enrollmentRejected(1, term: 3, cause: .byOperator, reason: sealed),
        .enrollmentCancelled(1, term: 3, previous: .approved, cause: .userErased, reason: sealed),
    ]

    /// Every rejection that is ever recorded.
    static let rejections: [Rejection] = [
        .userNotActive(5), .accountSuspended(5), .userErased(5), .ownCourse(2), .alreadyEnrolled(1),
        .termFull(3, capacity: 80, taken: 81), .courseNotPublished(2, .draft),
        .invalidEnrollmentTransition(1, from: .rejected, to: .cancelled),
        .enrollmentPeriodNotOpen(3, opensAt: nil), .enrollmentPeriodNotOpen(3, opensAt: .day(4)),
        .enrollmentPeriodClosed(3, closesAt: .day(9)), .termClosed(3, .cancelled), .cannotCancelStarted(3),
    ]

    private static func refused(_ rejection: Rejection) -> Event {
        .commandRefused(
            Refusal(
                command: .applyEnrollment, user: 5, term: 3, enrollment: nil, rejection: rejection, capacity: 80,
                taken: 79))
    }

    /// With digests that show in which order their bytes stand.
    static let attestations: [StateAttestation] = {
        let rising = StateDigest((0..<32).map { UInt8($0) })
        let falling = StateDigest((0..<32).map { 255 - UInt8($0) })
        guard let rising, let falling else { return [] }
        return [
            StateAttestation(
                through: 1, tablesVersion: 0, tables: rising, terms: 0, termVersions: falling),
            StateAttestation(
                through: .max, tablesVersion: .max, tables: falling, terms: .max, termVersions: rising),
        ].compactMap(\.self)
    }()

    static let commands: [Command] =
        attestations.map { .attestState($0) } + [
            .registerUser(email: "a@b", name: "A", role: .user, sourceID: "s"), .updateUser(-1, email: "x", name: nil),
            .changeUserRole(1, role: .admin), .activateUser(0), .deactivateUser(1, cascade: true),
            .suspendUser(1, reason: "r"), .reinstateUser(1), .eraseUser(1, cascade: true), .confirmErasure(1),
            .registerUser(email: address, name: sealed, role: .user, sourceID: nil),
            .updateUser(1, email: address, name: nil), .suspendUser(1, reason: empty),
            .createCourse(title: "T", description: "D", category: "C", instructor: 0, sourceID: nil),
            .updateCourse(1, title: nil, description: "", category: nil), .assignInstructor(1, instructor: nil),
            .publishCourse(1), .closeCourse(1), .reopenCourse(1), .archiveCourse(1),
            .scheduleTerm(
                course: 1, termNumber: -3, dates: .days(4, 1), capacity: 0, admission: .firstCome, sourceID: "t"),
            .updateTerm(1, dates: .days(1, 2), admission: .selection), .setEnrollmentWindow(1, window: .days(1, 2)),
            .changeTermCapacity(1, to: 5, allowOverbooked: true, reason: "r"), .startTerm(1), .completeTerm(1),
            .cancelTerm(1, reason: nil), .applyEnrollment(user: 1, term: TermID(Int64.min)),
            .approveEnrollment(1, override: true, reason: "r"), .rejectEnrollment(1, reason: ""),
            .cancelEnrollment(1, reason: nil), .enrollDirectly(user: 1, term: 2, override: true, reason: "r"),
            .enrollDirectly(user: 1, term: 2, override: true, reason: sealed), .rejectEnrollment(1, reason: sealed),
            .changeTermCapacity(1, to: 5, allowOverbooked: true, reason: sealed), .cancelTerm(1, reason: sealed),
        ]
}
