// The charts of the page: seats against capacity, applications, and how long people waited.

internal import Enrollment
internal import Pages

extension ReportPage {
    /// The seats of some terms together.
    func seats(of terms: [TermReport]) -> [SeatPoint] {
        ReportSeries.sum(terms.map { ReportSeries.seats(of: $0, by: clock) })
    }

    /// Seats taken, as an area, against the capacity, as a broken line; both change in steps.
    func seatsFigure(_ title: String, _ points: [SeatPoint], _ caption: String) -> String {
        guard let first = points.first, let last = points.last else {
            return Page.figure(title, "", "No seats at any known time. " + escaped(caption))
        }
        let mostTaken = points.reduce(0) { max($0, $1.taken) }
        let mostSeats = points.reduce(0) { max($0, $1.capacity) }
        // A capacity that means "as many as come" would press the seats taken into the axis.
        let most = mostTaken == 0 ? mostSeats : max(mostTaken, min(mostSeats, 3 * mostTaken))
        // A minute at least, so that what happened in one instant is seen as well.
        let end = max(last.time, first.time + 60_000_000)
        let axis = Axis.time(from: first.time, through: end)
        var chart = Chart(x: axis, y: .linear("seats", to: Double(most) * 1.05))
        let ending = SeatPoint(time: end, taken: last.taken, capacity: last.capacity)
        let shown = ReportSeries.thinned(points, parts: 300) + [ending]
        let taken = steps(shown.map { ($0.time, $0.taken) })
        chart.area(taken, "fill")
        chart.line(taken, "curve")
        chart.line(steps(shown.map { ($0.time, $0.capacity) }), "limit")
        let beyond = mostSeats > most ? ", beyond the chart" : ""
        let above = points.contains { $0.taken > $0.capacity } ? " Above it at some time." : ""
        return Page.figure(
            title, chart.svg(label: "Seats taken over time, against the capacity"),
            "<i class=\"key fill\"></i> taken, \(grouped(last.taken)) at the end; broken line: the capacity, "
                + "\(grouped(last.capacity))\(beyond).\(above) \(escaped(caption))")
    }

    private func steps(_ points: [(time: Int64, value: Int)]) -> [Point] {
        var line: [Point] = []
        for (index, point) in points.enumerated() {
            if index > 0 { line.append(Point(x: Double(point.time), y: Double(points[index - 1].value))) }
            line.append(Point(x: Double(point.time), y: Double(point.value)))
        }
        return line
    }

    var applicationsFigure: String {
        let times = report.terms.flatMap(\.applications)
        guard let applications = ReportSeries.applications(times, by: clock, parts: 180) else {
            return Page.figure("Applications", "", "None at any known time.")
        }
        let totals = zip(applications.accepted, applications.refused).map { $0 + $1 }
        let end = applications.start + applications.width * Int64(totals.count)
        let unit = Self.name(ofMinutes: applications.width / 60_000_000)
        var chart = Chart(
            x: .time(from: applications.start, through: end),
            y: .linear("per \(unit)", to: Double(totals.max() ?? 0)))
        for (index, total) in totals.enumerated() where total > 0 {
            let left = Double(applications.start + applications.width * Int64(index))
            let right = left + Double(applications.width)
            let accepted = Double(applications.accepted[index])
            chart.cell(Point(x: left, y: 0), Point(x: right, y: accepted), "fill")
            chart.cell(Point(x: left, y: accepted), Point(x: right, y: Double(total)), "second")
        }
        let refused = applications.refused.reduce(0, +)
        let peak = totals.max() ?? 0
        return Page.figure(
            "Applications", chart.svg(label: "Applications per \(unit)"),
            "<i class=\"key fill\"></i> accepted \(grouped(totals.reduce(0, +) - refused)) "
                + "<i class=\"key second\"></i> refused \(grouped(refused)). At most \(grouped(peak)) per \(unit).")
    }

    private static func name(ofMinutes minutes: Int64) -> String {
        switch minutes {
        case 1: "minute"
        case 60: "hour"
        case ..<1440: minutes % 60 == 0 ? "\(minutes / 60) hours" : "\(minutes) minutes"
        case 1440: "day"
        default: "\(minutes / 1440) days"
        }
    }

    var waitsFigure: String {
        // Term by term: no copy of all allocations.
        let counts = report.terms.reduce(into: ReportSeries.waits([])) { counts, term in
            let waits = ReportSeries.waits(term.allocations.filter { !$0.isDirect })
            for (step, count) in waits.enumerated() { counts[step] += count }
        }
        guard counts.contains(where: { $0 > 0 }) else { return Page.figure("Decision delay", "", "No applications.") }
        let labels = ReportSeries.waitSteps.map(\.label) + ["undecided"]
        let ticks = labels.enumerated().map { (Double($0.offset) + 0.5, $0.element) }
        var chart = Chart(
            x: Axis(title: "from application to decision, less than", range: 0...Double(labels.count), ticks: ticks),
            y: .linear("applications", to: Double(counts.max() ?? 0)))
        for (index, count) in counts.enumerated() where count > 0 {
            chart.cell(
                Point(x: Double(index) + 0.15, y: 0), Point(x: Double(index) + 0.85, y: Double(count)),
                index == counts.count - 1 ? "second" : "fill")
        }
        let decided = counts.dropLast().reduce(0, +)
        return Page.figure(
            "Decision delay", chart.svg(label: "How long applications waited for their decision"),
            "\(counted(decided, "application")) decided, \(grouped(counts.last ?? 0)) undecided. "
                + "By the commands' own times, where they gave some.")
    }
}
