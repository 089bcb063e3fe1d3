#!/usr/bin/env python3
# Makes RESULTS.md and its plots from the lines of JSON in a folder, and the table of README.md beside them:
# report.py RESULTS-FOLDER RESULTS.md README.md

import os
import sys

import plots
from figures import NOISY_CORES, NOISY_STOLEN, Results, is_noisy
from goals import goals

# The rows of the race: peer, variant, how it is called.
ROWS = [
    ("enroll", "recorded", "**enroll**, refusals recorded"),
    ("enroll", "transient", "**enroll**, refusals not recorded"),
    ("enroll", "bulk", "**enroll**, 1,000 commands a call"),
    ("sqlite", "writer", "SQLite, one batching writer thread"),
    ("sqlite", "threads", "SQLite, a connection a caller"),
    ("rocksdb", "append", "RocksDB, plain appends, no rule"),
    ("redis", "lua", "Redis, Lua, AOF always"),
    ("postgres", "lock", "PostgreSQL, row lock"),
    ("postgres", "conditional", "PostgreSQL, conditional UPDATE"),
    ("postgres", "batch", "PostgreSQL, 64 people a transaction"),
    ("mariadb", "lock", "MariaDB, row lock"),
    ("nats", "expected-sequence", "NATS JetStream, expected sequence"),
    ("eventsourcing", "cached", "Python `eventsourcing` on SQLite"),
]
COLUMNS = [
    ("hot20k", 1, "accepted_per_s"), ("hot20k", 8, "accepted_per_s"), ("hot20k", 64, "accepted_per_s"),
    ("hot20k", 1024, "accepted_per_s"), ("hot200k", 1024, "accepted_per_s"), ("hot1k", 64, "attempts_per_s"),
    ("t64", 64, "accepted_per_s"),
]
# What README.md shows of both, between two comments.
SUMMARY_ROWS = [
    row for row in ROWS
    if row[:2] in {("enroll", "recorded"), ("sqlite", "writer"), ("postgres", "conditional")}
    or row[0] in {"rocksdb", "redis", "mariadb", "nats", "eventsourcing"}]
SUMMARY_COLUMNS = [column for column in COLUMNS if column[0] == "hot20k" and column[1] != 8]
SUMMARY_BEGIN, SUMMARY_END = "<!-- made by Scripts/bench-peers -->\n", "<!-- until here -->\n"


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def shown(figure, unit=""):
    """Median and, of several runs, the lowest and highest."""
    if not figure:
        return "–", "–"
    unit = f" {unit}" if unit else ""
    low, high = min(figure.values), max(figure.values)
    spread = f"{number(low)} … {number(high)}" if len(figure.values) > 1 else "one run"
    return f"**{number(figure.median)}{unit}**", spread


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def goals_table(results):
    rows = []
    for goal in goals(results):
        median, spread = shown(goal.figure, goal.unit)
        bound = f"{'≥' if goal.at_least else '≤'} {number(goal.bound)} {goal.unit}"
        rows.append([goal.name, goal.what, bound, median, spread, goal.verdict])
    return table(["", "what", "goal", "median", "lowest … highest", ""], rows)


def race_table(results, races=ROWS, columns=COLUMNS):
    rows = []
    for peer, variant, name in races:
        cells = []
        for workload, callers, field in columns:
            figure = results.race(peer, variant, workload, callers, field=field)
            cells.append(number(figure.median) + ("*" if figure and figure.noisy * 2 > len(figure.values) else ""))
        p99 = results.race(peer, variant, "hot20k", 64, field="p99_us")
        cells.append(number(p99.median / 1000) if p99 else "–")
        if any(cell != "–" for cell in cells):
            rows.append([name, *cells])
    cells = [f"{workload} C={callers:,}" for workload, callers, _ in columns]
    return table(["durable, each", *cells, "p99 ms, hot20k C=64"], rows)


def detail_table(results):
    rows = []
    for key in sorted(results.by_key, key=lambda key: (key[4], key[2], key[3], key[0])):
        lines = list(results.by_key[key].values())
        peer, variant, workload, callers, slow = key
        rate = results.race(peer, variant, workload, callers, slow=slow)
        median, spread = shown(rate)
        tails = [number(results.race(*key[:4], field=field, slow=slow).median)
                 for field in ("p50_us", "p99_us", "p999_us")]
        name = f"{peer} {variant}" + (f", sync + {slow / 1000:g} ms" if slow else "")
        whole = "" if all(line.get("whole", True) for line in lines) else "cut by time"
        noisy = sum(map(is_noisy, lines))
        rows.append([name, workload, f"{callers:,}", median, spread, *tails,
                     ", ".join(note for note in (whole, f"{noisy} of {len(lines)} noisy" if noisy else "") if note)])
    head = ["", "workload", "callers", "attempts/s", "lowest … highest", "p50 µs", "p99 µs", "p99.9 µs", ""]
    return table(head, rows)


def engine_table(results):
    rows, seen = [], set()
    for line in results.engine_lines:
        key = (line["figure"], line.get("at"))
        if key in seen:
            continue
        seen.add(key)
        median, spread = shown(results.engine(*key))
        name = line["figure"] + (f", {line['at']:,}" if "at" in line else "")
        rows.append([name, median, spread, line["unit"]])
    return table(["what", "median", "lowest … highest", "unit"], rows)


def sizes_table(results):
    return table(["where", "bytes", "bytes an event"],
                 [[line["way"], number(line["bytes"]), number(line["bytes_an_event"])] for line in results.sizes])


