#!/usr/bin/env python3
"""What an import of polled seat counts must arrive at, counted from the CSV file alone.

Independent of the program on purpose: every number follows from the polled totals, without replaying a command.

Usage: seats_counts.py FILE      prints JSON
"""
import csv
import json
import sys


def polls(path):
    """section -> its polls (enrolled, total) by time; polls of one instant keep their order in the file."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["time"])
    sections = {}
    for row in rows:
        sections.setdefault(row["section"], []).append((int(row["enrolled"]), int(row["total"])))
    return sections


def main():
    sections = polls(sys.argv[1])
    count = dict.fromkeys(
        ["rows", "zeroTotals", "capacityChanges", "belowTaken", "cutsBelowTaken", "drops", "additions", "overridden"],
        0,
    )
    for seen in sections.values():
        count["rows"] += len(seen)
        count["zeroTotals"] += sum(total == 0 for _, total in seen)
        before, seats = 0, max(1, seen[0][1])
        for enrolled, total in seen:
            # A section of no seats cannot be stored; it counts as one of a single seat.
            now = max(1, total)
            kept = min(before, enrolled)
            count["drops"] += before - kept
            count["additions"] += enrolled - kept
            count["overridden"] += max(0, enrolled - max(now, kept))
            if now != seats:
                count["capacityChanges"] += 1
                count["belowTaken"] += now < kept
                count["cutsBelowTaken"] += now < min(kept, seats)
            before, seats = enrolled, now
    # Registered; created and published; scheduled, window; applied and approved; cancelled; changed.
    pool = max(enrolled for seen in sections.values() for enrolled, _ in seen)
    courses = len({section.rpartition("_")[0] for section in sections})
    events = (
        pool + 2 * courses + 2 * len(sections) + 2 * count["additions"] + count["drops"] + count["capacityChanges"]
    )
    result = dict(
        count,
        users=pool,
        courses=courses,
        sections=len(sections),
        overbookedInRawData=sum(any(e > t for e, t in seen) for seen in sections.values()),
        overbookedInStore=sum(any(e > max(1, t) for e, t in seen) for seen in sections.values()),
        events=events,
        last={name: dict(enrolled=seen[-1][0], capacity=max(1, seen[-1][1])) for name, seen in sections.items()},
    )
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
