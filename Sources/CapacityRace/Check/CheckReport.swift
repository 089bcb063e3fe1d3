// What a checker found: counted by kind, the first of each told in words.

/// The verdict of one checker.
public struct CheckReport: Sendable {
    /// What a checker can find.
    public enum Fault: String, Hashable, Sendable, CaseIterable {
        /// More seats taken than there are.
        case oversold
        /// One person with two seats, or one command stored twice.
        case duplicate
        /// Answered, and not in the log.
        case lost
        /// In the log, and never asked for.
        case unasked
        /// An answer that differs from what the rules give at its position.
        case wrongAnswer
        /// An answer older than what someone had been told before it was asked for.
        case stale
        /// No order of the operations explains all answers.
        case notLinearizable
        /// The checker gave up.
        case undecided
    }

    private static let maximumFindings = 20
    /// How often each fault was found; none where all is sound.
    public private(set) var counts: [Fault: Int] = [:]
    /// The first findings, in words.
    public private(set) var findings: [String] = []
    /// How long the check took.
    public var seconds = 0.0

    /// Makes a report in which nothing was found.
    public init() {}

    /// Whether nothing was found.
    public var isSound: Bool { counts.isEmpty }

    /// How often a fault was found.
    public func count(_ fault: Fault) -> Int { counts[fault] ?? 0 }

    mutating func add(_ fault: Fault, _ text: @autoclosure () -> String) {
        counts[fault, default: 0] += 1
        if findings.count < Self.maximumFindings { findings.append("\(fault.rawValue): \(text())") }
    }
}