def draw(results, folder, note):
    """Writes the plots that there are figures for; gives their names and what they show."""
    pictures = {}
    series = []
    for peer, variant, name in ROWS:
        points = results.callers_curve(peer, variant, ["hot20k"])
        points = [point for point in points if point[0] in (1, 8, 64, 1024)]
        if points and variant != "bulk":
            series.append((name.replace("*", "").replace("`", ""), points, peer == "enroll"))
    if series:
        pictures["throughput.svg"] = plots.callers_plot(series, note), "Durable enrollments a second over callers"
    bars = []
    for peer, variant, name in ROWS:
        ratio = results.ratio(("enroll", "recorded", "hot20k", 64), (peer, variant, "hot20k", 64))
        if peer != "enroll" and ratio:
            bars.append((name.replace("`", ""), ratio.median, min(ratio.values), max(ratio.values)))
    if bars:
        bars.sort(key=lambda bar: bar[1])
        pictures["ratios.svg"] = plots.ratios_plot(bars, note), "Ours against each peer at 64 callers"
    panels = [
        ("over callers", "callers", results.callers_curve("enroll", "recorded", ["hot200k"])),
        ("over terms, 64 callers", "terms", results.terms_curve()),
        ("over histories, 64 callers", "events before", results.curve("commands on a history")),
    ]
    panels = [panel for panel in panels if len(panel[2]) > 1]
    if panels:
        pictures["growth.svg"] = plots.growth_plot(panels, note), "Commands a second over callers, terms and history"
    for name, (svg, _) in pictures.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(svg)
    return [(name, what) for name, (_, what) in pictures.items()]


def text(results, pictures):
    about = results.about
    lines = list(results.races)
    noisy = sum(map(is_noisy, lines))
    probes = sorted(line["probe_before_us"] for line in lines if "probe_before_us" in line)
    parts = [
        "# Results",
        "Made by `Scripts/bench-peers`" + (" `--quick`" if about.get("quick") else "") +
        f": {about.get('date', 'no date')}, {about.get('machine', 'unknown machine')}; {about.get('runs', 0)} "
        f"run{'s' if about.get('runs') != 1 else ''} with all in turn, {about.get('minutes', 0)} minutes, "
        f"load before {about.get('load_before', 0):.1f}. "
        "Absolute figures drift from machine to machine and from hour to hour: ratios within a run count.",
    ]
    if probes:
        parts.append(
            f"The disk: 4 KiB write and `fdatasync` {probes[0]:.0f} … {probes[-1]:.0f} µs (median "
            f"{probes[len(probes) // 2]:.0f}) before each race. **{noisy} of {len(lines)} races were noisy**: others "
            f"used more than {NOISY_CORES} of a processor, or the host took away more than {NOISY_STOLEN:.0%}. Where "
            "most runs of a figure were noisy it is marked, and means little.")
    parts += ["## Goals", goals_table(results)]
    parts += [f"![{what}](results/{name})" for name, what in pictures]
    parts += [
        "## The race",
        "Each command in one durable step: refuse if the person has a seat in the term already or the term is full, "
        "else store it and raise the count. `hot20k`: one term, 20,000 seats, 20,000 people; `hot200k`: ten times "
        "that; `hot1k`: one term, 1,000 seats, 20,000 people (attempts a second); `t64`: 64 terms of 1,000 "
        "seats, 80,000 attempts. C: callers, each waiting for its answer. `*`: noisy. Refusals are stored by "
        "ours alone.",
        race_table(results),
        "Every harness checks at the end that seats taken, people enrolled and acceptances told are the same number, "
        "and the expected one; a race that failed this is not shown here but below.",
    ]
    if results.engine_lines:
        noise = results.about.get("engine_noise", {})
        told = f"Others used {noise['foreign_cores']} processors meanwhile." if noise else ""
        parts += ["## The engine alone", *([told] if told else []), engine_table(results)]
    if results.sizes:
        count = results.sizes[0]["events"]
        parts += ["## Size of one history", f"The OULAD import, {count:,} events.", sizes_table(results)]
    versions = about.get("versions", {})
    rows = [[name, versions.get(name, "–"), settings] for name, settings in about.get("settings", {}).items()]
    parts += ["## Settings", table(["peer", "version", "settings"], rows)]
    missing = [f"- {name}: {reason}" for name, reason in about.get("skipped", {}).items()]
    missing += [
        f"- {line['peer']} {line['variant']} {line['workload']} C={line['callers']}, run {line['run']}: "
        f"{line['problem']}" for line in results.problems]
    if about.get("left_out"):
        missing.append(f"- {about['left_out']} races: the time was up")
    if missing:
        parts += ["## Left out", "\n".join(missing)]
    parts += ["## All races", detail_table(results), "How it is measured: [Peers/README.md](Peers/README.md)."]
    return "\n\n".join(parts) + "\n"


def summarise(results, readme):
    """README.md with the newest figures between its two comments."""
    before, begin, rest = readme.partition(SUMMARY_BEGIN)
    _, end, after = rest.partition(SUMMARY_END)
    if not begin or not end:
        raise ValueError(f"README.md lacks {SUMMARY_BEGIN.strip()} or {SUMMARY_END.strip()}")
    return f"{before}{begin}{race_table(results, SUMMARY_ROWS, SUMMARY_COLUMNS)}\n{end}{after}"


def write(folder, path, readme):
    results = Results.load(folder)
    with open(readme) as file:
        summarised = summarise(results, file.read())
    count = results.about.get("runs", 0)
    note = f"{results.about.get('date', '')}; median of {count} run{'s' if count != 1 else ''}; every answer is on disk"
    if results.mostly_noisy():
        note += "; others used the machine: not to be quoted"
    pictures = draw(results, folder, note)
    with open(path, "w") as file:
        file.write(text(results, pictures))
    with open(readme, "w") as file:
        file.write(summarised)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: report.py RESULTS-FOLDER RESULTS.md README.md")
    write(*sys.argv[1:])
