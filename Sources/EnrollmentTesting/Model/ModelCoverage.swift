// What random histories have reached: a comparison proves nothing about a rule that it never met.

public import Enrollment

/// Counts of what commands became.
public struct ModelCoverage: Sendable {
    /// How often each kind of command was accepted.
    public private(set) var accepted: [CommandKind: Int] = [:]
    /// Accepted with no event.
    public private(set) var unchanged: [CommandKind: Int] = [:]
    /// How often each kind of command was refused.
    public private(set) var refused: [CommandKind: Int] = [:]
    /// How often the refusal of each kind of command was recorded.
    public private(set) var recorded: [CommandKind: Int] = [:]
    /// How often each code was given.
    public private(set) var codes: [RejectionCode: Int] = [:]
    /// How often each problem of a field was found.
    public private(set) var problems: [Problem: Int] = [:]
    /// How often each type of event came.
    public private(set) var events: [EventType: Int] = [:]
    /// How often an enrollment ended for each cause.
    public private(set) var causes: [EndCause: Int] = [:]
    /// Approvals that took a seat when none was free.
    public private(set) var overbooked = 0

    /// A field with what was wrong with it.
    public struct Problem: Hashable, Sendable {
        /// The field that is malformed.
        public let field: InputField
        /// What is wrong with it.
        public let problem: InputProblem

        /// Makes a problem of a field.
        public init(_ field: InputField, _ problem: InputProblem) {
            self.field = field
            self.problem = problem
        }
    }

    /// Makes a coverage of nothing.
    public init() {}

    /// Counts a command and what became of it.
    public mutating func count(_ kind: CommandKind, _ outcome: NaiveModel.Outcome) {
        switch outcome {
        case .accepted(let changes):
            accepted[kind, default: 0] += 1
            if changes.isEmpty { unchanged[kind, default: 0] += 1 }
            for change in changes { count(change) }
        case .refused(let rejection, let refusal):
            refused[kind, default: 0] += 1
            if refusal != nil { recorded[kind, default: 0] += 1 }
            codes[rejection.code, default: 0] += 1
            if case .invalidInput(let field, let problem) = rejection {
                problems[Problem(field, problem), default: 0] += 1
            }
        }
    }

    private mutating func count(_ change: Event) {
        events[change.type, default: 0] += 1
        switch change {
        case .enrollmentRejected(_, _, let cause, _), .enrollmentCancelled(_, _, _, let cause, _):
            causes[cause, default: 0] += 1
        case .enrollmentApproved(_, _, true, _): overbooked += 1
        default: break
        }
    }
}
