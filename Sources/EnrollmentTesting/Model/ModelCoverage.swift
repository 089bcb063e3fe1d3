// What random histories have reached: a comparison proves nothing about a rule that it never met.

public import Enrollment

/// Counts of what commands became.
public struct ModelCoverage: Sendable {
    public private(set) var accepted: [CommandKind: Int] = [:]
    /// Accepted with no event.
    public private(set) var unchanged: [CommandKind: Int] = [:]
    public private(set) var refused: [CommandKind: Int] = [:]
    public private(set) var recorded: [CommandKind: Int] = [:]
    public private(set) var codes: [RejectionCode: Int] = [:]
    public private(set) var problems: [Problem: Int] = [:]
    public private(set) var events: [EventType: Int] = [:]
    public private(set) var causes: [EndCause: Int] = [:]
    /// Approvals that took a seat when none was free.
    public private(set) var overbooked = 0

    /// A field with what was wrong with it.
    public struct Problem: Hashable, Sendable {
        public let field: InputField
        public let problem: InputProblem

        public init(_ field: InputField, _ problem: InputProblem) {
            self.field = field
            self.problem = problem
        }
    }

    public init() {}

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
