// Everything that a race came to: counted from the history and the log, judged by both checkers.

internal import Enrollment
internal import EventLog

/// The result of a race.
public struct RaceResult: Sendable {
    /// What was raced.
    public let parameters: RaceParameters
    /// Operations that clients asked for.
    public let attempts: Int
    /// How many commands were accepted.
    public let accepted: Int
    /// How many commands were refused by the rules.
    public let refused: Int
    /// Never answered: whoever asked went away when the process was killed.
    public let unknown: Int
    /// Those of the unknown that the log has.
    public let storedUnknown: Int
    /// Asked again after a kill, and found to have been stored before it.
    public let replayed: Int
    /// Applications that were accepted, and those refused because the term was full.
    public let seatsGiven: Int
    /// How many applications found no free seat.
    public let turnedAway: Int
    /// The most seats taken beyond a capacity at any prefix of the log.
    public let oversold: Int
    /// When the process was killed, in nanoseconds after the start.
    public let kills: [Int64]
    /// How long the race took, in seconds.
    public let seconds: Double
    /// How long callers waited for their answers.
    public let latencies: Latencies
    /// Whether those who came first were served first.
    public let fairness: Fairness
    /// The race as it went, interval by interval.
    public let curves: RaceCurves
    /// Checker A.
    public let positions: CheckReport
    /// Checker B.
    public let order: CheckReport
    /// Taken seats and capacity of each term at the end, and who has them, by user, as the naive model says.
    public let seats: [(taken: Int, capacity: Int)]
    /// Who has a seat in each term, with the position that gave it.
    public let holders: [[Int64: Int64]]
    /// Events in the log at the end.
    public let events: Int64

    /// Judges what a race left behind.
    public init(of history: HistoryFile, log: RaceLog, kills: [Int64]) {
        let workload = history.workload
        let all = history.operations()
        let operations = all.compactMap { $0 }
        parameters = workload.parameters
        attempts = operations.count
        accepted = operations.count { $0.outcome == .accepted }
        refused = operations.count { $0.outcome == .refused }
        unknown = operations.count { $0.outcome == .unknown }
        replayed = operations.count { $0.isReplay }
        seatsGiven = operations.count { $0.kind == .apply && $0.outcome == .accepted }
        turnedAway = operations.count { $0.code == .termFull }
        let start = history.startedAt
        let end = operations.lazy.filter { $0.outcome != .unknown }.map(\.end).max() ?? start
        self.kills = kills.map { $0 - start }
        seconds = Double(max(1, end - start)) / 1e9
        latencies = Latencies(operations.lazy.filter { $0.outcome != .unknown }.map { $0.end - $0.intended })
        fairness = Fairness(operations)
        curves = RaceCurves(operations, start: start, end: end)
        var check = PositionCheck(all, commandHigh: workload.commandID(ofSlot: 0).high, log: log)
        positions = check.run()
        order = LinearizabilityCheck(
            seats: parameters.seats, needsApproval: parameters.admission == .approval
        ).run(all, hints: check.hints())
        storedUnknown = check.storedUnknown
        oversold = check.oversold
        seats = check.seats()
        holders = (1...parameters.terms).map { check.holders(ofTerm: $0) }
        events = log.lastPosition
    }

    /// Whether both checkers found nothing.
    public var isSound: Bool { positions.isSound && order.isSound }

    /// How many people have two seats in a term: 0, or something is broken.
    public var duplicates: Int { positions.count(.duplicate) }
    /// How many answers that were told are not in the log: 0, or something is broken.
    public var lost: Int { positions.count(.lost) }
    /// Commands that were answered in a second.
    public var answersPerSecond: Double { Double(accepted + refused) / seconds }
    /// Commands that were accepted in a second.
    public var acceptedPerSecond: Double { Double(accepted) / seconds }
}
