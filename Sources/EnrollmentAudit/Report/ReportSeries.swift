// What the charts of a report show: seats over time, applications over time, and how long people waited.

internal import Enrollment

/// Which of an event's two times a chart goes by.
enum ReportClock {
    /// When it was recorded: what the log itself saw.
    case recorded
    /// The time that the caller gave; where most of a history was imported, the other says nothing.
    case effective

    /// The clock that most events of the report have.
    init(_ report: AuditReport) {
        let events = report.terms.reduce(0) { $0 + $1.seats.count }
        let dated = report.backDated.count { $0.term != nil }
        self = dated * 2 > events ? .effective : .recorded
    }

    /// Microseconds since 1970; nil for an event that this clock knows nothing of.
    func time(of time: EventTime) -> Int64? {
        switch self {
        case .recorded: time.recordedAt.rawValue
        case .effective: time.effectiveAt?.rawValue
        }
    }
}

/// The seats at an instant.
struct SeatPoint: Equatable {
    var time: Int64
    var taken: Int
    var capacity: Int
}

enum ReportSeries {
    /// The seats of a term over time, from the last change before the first seat on.
    ///
    /// Never runs back: what the log learnt late stands where it learnt it. An event without a time of this clock
    /// counts from the event before it on.
    static func seats(of report: TermReport, by clock: ReportClock) -> [SeatPoint] {
        guard let start = report.seats.lazy.compactMap({ clock.time(of: $0.time) }).first else { return [] }
        var latest = start
        let points = report.seats.map { count in
            latest = max(latest, clock.time(of: count.time) ?? latest)
            return SeatPoint(time: latest, taken: count.taken, capacity: count.capacity)
        }
        guard let first = points.firstIndex(where: { $0.taken > 0 }) else { return points }
        guard first > 0 else { return points }
        var before = points[first - 1]
        before.time = points[first].time
        return [before] + points[first...]
    }

    /// The sum of several terms.
    static func sum(_ series: [[SeatPoint]]) -> [SeatPoint] {
        var changes: [SeatPoint] = []
        for points in series {
            var last = SeatPoint(time: 0, taken: 0, capacity: 0)
            for point in points {
                changes.append(
                    SeatPoint(
                        time: point.time, taken: point.taken - last.taken, capacity: point.capacity - last.capacity))
                last = point
            }
        }
        // A sort that keeps the order of equal times, so that the same history gives the same page.
        let order = changes.indices.sorted { (changes[$0].time, $0) < (changes[$1].time, $1) }
        var total = SeatPoint(time: 0, taken: 0, capacity: 0)
        return order.map { index in
            total.time = changes[index].time
            total.taken += changes[index].taken
            total.capacity += changes[index].capacity
            return total
        }
    }

    /// At most some three points in each of `parts` equal times: the last, and those with the fewest and most seats.
    static func thinned(_ points: [SeatPoint], parts: Int) -> [SeatPoint] {
        guard points.count > parts * 3, let first = points.first, let last = points.last else { return points }
        let width = max(1, (last.time - first.time) / Int64(parts) + 1)
        var kept: [SeatPoint] = []
        var start = 0
        while start < points.count {
            let part = (points[start].time - first.time) / width
            var end = start
            var (low, high) = (start, start)
            while end < points.count, (points[end].time - first.time) / width == part {
                if points[end].taken < points[low].taken { low = end }
                if points[end].taken > points[high].taken { high = end }
                end += 1
            }
            for index in Set([low, high, end - 1]).sorted() { kept.append(points[index]) }
            start = end
        }
        return kept
    }

    /// Applications in equal times.
    struct Applications: Equatable {
        var start: Int64
        /// Microseconds of each time: a minute, where that gives few enough.
        var width: Int64
        var accepted: [Int]
        var refused: [Int]
    }

    /// How many applications came in each minute, or in the smallest longer time that gives at most `parts` of them.
    static func applications(
        _ times: [ApplicationTime], by clock: ReportClock, parts: Int
    ) -> Applications? {
        let known = times.compactMap { entry in clock.time(of: entry.time).map { (time: $0, entry.isAccepted) } }
        guard let first = known.map(\.time).min(), let last = known.map(\.time).max() else { return nil }
        let minutes: [Int64] = [1, 5, 15, 60, 360, 1440, 10_080, 43_200, 525_600]
        let width = (minutes.first { (last - first) / ($0 * 60_000_000) < Int64(parts) } ?? 5_256_000) * 60_000_000
        // Whole minutes, hours and days of the calendar, also before 1970.
        let start = first - ((first % width) + width) % width
        let count = Int((last - start) / width) + 1
        var result = Applications(
            start: start, width: width, accepted: Array(repeating: 0, count: count),
            refused: Array(repeating: 0, count: count))
        for (time, isAccepted) in known {
            let index = Int((time - start) / width)
            if isAccepted { result.accepted[index] += 1 } else { result.refused[index] += 1 }
        }
        return result
    }

    /// The steps of ``waits(_:)``, each with the microseconds that it ends before; the last two have no end.
    static let waitSteps: [(label: String, end: Int64)] = [
        ("1 second", 1_000_000), ("1 minute", 60_000_000), ("1 hour", 3_600_000_000), ("1 day", 86_400_000_000),
        ("1 week", 604_800_000_000), ("30 days", 2_592_000_000_000), ("longer", .max),
    ]

    /// How many waited how long from application to decision, in the order of the steps, and how many still wait.
    static func waits(_ allocations: [Allocation]) -> [Int] {
        var counts = Array(repeating: 0, count: waitSteps.count + 1)
        for allocation in allocations {
            let step = allocation.waitedMicroseconds.map { wait in waitSteps.firstIndex { wait < $0.end } ?? 0 }
            counts[step ?? waitSteps.count] += 1
        }
        return counts
    }
}
