// One run of a course, with its seats, as decisions see it.

/// A term (강의 차수): one run of a course.
public struct Term: Hashable, Sendable {
    /// The key of the term.
    public let id: TermID
    /// The course that it is a run of.
    public let course: CourseID
    /// Its number among the terms of its course, as people count them.
    public let termNumber: Int
    /// Its first and last day.
    public internal(set) var dates: TermDates
    /// How many seats it has.
    public internal(set) var capacity: Int
    /// How it gives them out.
    public internal(set) var admission: Admission
    /// Where it stands.
    public internal(set) var status: TermStatus = .scheduled
    /// The id of the newest of this term's enrollments, from which a list leads to the others.
    ///
    /// 0 while it never had one.
    var newestEnrollment: UInt32 = 0
    /// The window that was set; nil while the default holds.
    public internal(set) var window: EnrollmentWindow?
    /// APPROVED enrollments.
    public internal(set) var enrolledCount = 0
    /// PENDING enrollments, whether or not they hold a seat.
    public internal(set) var pendingCount = 0
    /// Its id in the outside world, where it came from there.
    public let sourceID: String?
    /// How many events its stream has.
    public internal(set) var version: StreamVersion = 0
    /// How many refusals were recorded for it.
    public internal(set) var refusalsVersion: StreamVersion = 0

    /// Seats that pending applications hold.
    @inlinable public var heldCount: Int { admission == .approval ? pendingCount : 0 }
    /// Seats given or held.
    @inlinable public var taken: Int { enrolledCount + heldCount }
    /// Seats left, never negative though a term may be overbooked.
    @inlinable public var free: Int { max(0, capacity - taken) }
    /// Whether an enrollment was ever stored: admission cannot change any more.
    public var isAdmissionLocked: Bool { newestEnrollment > 0 }
}
