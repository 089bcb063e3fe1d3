// Figures in the order in which they were first measured, as a table for people and as Markdown.

import Foundation

struct Report {
    private var order: [String] = []
    private var series: [String: Series] = [:]

    mutating func add(_ name: String, _ unit: String, _ value: Double) {
        if series[name] == nil { order.append(name) }
        series[name, default: Series(name: name, unit: unit)].values.append(value)
    }

    func text(runs: Int) -> String {
        (["median of \(runs) runs, lowest … highest"] + order.compactMap { series[$0]?.line }).joined(separator: "\n")
    }

    func markdown(runs: Int) -> String {
        let rows = order.compactMap { series[$0] }.map { series in
            let sorted = series.values.sorted()
            let name = series.name.hasPrefix("  ") ? "– " + series.name.dropFirst(2) : series.name
            let spread = "\(number(sorted[0])) … \(number(sorted[sorted.count - 1]))"
            return "| \(name) | **\(number(series.median))** | \(spread) | \(series.unit) |"
        }
        return """
            # Results

            Made by `Scripts/bench`: release build, \(runs) runs, everything in turn within each run; median, lowest and
            highest. \(machine()) The first line is the disk's own speed at that moment: without it the durable figures
            say nothing.

            | what | median | spread | unit |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    private func machine() -> String {
        let cpu =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown CPU"
        let day = ISO8601DateFormatter().string(from: Date()).prefix(10)
        return "\(day), \(ProcessInfo.processInfo.activeProcessorCount) cores of \(cpu)."
    }
}
