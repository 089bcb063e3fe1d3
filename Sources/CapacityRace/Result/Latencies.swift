// How long callers waited, by percentile.

internal import Histogram

/// The distribution of latencies, in nanoseconds.
public struct Latencies: Sendable {
    /// A point of the curve of latencies.
    public struct Point: Hashable, Sendable {
        /// 0 to 100.
        public let percentile: Double
        /// The latency that so many calls stayed below, in nanoseconds.
        public let nanoseconds: Int64
    }

    /// The percentiles that a line of figures names.
    public static let named: [Double] = [50, 90, 99, 99.9, 100]

    /// How many calls were measured.
    public let count: Int
    /// Values at ``named``, the last being the maximum.
    public let values: [Int64]
    /// From the median's side to the slowest, evenly on the axis that such curves are drawn on.
    public let curve: [Point]

    init(_ nanoseconds: some Sequence<Int64>) {
        // Three digits over an hour; what takes longer counts as an hour.
        let hour: UInt64 = 3_600_000_000_000
        var histogram = Histogram<UInt32>(highestTrackableValue: hour, numberOfSignificantValueDigits: .three)
        for value in nanoseconds { histogram.record(min(hour, UInt64(clamping: value))) }
        let total = histogram.totalCount
        count = Int(clamping: total)
        func value(_ percentile: Double) -> Int64 {
            total == 0
                ? 0
                : Int64(clamping: percentile >= 100 ? histogram.max : histogram.valueAtPercentile(percentile))
        }
        values = Self.named.map(value)
        var curve: [Point] = []
        var left = 1.0
        // A tenth of an octave a step, until less than one operation is left.
        while left * Double(total) >= 1 {
            curve.append(Point(percentile: 100 - 100 * left, nanoseconds: value(100 - 100 * left)))
            left *= 0.933
        }
        if total > 0 { curve.append(Point(percentile: 100 - 100 / Double(total), nanoseconds: value(100))) }
        self.curve = curve
    }
}
