// The rule that decided, in words. Documentation/rules.md says them all in one place.

public import Enrollment
internal import EnrollmentEngine

extension Explanation {
    /// The rule behind what the log has, as a sentence without its stop.
    public var rule: String {
        if let refusal { return refusal.code.rule }
        let holds = seen.term?.admission == .approval
        let isOverbooked = recorded.contains { event in
            if case .enrollmentApproved(_, _, overbooked: true, _) = event.event { return true }
            return false
        }
        if isOverbooked { return "an operator's override takes a seat above the capacity, and has a reason" }
        return switch command.command.kind {
        case .applyEnrollment where holds: "an application holds a seat while one is free, until it is decided"
        case .applyEnrollment where seen.term?.admission == .firstCome:
            "who applies first gets a seat, while one is free"
        case .applyEnrollment: "an application holds nothing; the capacity is asked when it is approved"
        case .approveEnrollment where holds: "the application held its seat already, so approval asks no capacity"
        case .approveEnrollment: "approval takes a seat, while one is free"
        case .rejectEnrollment: "an operator may reject what is pending; a seat that it held is free at once"
        case .cancelEnrollment: "what is pending or approved may be cancelled; its seat is free at once"
        case .enrollDirectly: "an operator may give a free seat without an application, also outside the window"
        default: "nothing in the state stood against it"
        }
    }
}

extension RejectionCode {
    /// What a refusal for this reason rests on, as a sentence without its stop.
    public var rule: String {
        switch self {
        case .invalidInput: "every field of a command must have its form and its limits"
        case .invalidTermDateRange: "a term starts before it ends, and a window opens before it closes"
        case .invalidCapacity: "a capacity is at least 1"
        case .unauthorized: "who gives a command must be known"
        case .forbidden: "who gives a command must have the power to"
        case .userNotActive: "an inactive user cannot apply and cannot be approved"
        case .accountSuspended: "a suspended user cannot apply and cannot be approved"
        case .userErased: "an erased user is gone for good: nothing is done for them or to their account"
        case .personalDataPlain: "what stands in the log as it is cannot be forgotten"
        case .legalHold: "nobody is erased while a legal hold lies on them"
        case .ownCourse: "nobody takes a seat in a course that they teach"
        case .userNotFound, .courseNotFound, .termNotFound, .enrollmentNotFound: "what a command names must exist"
        case .duplicateEmail: "no two users have the same e-mail address"
        case .duplicateSourceID: "no two of a kind have the same id of the outside world"
        case .duplicateTermNumber: "no two terms of a course have the same number"
        case .alreadyEnrolled: "a user has at most one pending or approved enrollment in a term"
        case .termFull: "a seat is given only while fewer are taken than the capacity"
        case .capacityBelowEnrolled: "the capacity goes below the seats taken only where that is asked for"
        case .courseNotPublished: "people apply only while the course is published"
        case .instructorInvalid: "an instructor is active, has that role, and holds no seat in the course"
        case .invalidUserTransition, .invalidCourseTransition, .invalidTermTransition:
            "the status allows no such change"
        case .invalidEnrollmentTransition: "only what is pending is decided, and only what is live is cancelled"
        case .courseHasActiveTerms: "a course is archived only when all its terms are over"
        case .userHasActiveEnrollments: "who holds enrollments is deactivated or erased only together with them"
        case .instructorHasActiveCourses: "who teaches a term that is not over stays an active instructor"
        case .enrollmentPeriodNotOpen: "people apply only from the opening of the enrollment window on"
        case .enrollmentPeriodClosed: "people apply only before the enrollment window closes"
        case .termClosed: "a term that is completed or cancelled does not change any more"
        case .cannotCancelStarted: "people cancel on their own only until the term starts"
        case .admissionLocked: "the way of admission is fixed from the first enrollment on"
        case .versionConflict: "the stream must have the version that the command expects"
        case .commandIDReused: "a command id stands for one command only"
        case .cancelRatioExceeded: "an import must not cancel more than it was allowed to"
        case .storeUnavailable: "the store gave no answer"
        }
    }
}
