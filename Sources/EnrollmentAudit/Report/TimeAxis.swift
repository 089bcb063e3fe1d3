// An axis of instants: round steps from microseconds to years, in UTC.

internal import Enrollment
internal import Pages

extension Axis {
    /// An axis from one instant to another, both in microseconds since 1970, with at most seven lines.
    static func time(from start: Int64, through end: Int64) -> Axis {
        let end = max(end, start + 1000)
        let step = steps.first { (end - start) / $0 < 6 } ?? 366_000 * day
        var tick = start - ((start % step) + step) % step
        if tick < start { tick += step }
        var ticks: [(Double, String)] = []
        // A label in the middle under the very end would be cut off.
        while tick <= end - (end - start) / 32 {
            ticks.append((Double(tick), label(tick, step)))
            tick += step
        }
        let date = Timestamp(microseconds: start).description.prefix(10)
        return Axis(
            title: step >= day ? "day (UTC)" : "time on \(date) and after (UTC)",
            range: Double(start)...Double(end), ticks: ticks)
    }

    private static let second: Int64 = 1_000_000
    private static let day = 86_400 * second

    private static let steps: [Int64] =
        [100, 1000, 10_000, 100_000, 500_000, second, 5 * second, 15 * second, 60 * second]
        + [300, 900, 3600, 10_800, 21_600, 43_200].map { $0 * second }
        + [1, 2, 7, 14, 30, 91, 182, 365, 1826, 3652, 36_525].map { $0 * day }

    /// As much of the instant as the step needs: a date, hours and minutes, or seconds.
    private static func label(_ tick: Int64, _ step: Int64) -> String {
        let text = Timestamp(microseconds: tick).description.dropLast()
        if step >= day { return String(text.prefix(10)) }
        let clock = text.dropFirst(11)
        return String(step >= 60 * second ? clock.prefix(5) : clock.prefix(12))
    }
}
