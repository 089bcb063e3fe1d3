// A frame with two axes, in SVG: what all curves of all pages share.

/// A place on a chart's plane.
package struct Point {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// An axis from 0, or from anywhere where it is logarithmic, to its end.
package struct Axis {
    let title: String
    let range: ClosedRange<Double>
    /// Where lines go, and what stands beside them.
    let ticks: [(value: Double, label: String)]

    package init(title: String, range: ClosedRange<Double>, ticks: [(value: Double, label: String)]) {
        self.title = title
        self.range = range
        self.ticks = ticks
    }

    /// A linear axis from 0 that reaches `most`, with at most six lines at round numbers.
    package static func linear(_ title: String, to most: Double, label: (Double) -> String = short) -> Axis {
        let most = max(most, 1e-9)
        var step = 1e-9
        search: while true {
            for factor in [1.0, 2, 5] where most / (step * factor) <= 6 {
                step *= factor
                break search
            }
            step *= 10
        }
        let end = (most / step).rounded(.up) * step
        let ticks = (0...Int((end / step).rounded())).map { (Double($0) * step, label(Double($0) * step)) }
        return Axis(title: title, range: 0...end, ticks: ticks)
    }
}

/// One chart of a page.
package struct Chart {
    static let width = 720.0
    static let height = 300.0
    private static let left = 88.0
    /// Half of the longest label below, which stands around its line.
    private static let right = 38.0
    private static let top = 14.0
    private static let bottom = 54.0

    private let x: Axis
    private let y: Axis
    private var body = ""

    package init(x: Axis, y: Axis) {
        self.x = x
        self.y = y
    }

    private func place(_ point: Point) -> String {
        let across = (point.x - x.range.lowerBound) / (x.range.upperBound - x.range.lowerBound)
        let up = (point.y - y.range.lowerBound) / (y.range.upperBound - y.range.lowerBound)
        let inner = Point(x: Self.width - Self.left - Self.right, y: Self.height - Self.top - Self.bottom)
        return fixed(Self.left + min(1, max(0, across)) * inner.x, 1).replacing("−", with: "-") + ","
            + fixed(Self.height - Self.bottom - min(1, max(0, up)) * inner.y, 1).replacing("−", with: "-")
    }

    private func coordinates(_ point: Point) -> (x: Substring, y: Substring) {
        let parts = place(point).split(separator: ",")
        return (parts[0], parts[1])
    }

    /// A curve through points.
    package mutating func line(_ points: [Point], _ style: String) {
        guard !points.isEmpty else { return }
        body += "<polyline class=\"\(style)\" points=\"\(points.map(place).joined(separator: " "))\"/>\n"
    }

    /// The area under a curve, down to another curve or the axis.
    package mutating func area(_ points: [Point], over floor: [Point]? = nil, _ style: String) {
        guard let first = points.first, let last = points.last else { return }
        let low = y.range.lowerBound
        let edge = floor ?? [Point(x: first.x, y: low), Point(x: last.x, y: low)]
        let outline = (points + edge.reversed()).map(place).joined(separator: " ")
        body += "<polygon class=\"\(style)\" points=\"\(outline)\"/>\n"
    }

    /// A line across the chart, with a word at its end.
    package mutating func level(_ value: Double, _ label: String) {
        let start = coordinates(Point(x: x.range.lowerBound, y: value))
        let end = coordinates(Point(x: x.range.upperBound, y: value))
        body += "<line class=\"level\" x1=\"\(start.x)\" y1=\"\(start.y)\" x2=\"\(end.x)\" y2=\"\(end.y)\"/>\n"
        body += "<text class=\"note\" x=\"\(end.x)\" y=\"\(start.y)\" dx=\"-4\" dy=\"-5\" text-anchor=\"end\">"
        body += escaped(label) + "</text>\n"
    }

    /// A line from bottom to top at an instant.
    package mutating func mark(_ value: Double, _ title: String) {
        let low = coordinates(Point(x: value, y: y.range.lowerBound))
        let high = coordinates(Point(x: value, y: y.range.upperBound))
        body += "<line class=\"mark\" x1=\"\(low.x)\" y1=\"\(low.y)\" x2=\"\(high.x)\" y2=\"\(high.y)\">"
        body += "<title>\(escaped(title))</title></line>\n"
    }

    /// A filled cell between two corners; a style has its own opacity.
    package mutating func cell(_ low: Point, _ high: Point, _ style: String = "cell", opacity: Double = 1) {
        let corner = coordinates(Point(x: low.x, y: high.y))
        let other = coordinates(Point(x: high.x, y: low.y))
        guard let left = Double(corner.x), let top = Double(corner.y), let right = Double(other.x),
            let bottom = Double(other.y)
        else { return }
        body += "<rect class=\"\(style)\" x=\"\(corner.x)\" y=\"\(corner.y)\" width=\"\(fixed(right - left, 1))\" "
        body += "height=\"\(fixed(bottom - top, 1))\" fill-opacity=\"\(fixed(opacity, 2))\"/>\n"
    }

    /// A point with a word beside it: before it where the chart ends soon.
    package mutating func dot(_ point: Point, _ label: String) {
        let (across, down) = coordinates(point)
        body += "<circle class=\"dot\" cx=\"\(across)\" cy=\"\(down)\" r=\"3.5\"/>\n"
        let isLate = (point.x - x.range.lowerBound) / (x.range.upperBound - x.range.lowerBound) > 0.8
        let anchor = isLate ? "dx=\"-9\" dy=\"18\" text-anchor=\"end\"" : "dx=\"9\" dy=\"18\""
        body += "<text class=\"note\" x=\"\(across)\" y=\"\(down)\" \(anchor)>"
        body += escaped(label) + "</text>\n"
    }

    /// The drawing; `label` tells it to those who cannot see it.
    package func svg(label: String) -> String {
        var frame = ""
        for tick in x.ticks {
            let (across, down) = coordinates(Point(x: tick.value, y: y.range.lowerBound))
            let top = fixed(Self.top, 0)
            frame += "<line class=\"grid\" x1=\"\(across)\" y1=\"\(top)\" x2=\"\(across)\" y2=\"\(down)\"/>"
            frame += "<text x=\"\(across)\" y=\"\(down)\" dy=\"20\" text-anchor=\"middle\">"
            frame += escaped(tick.label) + "</text>\n"
        }
        for tick in y.ticks {
            let (across, down) = coordinates(Point(x: x.range.lowerBound, y: tick.value))
            let right = fixed(Self.width - Self.right, 0)
            frame += "<line class=\"grid\" x1=\"\(across)\" y1=\"\(down)\" x2=\"\(right)\" y2=\"\(down)\"/>"
            frame += "<text x=\"\(across)\" y=\"\(down)\" dx=\"-7\" dy=\"5\" text-anchor=\"end\">"
            frame += escaped(tick.label) + "</text>\n"
        }
        let middle = fixed((Self.left + Self.width - Self.right) / 2, 0)
        frame += "<text class=\"title\" x=\"\(middle)\" y=\"\(fixed(Self.height - 8, 0))\" text-anchor=\"middle\">"
        frame += escaped(x.title) + "</text>\n"
        let height = fixed((Self.top + Self.height - Self.bottom) / 2, 0)
        frame += "<text class=\"title\" transform=\"translate(15 \(height)) rotate(-90)\" text-anchor=\"middle\">"
        frame += escaped(y.title) + "</text>\n"
        let size = "0 0 \(fixed(Self.width, 0)) \(fixed(Self.height, 0))"
        return "<svg viewBox=\"\(size)\" role=\"img\" aria-label=\"\(escaped(label))\">\n\(frame)\(body)</svg>\n"
    }
}
