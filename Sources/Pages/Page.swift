// A page in one file: no script, nothing to load, legible in light, in dark and on paper.

/// The parts that all pages share.
package enum Page {
    /// The whole page; `body` is HTML, everything else plain text.
    package static func html(kind: String, title: String, verdict: (text: String, isGood: Bool?), body: String)
        -> String
    {
        let style = verdict.isGood.map { $0 ? " sound" : " unsound" } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(kind)): \(escaped(title))</title>
            <style>
            \(Page.style)</style>
            </head>
            <body>
            <main>
            <header>
            <p class="kind">\(escaped(kind))</p>
            <h1>\(escaped(title))</h1>
            <p class="verdict\(style)">\(escaped(verdict.text))</p>
            </header>
            \(body)
            </main>
            </body>
            </html>

            """
    }

    /// Figures in a row, each green or red where it is good or bad.
    package static func tiles(_ figures: [(name: String, value: String, isGood: Bool?)]) -> String {
        let tiles = figures.map { name, value, isGood in
            let style = isGood.map { $0 ? " good" : " bad" } ?? ""
            return "<div class=\"tile\(style)\"><b>\(escaped(value))</b><span>\(escaped(name))</span></div>"
        }
        return "<section class=\"tiles\">\(tiles.joined(separator: "\n"))</section>"
    }

    /// A drawing with its title and its caption, which is HTML.
    package static func figure(_ title: String, _ drawing: String, _ caption: String) -> String {
        "<figure><h2>\(escaped(title))</h2>\n\(drawing)<figcaption>\(caption)</figcaption></figure>"
    }

    private static let style = """
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
        .limit { fill: none; stroke: var(--ink); stroke-dasharray: 5 4; stroke-width: 1.2; }
        .wide { overflow-x: auto; } .wide table { font-size: 14px; } .wide .number { text-align: right; }
        .wide td, .wide th { padding-right: 12px; word-break: keep-all; }
        .wide td.number, .wide td.time { white-space: nowrap; }
        .wide th { vertical-align: bottom; line-height: 1.25; } .narrow table { width: auto; min-width: 380px; }
        .single { max-width: 620px; }
        .more { color: var(--soft); font-size: 13.5px; margin: 6px 0 0; }
        @media print { @page { margin: 12mm; }
          main { padding: 0; max-width: none; } body { background: none; font-size: 12px; }
          h1 { font-size: 28px; } .verdict { font-size: 14px; } .tiles, section { margin: 16px 0; }
          .tiles { grid-template-columns: repeat(5, 1fr); gap: 8px; } .tile { padding: 8px 10px; }
          .tile b { font-size: 18px; } .tile span { font-size: 11px; }
          figure, .tile, tr { break-inside: avoid; } thead { display: table-header-group; }
          h2, thead { break-after: avoid; } table { font-size: 11px; } td, th { padding-top: 3px; padding-bottom: 3px; }
          .wide { overflow: visible; } .wide table { font-size: 8.5px; } .wide td, .wide th { padding-right: 6px; }
          .charts { display: block; } .single { max-width: none; } .pair { grid-template-columns: 1fr 1fr; }
          figure { display: grid; grid-template-columns: 3fr 2fr; grid-template-rows: auto 1fr; column-gap: 18px;
            margin: 0 0 10px; padding: 10px 14px; }
          figure svg { grid-area: 1 / 1 / span 2; } figure h2, figcaption { grid-column: 2; } }

        """
}
