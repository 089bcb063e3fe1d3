// The tables and the looks of the page.

internal import Enrollment

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

    static let style = """
        :root { --ground: #fbfaf7; --ink: #1d1f24; --soft: #6a6f7a; --rule: #dfdcd4; --card: #ffffff;
          --blue: #2463c7; --sand: #d9a441; --red: #c2362b; --green: #1f7a4d; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #14161a; --ink: #e8e6e1; --soft: #9aa0ab; --rule: #31353d; --card: #1c1f25;
            --blue: #6ea2f5; --sand: #d9ae5f; --red: #f0776c; --green: #5cc492; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink);
          font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 40px 24px 56px; }
        h1 { font-size: 40px; line-height: 1.15; margin: 0 0 10px; letter-spacing: -0.02em; }
        h2 { font-size: 17px; margin: 0 0 8px; }
        .kind { margin: 0; color: var(--soft); text-transform: uppercase; letter-spacing: .12em; font-size: 13px; }
        .verdict { font-size: 19px; margin: 0; font-weight: 600; }
        .sound, .good { color: var(--green); } .unsound, .bad { color: var(--red); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px;
          margin: 28px 0; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 14px 16px;
          display: flex; flex-direction: column; justify-content: space-between; }
        .tile b { font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .tile span { color: var(--soft); font-size: 13px; line-height: 1.3; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 16px; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
          padding: 16px 18px; }
        figcaption { color: var(--soft); font-size: 13.5px; }
        svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--soft); font-size: 15px; font-variant-numeric: tabular-nums; }
        svg .note { fill: var(--ink); } .grid { stroke: var(--rule); }
        .curve { fill: none; stroke: var(--blue); stroke-width: 1.8; stroke-linejoin: round; }
        .fill { fill: var(--blue); fill-opacity: .28; } .second { fill: var(--sand); fill-opacity: .45; }
        .level { stroke: var(--ink); stroke-dasharray: 5 4; } .mark { stroke: var(--red); stroke-width: 1.2; }
        .cell { fill: var(--blue); } .dot { fill: var(--blue); stroke: var(--card); stroke-width: 1.5; }
        .key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; vertical-align: -1px; }
        .key.fill { background: var(--blue); opacity: .5; } .key.second { background: var(--sand); opacity: .7; }
        .key.mark { background: var(--red); width: 2px; margin: 0 4px; }
        section { margin-top: 28px; }
        table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 500; color: var(--soft); }
        td, th { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 32px; }
        .pair td { text-align: right; padding-right: 0; }
        @media print { main { padding: 0; } figure, .tile { break-inside: avoid; } }

        """
}
