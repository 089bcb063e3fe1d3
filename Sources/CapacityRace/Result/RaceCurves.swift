// How a race went over time.

/// Seats and throughput over time, in equal steps.
public struct RaceCurves: Sendable {
    private static let steps = 160

    /// The length of a step in seconds.
    public let step: Double
    /// Seats taken at the end of each step, as the callers knew.
    public let seats: [Int]
    /// Answers in each step.
    public let accepted: [Int]
    /// How many refusals were told in each interval.
    public let refused: [Int]

    init(_ operations: [Operation], start: Int64, end: Int64) {
        let length = max(1, end - start)
        var change = Array(repeating: 0, count: Self.steps)
        var accepted = change
        var refused = change
        for operation in operations where operation.outcome != .unknown {
            let (part, _) = max(0, operation.end - start).multipliedReportingOverflow(by: Int64(Self.steps))
            let index = min(Self.steps - 1, Int(part / length))
            if operation.outcome == .refused { refused[index] += 1 } else { accepted[index] += 1 }
            guard operation.outcome == .accepted else { continue }
            if operation.kind == .apply { change[index] += 1 }
            if operation.kind == .cancel { change[index] -= 1 }
        }
        var taken = 0
        seats = change.map { difference in
            taken += difference
            return taken
        }
        self.accepted = accepted
        self.refused = refused
        step = Double(length) / 1e9 / Double(Self.steps)
    }
}
