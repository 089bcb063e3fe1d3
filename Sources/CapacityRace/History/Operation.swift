// What a client wrote down about one thing that it asked for.

public import Enrollment

/// One operation of a race, as its client saw it.
public struct Operation: Hashable, Sendable {
    /// What a client asked for.
    public enum Kind: UInt8, Hashable, Sendable {
        /// A seat.
        case apply = 1
        /// The approval of an application.
        case approve
        /// The end of an enrollment.
        case cancel
        /// Another number of seats.
        case changeCapacity
        /// How many seats are taken.
        case read
    }

    /// What the client was told.
    public enum Outcome: UInt8, Hashable, Sendable {
        /// Yes.
        case accepted = 1
        /// No, by the rules.
        case refused
        /// No answer came: it may or may not have happened.
        case unknown
    }

    /// What was asked for.
    public var kind: Kind
    /// What the client was told.
    public var outcome: Outcome
    /// Why it was refused.
    public var code: RejectionCode?
    /// The number of the client, from 0.
    public var client: Int32 = 0
    /// The id of the term.
    public var term: Int32
    /// The applicant, or whose enrollment it is about; 0 for capacities and readings.
    public var user: Int32 = 0
    /// When it was first asked, and when it was answered, in nanoseconds; the end of an unknown one is `Int64.max`.
    public var start: Int64
    /// When the answer came, in the nanoseconds of `start`.
    public var end: Int64
    /// When it was meant to begin: latency counts from there.
    public var intended: Int64
    /// The position of its last event, or after which it was decided; 0 where no answer came.
    public var position: Int64 = 0
    /// Whether the answer is an event of its own.
    public var isRecorded = false
    /// Whether the answer was given again to a retry.
    public var isReplay = false
    /// The enrollment that an application became, or that the operation names.
    public var enrollment: Int64 = 0
    /// What the answer shows: seats taken and the capacity, as a reading or a refusal names them.
    public var taken: Int32 = 0
    /// The seats that a change of the capacity asked for.
    public var capacity: Int32 = 0
    /// The version of the term's stream that a reading saw.
    public var version: Int64 = 0

    /// Makes an operation of what was asked and told.
    public init(_ kind: Kind, _ outcome: Outcome, term: Int32, user: Int32 = 0, start: Int64, end: Int64) {
        self.kind = kind
        self.outcome = outcome
        self.term = term
        self.user = user
        self.start = start
        self.end = end
        intended = start
    }
}

extension Operation: CustomStringConvertible {
    /// `apply of user 7 in term 1, answered TERM_FULL at position 1205`.
    public var description: String {
        var text = "\(kind)"
        if user > 0 { text += " of user \(user)" }
        text += " in term \(term)"
        switch outcome {
        case .accepted: text += ", accepted at position \(position)"
        case .refused: text += ", answered \(code?.name ?? "a refusal") at position \(position)"
        case .unknown: text += ", never answered"
        }
        return kind == .read ? text + ", saw \(taken) of \(capacity) seats taken" : text
    }
}
