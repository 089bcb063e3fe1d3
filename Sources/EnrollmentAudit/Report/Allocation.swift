// What a report keeps of every enrollment, in as few bytes as it takes: there are as many as the history has.

public import Enrollment
internal import EnrollmentEngine
public import EventLog

/// An event's two times in 16 bytes.
struct CompactTime: Hashable, Sendable {
    /// No calendar has it, so it stands for none.
    private static let none = Int64.min
    private let recordedAt: Int64
    private let effectiveAt: Int64

    init(_ time: EventTime) {
        recordedAt = time.recordedAt.rawValue
        effectiveAt = time.effectiveAt?.rawValue ?? Self.none
    }

    var time: EventTime {
        EventTime(
            recordedAt: Timestamp(microseconds: recordedAt),
            effectiveAt: effectiveAt == Self.none ? nil : Timestamp(microseconds: effectiveAt))
    }
}

/// An event's place in time: where it stands, when, and by whom.
public struct AuditMoment: Hashable, Sendable {
    /// Where the event stands in the log.
    public let position: Position
    private let compactTime: CompactTime
    /// 0 for the system: no user has that number.
    private let user: Int64

    /// When it happened.
    public var time: EventTime { compactTime.time }
    /// Who gave the command.
    public var actor: Actor { user == 0 ? .system : .user(UserID(user)) }

    init(_ event: RecordedEvent) {
        position = event.position
        compactTime = CompactTime(event.time)
        if case .user(let id) = event.actor { user = id.rawValue } else { user = 0 }
    }
}

/// One enrollment from application to decision.
public struct Allocation: Sendable {
    /// What few enrollments have.
    private final class Rarity: Sendable {
        let ended: AuditMoment?
        let reason: String?

        init(ended: AuditMoment?, reason: String?) {
            self.ended = ended
            self.reason = reason
        }
    }

    // A store numbers enrollments, and with them users who have some, in 32 bits.
    private let enrollmentNumber: UInt32
    private let userNumber: UInt32
    /// When, and by whose command.
    public let applied: AuditMoment
    private var compactDecided: AuditMoment
    private var rarity: Rarity?
    private var seatNumber: Int32 = 0
    /// Whether an operator enrolled them without an application of theirs.
    public let isDirect: Bool
    /// Whether the seat was given when none was free.
    public internal(set) var isOverbooked = false
    /// What was decided: approval, rejection or cancellation; nil while it is pending.
    public internal(set) var decision: EnrollmentStatus?
    /// Where it stands at the report's position.
    public internal(set) var status = EnrollmentStatus.pending

    init(enrollment: EnrollmentID, user: UserID, applied: AuditMoment, isDirect: Bool) {
        enrollmentNumber = UInt32(enrollment.rawValue)
        userNumber = UInt32(user.rawValue)
        self.applied = applied
        // Nothing is decided before it was applied for, so the application itself stands for no decision.
        compactDecided = applied
        self.isDirect = isDirect
    }

    /// The enrollment that was applied for.
    public var enrollment: EnrollmentID { EnrollmentID(Int64(enrollmentNumber)) }
    /// Who applied.
    public var user: UserID { UserID(Int64(userNumber)) }

    /// Which of the taken seats it was when it took its own: 1 for the first; nil where it never had one.
    public internal(set) var seat: Int? {
        get { seatNumber == 0 ? nil : Int(seatNumber) }
        set { seatNumber = Int32(newValue ?? 0) }
    }

    /// When it was decided; nil while it is pending.
    public internal(set) var decided: AuditMoment? {
        get { compactDecided == applied ? nil : compactDecided }
        set { compactDecided = newValue ?? applied }
    }

    /// What ended it after it was approved.
    public internal(set) var ended: AuditMoment? {
        get { rarity?.ended }
        set { rarity = Rarity(ended: newValue, reason: reason) }
    }

    /// The reason that the last of these commands gave.
    public internal(set) var reason: String? {
        get { rarity?.reason }
        set {
            guard newValue != reason else { return }
            rarity = Rarity(ended: ended, reason: newValue)
        }
    }

    /// Microseconds from application to decision, by their own times where they have some; nil while it is pending.
    public var waitedMicroseconds: Int64? {
        decided.map { $0.time.effectiveTime.rawValue - applied.time.effectiveTime.rawValue }
    }
}

/// The seats of a term after an event.
public struct SeatCount: Hashable, Sendable {
    private let compactTime: CompactTime
    // The rules allow a thousand million seats.
    private let takenCount: Int32
    private let capacityCount: Int32

    /// From when on.
    public var time: EventTime { compactTime.time }
    /// How many seats were taken.
    public var taken: Int { Int(takenCount) }
    /// How many seats there were.
    public var capacity: Int { Int(capacityCount) }

    init(time: EventTime, taken: Int, capacity: Int) {
        compactTime = CompactTime(time)
        takenCount = Int32(taken)
        capacityCount = Int32(capacity)
    }
}

/// When an application came.
public struct ApplicationTime: Hashable, Sendable {
    private let compactTime: CompactTime
    /// Whether it became an enrollment, rather than a refusal.
    public let isAccepted: Bool

    /// When it was made.
    public var time: EventTime { compactTime.time }

    init(time: EventTime, isAccepted: Bool) {
        compactTime = CompactTime(time)
        self.isAccepted = isAccepted
    }
}
