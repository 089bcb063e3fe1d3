// The page of a race: complete in one file, without a script, legible in light and dark.

internal import Pages

/// Makes the page.
public struct RaceReport {
    let result: RaceResult
    let probes: [DiskProbe]
    let notes: [(name: String, isSound: Bool)]

    /// A page for a result; `notes` are checks that others made, `probes` the disk before and after.
    public init(_ result: RaceResult, probes: [DiskProbe], notes: [(name: String, isSound: Bool)] = []) {
        self.result = result
        self.probes = probes
        self.notes = notes
    }

    /// The page: one file that needs no other.
    public var html: String {
        let parameters = result.parameters
        let title = "\(grouped(parameters.racers)) people, \(grouped(parameters.seats * parameters.terms)) seats"
        let isSound = result.isSound && notes.allSatisfy(\.isSound)
        return Page.html(
            kind: "Capacity race", title: title, verdict: (verdict(isSound), isSound),
            body: """
                \(tiles)
                <section class="charts">
                \(Page.figure("Seats", seatsChart, seatsCaption))
                \(Page.figure("Throughput", throughputChart, throughputCaption))
                \(Page.figure("Latency", latencyChart, latencyCaption))
                \(Page.figure("Fairness", fairnessChart, fairnessCaption))
                </section>
                \(checksTable)
                \(parametersTable)
                """)
    }

    private func verdict(_ isSound: Bool) -> String {
        guard isSound else { return "A check failed. The findings stand below." }
        let kills = result.kills.count
        let through = kills == 0 ? "" : " through \(kills) × kill -9"
        return "No seat was sold twice, no answer was lost\(through). Two independent checkers agree."
    }

    private var tiles: String {
        Page.tiles([
            ("oversold", grouped(result.oversold), result.oversold == 0),
            ("lost", grouped(result.lost), result.lost == 0),
            ("duplicates", grouped(result.duplicates), result.duplicates == 0),
            ("kills", grouped(result.kills.count), nil),
            ("durable answers a second", grouped(Int(result.answersPerSecond)), nil),
            ("latency p50", readableTime(result.latencies.values[0]), nil),
            ("latency p99", readableTime(result.latencies.values[2]), nil),
        ])
    }

    // The four charts.

    private func timeAxis(steps: Int) -> Axis {
        let total = result.curves.step * Double(steps)
        return .linear("seconds", to: total) { value in
            fixed(value, total < 0.02 ? 4 : total < 0.2 ? 3 : total < 6 ? 2 : 0)
        }
    }

    private func points(_ values: [Int], perSecond: Bool) -> [Point] {
        values.enumerated().map { index, value in
            Point(
                x: (Double(index) + (perSecond ? 0.5 : 1)) * result.curves.step,
                y: perSecond ? Double(value) / result.curves.step : Double(value))
        }
    }

    private var seatsChart: String {
        let capacity = Double(result.seats.reduce(0) { $0 + $1.capacity })
        let most = max(capacity, Double(result.curves.seats.max() ?? 0))
        var chart = Chart(x: timeAxis(steps: seatSteps), y: .linear("seats taken", to: most * 1.08))
        let seats = [Point(x: 0, y: 0)] + points(Array(result.curves.seats.prefix(seatSteps)), perSecond: false)
        chart.area(seats, "fill")
        markKills(&chart, before: Double(seatSteps) * result.curves.step)
        chart.line(seats, "curve")
        chart.level(capacity, "capacity \(grouped(Int(capacity)))")
        return chart.svg(label: "Seats taken over time")
    }

    /// So many steps as it takes to see how the seats went: a race is mostly over long before it ends.
    private var seatSteps: Int {
        let seats = result.curves.seats
        let last = seats.lastIndex { $0 != seats.last } ?? 0
        return min(seats.count, max(8, (last + 2) * 5 / 4))
    }

    private var isCut: Bool { seatSteps < result.curves.seats.count }

    private var seatsCaption: String {
        let taken = result.seats.reduce(0) { $0 + $1.taken }
        let rest = isCut ? " Later on nothing changed." : ""
        return
            "\(grouped(taken)) seats were taken at the end; \(grouped(result.turnedAway)) applications found the term "
            + "full.\(rest)"
    }

