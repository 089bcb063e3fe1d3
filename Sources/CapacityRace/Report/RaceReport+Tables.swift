// The tables of the page.

internal import Enrollment
internal import Pages

extension RaceReport {
    /// The checks, each with its verdict and what it found.
    var checksTable: String {
        var rows = ""
        func row(_ name: String, _ isSound: Bool, _ remark: String) {
            rows += "<tr><th scope=\"row\">\(escaped(name))</th><td class=\"\(isSound ? "good" : "bad")\">"
            rows += "\(isSound ? "sound" : "failed")</td><td>\(escaped(remark))</td></tr>\n"
        }
        row(
            "A: replay by position", result.positions.isSound,
            "\(grouped(Int(result.events))) events through a naive model, every answer compared, in "
                + "\(fixed(result.positions.seconds, 2)) s")
        row(
            "B: linearizability", result.order.isSound,
            "an order of \(grouped(result.attempts)) operations that explains all answers, in "
                + "\(fixed(result.order.seconds, 2)) s")
        for note in notes { row(note.name, note.isSound, "") }
        for finding in result.positions.findings + result.order.findings {
            rows += "<tr><td colspan=\"3\" class=\"bad\">\(escaped(finding))</td></tr>\n"
        }
        return "<section><h2>Checks</h2><table>\(rows)</table></section>"
    }

    /// The numbers and what they depend on.
    var parametersTable: String {
        let rows = numberRows.map { name, value in
            "<tr><th scope=\"row\">\(escaped(name))</th><td>\(escaped(value))</td></tr>"
        }
        let others = parameterRows.map { name, value in
            "<tr><th scope=\"row\">\(escaped(name))</th><td>\(escaped(value))</td></tr>"
        }
        return """
            <section class="pair">
            <div><h2>Numbers</h2><table>\(rows.joined(separator: "\n"))</table></div>
            <div><h2>Parameters</h2><table>\(others.joined(separator: "\n"))</table></div>
            </section>
            """
    }

    private var numberRows: [(String, String)] {
        let percentiles = zip(["p50", "p90", "p99", "p99.9", "max"], result.latencies.values).map {
            ("latency \($0)", readableTime($1))
        }
        return [
            ("attempts", grouped(result.attempts)), ("accepted", grouped(result.accepted)),
            ("refused", grouped(result.refused)), ("never answered", grouped(result.unknown)),
            ("… of them stored", grouped(result.storedUnknown)),
            ("answered again after a kill", grouped(result.replayed)),
            ("answers a second", grouped(Int(result.answersPerSecond))),
            ("accepted a second", grouped(Int(result.acceptedPerSecond))),
            ("seconds", fixed(result.seconds, 3)),
        ] + percentiles
    }

    private var parameterRows: [(String, String)] {
        let parameters = result.parameters
        let mix = parameters.mix
        var rows = [
            ("seed", "\(parameters.seed)"), ("seats in each term", grouped(parameters.seats)),
            ("people", grouped(parameters.racers)), ("terms", grouped(parameters.terms)),
            ("callers", grouped(parameters.clients)), ("admission", parameters.admission.name),
            ("refusals", parameters.recordsRefusals ? "recorded" : "transient"),
            ("loop", parameters.rate.map { "open, \(grouped(Int($0))) arrivals a second" } ?? "closed"),
            ("kills asked for", grouped(parameters.kills)),
        ]
        if mix != RaceParameters.Mix() {
            rows.append(
                (
                    "beside applications",
                    "again \(mix.again) %, approve \(mix.approve) %, cancel \(mix.cancel) %, "
                        + "capacity \(mix.capacity) %, read \(mix.read) %"
                ))
        }
        for (name, probe) in zip(["before", "after"], probes) {
            rows.append(("disk \(name): 4 KiB append and sync, p50", readableTime(probe.medianNanoseconds)))
        }
        return rows
    }
}
