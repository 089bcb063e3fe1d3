// The identifiers of the four entities: dense from 1, assigned in creation order, the primary keys of the read tables.

/// What the four entity identifiers have in common: a positive 64-bit number.
public protocol EntityID: RawRepresentable, Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
where RawValue == Int64 {
    /// Makes an id of its number.
    init(rawValue: Int64)
}

extension EntityID {
    /// Makes an id of its number.
    @inlinable public init(_ rawValue: Int64) { self.init(rawValue: rawValue) }
    /// Makes an id of a literal number.
    @inlinable public init(integerLiteral value: Int64) { self.init(rawValue: value) }
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// Names a user.
public struct UserID: EntityID {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names a course.
public struct CourseID: EntityID {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names a term: one run of a course (강의 차수).
public struct TermID: EntityID {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names an enrollment (수강 신청).
public struct EnrollmentID: EntityID {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The number of events in a stream: 0 before the first, then 1, 2, 3… without gaps.
public struct StreamVersion: RawRepresentable, Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    /// Makes a version of its number.
    @inlinable public init(_ rawValue: Int64) { self.rawValue = rawValue }
    @inlinable public init(integerLiteral value: Int64) { rawValue = value }
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    /// The version after this one.
    @inlinable public var next: StreamVersion { StreamVersion(rawValue &+ 1) }
    public var description: String { String(rawValue) }
}
