// Which events make up the history of one user, course, term or enrollment.

public import Enrollment

/// Whose history is asked for.
public enum HistorySubject: Hashable, Sendable {
    /// Their account, the courses they teach, their enrollments and what they were refused.
    case user(UserID)
    /// The course itself, and that terms of it were scheduled.
    case course(CourseID)
    /// The term itself, and everything about its enrollments, refusals too.
    case term(TermID)
    /// One enrollment, with the refusals of commands that named it.
    case enrollment(EnrollmentID)
}

/// Tells which events concern a subject.
///
/// It must see every event from the first on, in order: an event that ends an enrollment names no user.
public struct HistoryFilter: Sendable {
    private let subject: HistorySubject
    /// The enrollments of the user, learnt on the way: later events about them name only the term.
    private var enrollments: Set<EnrollmentID> = []
    /// The courses that the user teaches.
    private var courses: Set<CourseID> = []

    /// Makes a filter for the events about one subject.
    public init(_ subject: HistorySubject) { self.subject = subject }

    /// Whether the next event of the log belongs to the history.
    ///
    /// O(1).
    public mutating func includes(_ event: Event) -> Bool {
        switch subject {
        case .user(let user): return includes(event, user)
        case .course(let course):
            if case .termScheduled(_, course, _, _, _, _, _) = event { return true }
            return event.stream == .course(course)
        case .term(let term): return event.stream.term == term
        case .enrollment(let enrollment): return event.enrollment == enrollment
        }
    }

    private mutating func includes(_ event: Event, _ user: UserID) -> Bool {
        switch event {
        case .courseCreated(let course, _, _, _, user, _):
            courses.insert(course)
            return true
        case .instructorAssigned(let course, let instructor):
            // Both matter: that they teach it now, and that they do no longer.
            let taught = courses.remove(course) != nil
            if instructor == user { courses.insert(course) }
            return taught || instructor == user
        case .enrollmentApplied(let enrollment, user, _, _):
            enrollments.insert(enrollment)
            return true
        case .commandRefused(let refusal): return refusal.user == user
        default: return event.stream == .user(user) || event.enrollment.map(enrollments.contains) ?? false
        }
    }
}
