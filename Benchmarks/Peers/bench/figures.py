# Reads lines of results, and makes medians and ratios of them. A ratio is taken within each run, then its median.

import json
import os
import statistics
from dataclasses import dataclass

# A run during which others used more of a processor, or the host took more of it away, is marked as noisy.
NOISY_CORES = 0.25
NOISY_STOLEN = 0.05


@dataclass
class Figure:
    """Values of several runs; what is not measured has none."""

    values: list
    noisy: int = 0

    @property
    def median(self):
        return statistics.median(self.values) if self.values else None

    def __bool__(self):
        return bool(self.values)


def is_noisy(line):
    return line.get("foreign_cores", 0) > NOISY_CORES or line.get("stolen", 0) > NOISY_STOLEN


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(line) for line in file if line.strip()]


class Results:
    """All results of a folder."""

    def __init__(self, races=(), engine=(), sizes=(), about=None):
        self.races = [line for line in races if "problem" not in line]
        self.problems = [line for line in races if "problem" in line]
        self.engine_lines = list(engine)
        self.sizes = list(sizes)
        self.about = about or {}
        self.by_key = {}
        for line in self.races:
            self.by_key.setdefault(self.key_of(line), {})[line["run"]] = line

    @classmethod
    def load(cls, folder):
        about = os.path.join(folder, "about.json")
        told = {}
        if os.path.exists(about):
            with open(about) as file:
                told = json.load(file)
        lines = [read_lines(os.path.join(folder, name)) for name in ("race.jsonl", "engine.jsonl", "sizes.jsonl")]
        return cls(*lines, about=told)

    @staticmethod
    def key_of(line):
        return (line["peer"], line["variant"], line["workload"], line["callers"], line.get("slow", 0))

    def lines(self, peer, variant, workload, callers, slow=0):
        return self.by_key.get((peer, variant, workload, callers, slow), {})

    def race(self, *key, field="attempts_per_s", slow=0):
        lines = self.lines(*key, slow=slow)
        values = [line[field] for line in lines.values() if line.get(field) is not None]
        return Figure(values, sum(is_noisy(line) for line in lines.values()))

    def ratio(self, ours, theirs, field="attempts_per_s", slow=0):
        """Ours divided by theirs in each run that has both; of several of theirs the fastest."""
        keys = theirs if isinstance(theirs, list) else [theirs]
        mine = self.lines(*ours, slow=slow)
        values, noisy = [], 0
        for run, line in mine.items():
            others = [self.lines(*key, slow=slow)[run] for key in keys if run in self.lines(*key, slow=slow)]
            best = max(others, key=lambda other: other[field], default=None)
            if best and best[field] > 0:
                values.append(line[field] / best[field])
                noisy += is_noisy(line) or is_noisy(best)
        return Figure(values, noisy)

    def against_sync(self, workload, callers, slow):
        """The rate against callers divided by the time of a sync, which is what full groups would give."""
        mine = self.lines("enroll", "recorded", workload, callers, slow)
        floor = self.lines("floor", "append-4k", "hot20k", 1, slow)
        values, noisy = [], 0
        for run, line in mine.items():
            if run in floor:
                values.append(line["attempts_per_s"] * floor[run]["p50_us"] / 1e6 / callers)
                noisy += is_noisy(line) or is_noisy(floor[run])
        return Figure(values, noisy)

    def engine(self, figure, at=None):
        values = [line["value"] for line in self.engine_lines
                  if line["figure"] == figure and (at is None or line.get("at") == at)]
        return Figure(values, len(values) if is_noisy(self.about.get("engine_noise", {})) else 0)

    def curve(self, figure):
        """Points of a figure that was measured at several sizes."""
        points = {}
        for line in self.engine_lines:
            if line["figure"] == figure and "at" in line:
                points.setdefault(line["at"], []).append(line["value"])
        return [(at, statistics.median(values)) for at, values in sorted(points.items())]

    def race_curve(self, peer, variant, choose):
        """Points (callers or terms, attempts a second) of the races that `choose` gives a place."""
        points = {}
        for key, lines in self.by_key.items():
            place = choose(key) if key[:2] == (peer, variant) else None
            if place is not None:
                points.setdefault(place, []).extend(line["attempts_per_s"] for line in lines.values())
        return [(place, statistics.median(values)) for place, values in sorted(points.items())]

    def callers_curve(self, peer, variant, workloads):
        return self.race_curve(
            peer, variant, lambda key: key[3] if key[2] in workloads and key[4] == 0 else None)

    def terms_curve(self):
        def terms(key):
            return int(key[2][6:]) if key[2].startswith("terms-") and key[4] == 0 else None
        return self.race_curve("enroll", "recorded", terms)


    def mostly_noisy(self):
        return sum(map(is_noisy, self.races)) * 2 > len(self.races)


def evenness(points, noisy=False):
    """The lowest of a curve against its highest."""
    values = [value for _, value in points]
    return Figure([min(values) / max(values)], int(noisy)) if len(values) > 1 else Figure([])


def endurance(points, noisy=False):
    """How much of its highest is left of a curve after that: more callers may be faster, and must not be slower."""
    values = [value for _, value in points]
    if len(values) < 2:
        return Figure([])
    return Figure([min(values[values.index(max(values)):]) / max(values)], int(noisy))
