// Whether those who come first are served first: the order in the log against the order of arrival.

/// How the order of applications in the log agrees with the order in which they arrived.
public struct Fairness: Sendable {
    /// Cells along each side of ``grid``.
    public static let cells = 64

    /// Applications that were compared.
    public let count: Int
    /// Spearman's rank correlation: 1 where both orders are the same, 0 where they have nothing to do with each other.
    public let correlation: Double
    /// How many places an application was moved by, in the median, at the 99th percentile and at most.
    public let displacements: [Int]
    /// How many applications lie where: by arrival, then by place in the log.
    public let grid: [[Int]]

    init(_ operations: [Operation]) {
        let applications = operations.filter { $0.kind == .apply && $0.outcome != .unknown && $0.position > 0 }
        let count = applications.count
        self.count = count
        let arrivals = applications.indices.sorted {
            (applications[$0].intended, applications[$0].client) < (applications[$1].intended, applications[$1].client)
        }
        let places = Self.ranks(arrivals.map { applications[$0].position })
        var grid = Array(repeating: Array(repeating: 0, count: Self.cells), count: Self.cells)
        var moved: [Int] = []
        moved.reserveCapacity(count)
        var squares = 0.0
        for (arrival, place) in places.enumerated() {
            let difference = Double(arrival) - place
            squares += difference * difference
            moved.append(Int(difference.magnitude))
            grid[arrival * Self.cells / count][min(Self.cells - 1, Int(place) * Self.cells / count)] += 1
        }
        self.grid = grid
        moved.sort()
        displacements = count == 0 ? [0, 0, 0] : [moved[count / 2], moved[count * 99 / 100], moved[count - 1]]
        let size = Double(count)
        correlation = count < 2 ? 1 : 1 - 6 * squares / (size * (size * size - 1))
    }

    /// The rank of each value; equal ones share their mean rank.
    private static func ranks(_ values: [Int64]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var first = 0
        while first < order.count {
            var last = first
            while last + 1 < order.count && values[order[last + 1]] == values[order[first]] { last += 1 }
            for index in first...last { ranks[order[index]] = Double(first + last) / 2 }
            first = last + 1
        }
        return ranks
    }
}
