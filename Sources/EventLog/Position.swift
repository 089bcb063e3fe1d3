// The place of a record in the log: the one order that everything else is told by.

/// The place of a record in a log: 1, 2, 3, … without gaps.
///
/// ``zero`` stands before the first record. A position is assigned only to what is stored, and never used twice
/// within one epoch of a log.
public struct Position: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number itself; 1 is the first record.
    public let rawValue: Int64

    /// Wraps a number read from elsewhere; no range is checked.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Wraps a number read from elsewhere; no range is checked.
    public init(_ value: Int64) {
        self.rawValue = value
    }

    /// The place before the first record.
    public static let zero = Position(0)

    /// Orders by place in the log.
    public static func < (left: Position, right: Position) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Position: ExpressibleByIntegerLiteral {
    /// Makes a position from a literal, as tests and examples write it.
    public init(integerLiteral value: Int64) {
        self.rawValue = value
    }
}

extension Position: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { String(rawValue) }
}