    private var throughputChart: String {
        let totals = zip(result.curves.accepted, result.curves.refused).map { $0 + $1 }
        let most = Double(totals.max() ?? 0) / result.curves.step
        var chart = Chart(x: timeAxis(steps: totals.count), y: .linear("answers a second", to: most))
        let accepted = points(result.curves.accepted, perSecond: true)
        let all = points(totals, perSecond: true)
        chart.area(all, over: accepted, "second")
        chart.area(accepted, "fill")
        chart.line(all, "curve")
        markKills(&chart)
        return chart.svg(label: "Answers a second over time, kills marked")
    }

    private var throughputCaption: String {
        let durable = result.parameters.recordsRefusals ? "refusals too" : "refusals not stored"
        let kills = result.kills.isEmpty ? "" : " <i class=\"key mark\"></i> kill -9, then recovery."
        return "<i class=\"key fill\"></i> accepted <i class=\"key second\"></i> refused. "
            + "Every answer was given after its sync (\(durable)).\(kills)"
    }

    private func markKills(_ chart: inout Chart, before end: Double = .infinity) {
        for (index, kill) in result.kills.enumerated() where Double(kill) / 1e9 < end {
            chart.mark(Double(kill) / 1e9, "kill \(index + 1)")
        }
    }

    private var latencyChart: String {
        let curve = result.latencies.curve
        let nines = max(3, Int(decades(of: 1 / (1 - (curve.last?.percentile ?? 0) / 100)).rounded(.up)))
        let low = decades(of: Double(max(1, curve.first?.nanoseconds ?? 1))).rounded(.down)
        let high = max(low + 1, decades(of: Double(max(1, curve.last?.nanoseconds ?? 1))).rounded(.up))
        let names = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999", "99.999999"]
        let ticks = names.prefix(nines + 1).enumerated().map { (Double($0.offset), "\($0.element) %") }
        let times = (Int(low)...Int(high)).map { (Double($0), roundTime(power(ofTen: $0))) }
        var chart = Chart(
            x: Axis(title: "percentile", range: 0...Double(nines), ticks: Array(ticks)),
            y: Axis(title: "latency", range: low...high, ticks: times))
        func place(_ point: Latencies.Point) -> Point {
            Point(
                x: decades(of: 1 / max(1e-12, 1 - point.percentile / 100)),
                y: decades(of: Double(max(1, point.nanoseconds))))
        }
        chart.line(curve.map(place), "curve")
        // Of ten answers none is slower than 99 in 100: a percentile behind the end of the curve says nothing.
        let last = curve.last?.percentile ?? 0
        for (percentile, value) in zip(Latencies.named, result.latencies.values)
        where percentile < 100 && percentile <= last {
            let label = "p\(fixed(percentile, percentile == 99.9 ? 1 : 0)) \(readableTime(value))"
            chart.dot(place(.init(percentile: percentile, nanoseconds: value)), label)
        }
        return chart.svg(label: "Latency by percentile")
    }

    private var latencyCaption: String {
        let from =
            result.parameters.rate == nil
            ? "from asking to the durable answer" : "from the arrival that was fixed in advance to the durable answer"
        return "Time \(from), \(grouped(result.latencies.count)) operations, "
            + "the slowest \(readableTime(result.latencies.values[4])). Both axes are logarithmic."
    }

    private var fairnessChart: String {
        let fairness = result.fairness
        let count = Double(max(1, fairness.count))
        var chart = Chart(
            x: .linear("order of arrival", to: count), y: .linear("order in the log", to: count))
        let most = decades(of: Double(fairness.grid.joined().max() ?? 1) + 1)
        let side = count / Double(Fairness.cells)
        for (across, column) in fairness.grid.enumerated() {
            for (up, number) in column.enumerated() where number > 0 {
                let corner = Point(x: Double(across) * side, y: Double(up) * side)
                chart.cell(
                    corner, Point(x: corner.x + side, y: corner.y + side),
                    opacity: 0.15 + 0.85 * decades(of: Double(number) + 1) / most)
            }
        }
        return chart.svg(label: "Order in the log against order of arrival")
    }

    private var fairnessCaption: String {
        let fairness = result.fairness
        let moved = fairness.displacements.map(grouped)
        return "First come, first served: rank correlation \(fixed(fairness.correlation, 4)); an application was moved "
            + "by \(moved[0]) places in the median, \(moved[1]) at the 99th percentile, \(moved[2]) at most. "
            + "Darker cells hold more of the \(grouped(fairness.count)) applications."
    }
}
