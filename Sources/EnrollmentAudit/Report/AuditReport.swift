// What an audit of terms reports: who got seats in which order, what was out of the ordinary, and when.

public import Enrollment
internal import EnrollmentEngine
public import EventLog

/// The report on the terms of a store, as of one position.
///
/// ``tables`` gives all of it as rows, for text, CSV and pages alike.
public struct AuditReport: Sendable {
    /// The log's identity, and the name that it has in proofs.
    public let storeID: String
    /// The name of the log.
    public let origin: String
    /// The last event that was read.
    public let position: Position
    /// Those of the terms that were asked for, in the order of their ids.
    public let terms: [TermReport]
    /// Events that carry a time of their own, in the order of the log: those of the term that was asked for, else all,
    /// also of users and courses.
    public let backDated: [BackDatedEntry]
    /// The ids in the outside world of those users who have one.
    public let userSourceIDs: [UserID: String]
}

/// What happened to the seats of one term.
public struct TermReport: Sendable {
    /// The term as it is at the report's position.
    public internal(set) var term: Term
    /// What the course is called at the end.
    public internal(set) var courseTitle: String
    /// Every enrollment, in the order of application.
    public internal(set) var allocations: [Allocation] = []
    /// How many commands about the term's enrollments were refused, by code.
    public internal(set) var refusals: [RejectionCode: Int] = [:]
    /// Seats that operators gave: above the capacity, or without an application.
    public internal(set) var overrides: [SeatOverride] = []
    /// Every change of the seats, in order.
    public internal(set) var capacityChanges: [CapacityChange] = []
    /// The times at which more seats were taken than there are.
    public internal(set) var overCapacity: [OverCapacity] = []
    /// Every change of the seats taken or of the capacity, in the order of the log.
    public internal(set) var seats: [SeatCount] = []
    /// When applications came, whether accepted or refused.
    public internal(set) var applications: [ApplicationTime] = []
}

/// A seat that an operator gave above the capacity, or without an application.
public struct SeatOverride: Sendable {
    /// When, and by whose command.
    public let moment: AuditMoment
    /// The enrollment that got the seat.
    public let enrollment: EnrollmentID
    /// Who got it.
    public let user: UserID
    /// Whether an operator enrolled the user without an application.
    public let isDirect: Bool
    /// Whether the seat was given when none was free.
    public let isOverbooked: Bool
    /// After the seat was taken.
    public let capacity: Int
    /// How many seats were taken after it.
    public let taken: Int
    /// The reason that was given; nil where there is none, or where it is sealed.
    public let reason: String?
}

/// A change of a term's capacity.
public struct CapacityChange: Sendable {
    /// When, and by whose command.
    public let moment: AuditMoment
    /// The seats before.
    public let from: Int
    /// The seats after.
    public let to: Int
    /// The seats taken at that moment.
    public let taken: Int
    /// The reason that was given; nil where there is none, or where it is sealed.
    public let reason: String?

    /// Whether it went below the seats taken.
    public var isBelowTaken: Bool { to < taken }
}

/// A time in which more seats were taken than the term had.
public struct OverCapacity: Sendable {
    /// The event with which more seats were taken than there are.
    public let start: AuditMoment
    /// What began it: an approval above the capacity, or a cut below the seats taken.
    public let cause: EventType
    /// Nil where it lasts still.
    public internal(set) var end: AuditMoment?
    /// How many seats above the capacity, at most.
    public internal(set) var most: Int
}

/// An event whose own time differs from when it was recorded.
public struct BackDatedEntry: Sendable {
    /// When it was recorded, for when, and by whose command.
    public let moment: AuditMoment
    // 0 where there is none: an import has an entry for every event.
    private let termNumber: Int64
    private let enrollmentNumber: Int64
    /// What happened.
    public let type: EventType

    /// The term that it is about; nil where the event is of no term.
    public var term: TermID? { termNumber == 0 ? nil : TermID(termNumber) }
    /// The enrollment that it is about, where it is about one.
    public var enrollment: EnrollmentID? { enrollmentNumber == 0 ? nil : EnrollmentID(enrollmentNumber) }

    init(_ event: RecordedEvent) {
        moment = AuditMoment(event)
        termNumber = event.stream.term?.rawValue ?? 0
        enrollmentNumber = event.event.enrollment?.rawValue ?? 0
        type = event.event.type
    }
}
