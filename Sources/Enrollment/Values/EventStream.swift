// The streams that events belong to. Enrollment events belong to the term: the term is the unit of fairness.

/// A sequence of events with gapless versions.
///
/// Refusals have a stream of their own per term, so that they are gapless too and never disturb the version that a
/// caller's `expectedVersion` speaks of.
public enum EventStream: Hashable, Sendable, CustomStringConvertible {
    /// What happened to a user.
    case user(UserID)
    /// What happened to a course.
    case course(CourseID)
    /// What happened to a term and its enrollments.
    case term(TermID)
    /// The recorded refusals of a term.
    case refusals(TermID)
    /// The one stream that belongs to no entity.
    case attestations

    /// The stream as one number: the kind in the two low bits, the identifier above them.
    ///
    /// Identifiers begin at 1, so that 0 is left for the attestations.
    @inlinable public var key: UInt64 {
        switch self {
        case .user(let id): UInt64(bitPattern: id.rawValue) << 2
        case .course(let id): UInt64(bitPattern: id.rawValue) << 2 | 1
        case .term(let id): UInt64(bitPattern: id.rawValue) << 2 | 2
        case .refusals(let id): UInt64(bitPattern: id.rawValue) << 2 | 3
        case .attestations: 0
        }
    }

    /// The stream that ``key`` stands for.
    @inlinable public init(key: UInt64) {
        let id = Int64(bitPattern: key >> 2)
        switch key & 3 {
        case 0 where id == 0: self = .attestations
        case 0: self = .user(UserID(id))
        case 1: self = .course(CourseID(id))
        case 2: self = .term(TermID(id))
        default: self = .refusals(TermID(id))
        }
    }

    /// As people write it: `term/3`, `refusals/3`, `attestations`.
    public var description: String {
        switch self {
        case .user(let id): "user/\(id)"
        case .course(let id): "course/\(id)"
        case .term(let id): "term/\(id)"
        case .refusals(let id): "refusals/\(id)"
        case .attestations: "attestations"
        }
    }
}
