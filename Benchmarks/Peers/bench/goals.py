# The goals of the project, P1 to P11: each a figure of the results against a bound.

from dataclasses import dataclass

from figures import Figure, endurance, evenness


@dataclass
class Goal:
    name: str
    what: str
    figure: Figure
    bound: float
    unit: str = "×"
    # Whether the figure must be at least or at most the bound.
    at_least: bool = True

    @property
    def verdict(self):
        """Told without noise where at least half of the runs had none."""
        if not self.figure:
            return "not measured"
        value = self.figure.median
        met = value >= self.bound if self.at_least else value <= self.bound
        text = "met" if met else f"missed: {value / self.bound:.2f} of it" if self.at_least else \
            f"missed: {value / self.bound:.1f} × too much"
        return text + (" (noisy)" if self.figure.noisy * 2 > len(self.figure.values) else "")


def goals(results):
    def cell(workload, callers, variant="recorded"):
        return ("enroll", variant, workload, callers)

    def writer(workload, callers):
        return ("sqlite", "writer", workload, callers)

    postgres = [("postgres", variant, "hot20k", 64) for variant in ("lock", "conditional")]
    p99 = results.race(*cell("hot20k", 64), field="p99_us")
    p99.values = [value / 1000 for value in p99.values]
    found = [
        Goal("P1", "hot20k, 1 caller: against RocksDB's plain appends",
             results.ratio(cell("hot20k", 1), ("rocksdb", "append", "hot20k", 1)), 1.1),
        Goal("P1", "hot20k, 1 caller: against the raw append into a zero-filled file",
             results.ratio(cell("hot20k", 1), ("floor", "append-4k", "hot20k", 1)), 0.8),
        Goal("P2", "hot20k, 64 callers: against the batching SQLite writer",
             results.ratio(cell("hot20k", 64), writer("hot20k", 64)), 2),
        Goal("P2", "hot20k, 64 callers: against Redis, AOF always",
             results.ratio(cell("hot20k", 64), ("redis", "lua", "hot20k", 64)), 5),
        Goal("P2", "hot20k, 64 callers: against PostgreSQL, the better of two ways",
             results.ratio(cell("hot20k", 64), postgres), 100),
        Goal("P2", "hot20k, 64 callers: p99 latency", p99, 1, "ms", at_least=False),
    ]
    for workload, callers in (("hot20k", 8), ("hot20k", 64), ("hot200k", 1024)):
        found.append(Goal("P2b", f"1 ms added to every sync, {callers:,} callers: against callers ÷ sync time",
                          results.against_sync(workload, callers, 1000), 0.85))
    found += [
        Goal("P3", "hot20k, 1,024 callers: against the batching SQLite writer",
             results.ratio(cell("hot20k", 1024), writer("hot20k", 1024)), 4),
        Goal("P3", "the same with ten times as many people (hot200k)",
             results.ratio(cell("hot200k", 1024), writer("hot200k", 1024)), 4),
        Goal("P3", "1,000 commands a call, 8 callers", results.race(*cell("hot200k", 8, "bulk")), 1.5e6, "commands/s"),
        Goal("P4", "hot1k, 64 callers, refusals recorded: against the batching SQLite writer",
             results.ratio(cell("hot1k", 64), writer("hot1k", 64)), 1.5),
        Goal("P4", "the same, refusals not recorded",
             results.ratio(cell("hot1k", 64, "transient"), writer("hot1k", 64)), 2.5),
        Goal("P5", "t64 against hot20k, 64 callers", results.ratio(cell("t64", 64), cell("hot20k", 64)), 0.9),
    ]
    for threads in (1, 2):
        cores = f"{threads} core{'s' * (threads > 1)}"
        found.append(Goal("P6", f"sealed segments into columns, {cores}: time against inflating alone",
                          results.engine("reading against inflating alone", threads), 1.5, at_least=False))
    histories, noisy = results.curve("commands on a history"), results.mostly_noisy()
    found += [
        Goal("P6", "replay of a sealed log to the engine's state", results.engine("replay of a sealed log"), 8e6,
             "events/s"),
        Goal("P7", "rebuild of the read tables: rows/s against SQLite's bulk insert in C",
             results.engine("rebuild against a bulk insert"), 0.9),
        Goal("P8", "live tables: there after the race has ended", results.engine("live tables there after"), 1, "s",
             at_least=False),
        Goal("P9", "OULAD import in sealed segments, names in plain, without the random command ids",
             results.engine("sealed log, without command ids"), 7.5, "bytes/event", at_least=False),
        Goal("P10", "64 to 4,096 callers: what is left of the highest rate with still more callers",
             endurance(results.callers_curve("enroll", "recorded", ["hot200k"]), noisy), 0.8),
        Goal("P10", "1 to 10,000 terms: the slowest against the fastest", evenness(results.terms_curve(), noisy), 0.8),
        Goal("P10", f"histories of {spread(histories)} events: the slowest against the fastest",
             evenness(histories, results.engine("commands on a history").noisy > 0), 0.8),
        Goal("P10", "opening with a snapshot at 10⁷ events", results.engine("opening with a snapshot", 10**7),
             1000, "ms", at_least=False),
        Goal("P10", "opening with a snapshot at 10⁵ events", results.engine("opening with a snapshot", 10**5),
             150, "ms", at_least=False),
        Goal("P11", "tables as of a random position: time against a rebuild of as much",
             results.engine("tables as of a position against a rebuild"), 1.2, at_least=False),
    ]
    return found


def spread(points):
    return f"{points[0][0]:,} to {points[-1][0]:,}" if points else "several"
