// The result of a race, for people and for programs.

import CapacityRace
import EnrollmentEngine
import Foundation
import Pages

struct RaceOutput {
    private static let percentiles = ["p50", "p90", "p99", "p99.9", "max"]
    private let judged: JudgedRace
    private let probes: [DiskProbe]
    private var result: RaceResult { judged.result }

    init(_ judged: JudgedRace, probes: [DiskProbe]) {
        self.judged = judged
        self.probes = probes
    }

    func write(_ output: OutputOptions) throws {
        if output.isJSON { return try StandardOutput.shared.write(json) }
        for finding in findings {
            try StandardOutput.shared.writeLine("\(Terminal.output.styled("finding", .red))  \(finding.neutralised)")
        }
        try writeList(rows)
        let verdict = judged.isSound ? Terminal.output.styled("sound", .green) : counted(findings.count, "finding")
        try StandardOutput.shared.writeLine(verdict)
    }

    private var findings: [String] {
        result.positions.findings + result.order.findings + judged.logProblems + judged.tableProblems
    }

    private var rows: [(name: String, value: String)] {
        let latency = zip(Self.percentiles, result.latencies.values).map { "\($0) \(readableTime($1))" }
        let parameters = result.parameters
        var rows = [
            ("seed", "\(parameters.seed)"),
            ("attempts", "\(result.attempts)"),
            ("accepted", "\(result.accepted)"),
            ("refused", "\(result.refused)"),
            ("unknown", "\(result.unknown) never answered, \(result.storedUnknown) of them stored"),
            ("oversold", "\(result.oversold)"),
            ("duplicates", "\(result.duplicates)"),
            ("lost", "\(result.lost)"),
            ("kills", "\(result.kills.count)" + killRemark),
            ("seconds", decimal(result.seconds, 3)),
            (
                "throughput",
                "\(Int(result.answersPerSecond)) durable answers a second, \(Int(result.acceptedPerSecond)) accepted"
            ),
            ("latency", latency.joined(separator: ", ") + (parameters.rate == nil ? "" : ", from fixed arrivals")),
            ("fairness", "rank correlation \(decimal(result.fairness.correlation, 4))"),
            ("disk", probes.map { readableTime($0.medianNanoseconds) }.joined(separator: " before, ") + " after"),
        ]
        rows += [
            ("checker A", verdict(result.positions) + ": \(result.events) events replayed through a naive model"),
            ("checker B", verdict(result.order) + ": an order that explains every answer"),
            ("log", judged.logProblems.isEmpty ? "verified" : "damaged"),
            ("tables", judged.tableProblems.isEmpty ? "agree with the log and the naive model" : "differ"),
        ]
        return rows.map { (name: $0.0, value: $0.1) }
    }

    private var killRemark: String {
        let asked = result.parameters.kills
        if asked == 0 { return "" }
        let early = result.kills.count < asked ? " of \(asked): the race was over first" : ""
        return "\(early), \(result.replayed) commands asked again were stored already"
    }

    private func verdict(_ report: CheckReport) -> String {
        "\(report.isSound ? "sound" : "failed") in \(decimal(report.seconds, 2)) s"
    }

    private var json: JSONWriter {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("sound", judged.isSound)
        writer.field("seed", "\(result.parameters.seed)")
        writer.field("attempts", result.attempts)
        writer.field("accepted", result.accepted)
        writer.field("refused", result.refused)
        writer.field("unknown", result.unknown)
        writer.field("unknownStored", result.storedUnknown)
        writer.field("replayed", result.replayed)
        writer.field("oversold", result.oversold)
        writer.field("duplicates", result.duplicates)
        writer.field("lost", result.lost)
        writer.field("kills", result.kills.count)
        writer.field("microseconds", Int64(result.seconds * 1e6))
        writer.field("answersPerSecond", Int(result.answersPerSecond))
        writer.field("acceptedPerSecond", Int(result.acceptedPerSecond))
        writer.openObject("latencyNanoseconds")
        for (name, value) in zip(Self.percentiles, result.latencies.values) { writer.field(named: name, value) }
        writer.closeObject()
        writer.field("fairnessPerMillion", Int64((result.fairness.correlation * 1e6).rounded()))
        writer.field("diskNanosecondsBefore", probes.first?.medianNanoseconds ?? 0)
        writer.field("diskNanosecondsAfter", probes.last?.medianNanoseconds ?? 0)
        check("checkerA", result.positions, &writer)
        check("checkerB", result.order, &writer)
        writer.field("logVerified", judged.logProblems.isEmpty)
        writer.field("tablesAgree", judged.tableProblems.isEmpty)
        writer.field("firstFinding", findings.first ?? "")
        writer.closeObject()
        return writer
    }

    private func check(_ name: StaticString, _ report: CheckReport, _ writer: inout JSONWriter) {
        writer.openObject(name)
        writer.field("sound", report.isSound)
        writer.field("microseconds", Int64(report.seconds * 1e6))
        for fault in CheckReport.Fault.allCases where report.count(fault) > 0 {
            writer.field(named: fault.rawValue, Int64(report.count(fault)))
        }
        writer.closeObject()
    }
}

/// A number with so many digits after the point.
private func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}
