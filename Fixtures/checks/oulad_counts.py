#!/usr/bin/env python3
"""What an import of the OULAD dataset must arrive at, counted from the two CSV files alone.

Independent of the program on purpose: no log, no engine, and another way to the same numbers. Terms share no seats,
so that each is replayed for itself, by day offset instead of by calendar date.

Usage: oulad_counts.py DIR [CAPACITY_PERCENT]      prints JSON
"""
import csv
import json
import pathlib
import sys

APPROVE_AND_CANCEL = {True: 2, False: 1}


def presentations(folder):
    """(module, presentation) -> length in days, and the rows of each in file order."""
    with open(folder / "courses.csv", newline="", encoding="utf-8") as file:
        lengths = {
            (row["code_module"], row["code_presentation"]): int(row["module_presentation_length"])
            for row in csv.DictReader(file)
        }
    rows = {key: [] for key in lengths}
    with open(folder / "studentRegistration.csv", newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            key = (row["code_module"], row["code_presentation"])
            rows[key].append(
                (number, row["id_student"], row["date_registration"], row["date_unregistration"])
            )
    return lengths, rows


def dated(rows):
    """The facts of one term in the order in which they happened: (day, row, 0 = joins | 1 = leaves)."""
    facts, undated = [], 0
    for number, _, joined, left in rows:
        leaves = int(left) if left else None
        if joined:
            joins = int(joined)
        else:
            undated += 1
            joins = 0 if leaves is None else min(0, leaves)
        facts.append((joins, number, 0))
        if leaves is not None:
            facts.append((leaves, number, 1))
    return sorted(facts), undated


def peak(facts):
    """The most people who were registered at the same time, if nobody had been refused."""
    now = most = 0
    for _, _, leaves in facts:
        now += -1 if leaves else 1
        most = max(most, now)
    return most


def replay(facts, capacity):
    """Who gets a seat: everybody who comes while one is free; leaving frees it."""
    seated, refused, cancelled = set(), set(), 0
    for _, number, leaves in facts:
        if not leaves:
            if len(seated) < capacity:
                seated.add(number)
            else:
                refused.add(number)
        elif number in seated:
            seated.remove(number)
            cancelled += 1
    return seated, refused, cancelled


def main():
    folder = pathlib.Path(sys.argv[1])
    percent = int(sys.argv[2]) if len(sys.argv) > 2 else 80
    lengths, rows_by_term = presentations(folder)
    terms = {}
    total = dict.fromkeys(["decided", "approved", "cancelled", "refused", "skipped", "undated"], 0)
    for key, rows in rows_by_term.items():
        facts, undated = dated(rows)
        most = peak(facts)
        capacity = max(1, most * percent // 100)
        seated, refused, cancelled = replay(facts, capacity)
        has_left = {number for number, _, _, left in rows if left}
        skipped = sum(APPROVE_AND_CANCEL[number in has_left] for number in refused)
        term = dict(
            capacity=capacity, peak=most, decided=len(rows), approved=len(seated), cancelled=cancelled,
            refused=len(refused), skipped=skipped, undated=undated,
        )
        terms["/".join(key)] = term
        for name in total:
            total[name] += term[name]
    users = {student for rows in rows_by_term.values() for _, student, _, _ in rows}
    courses = {module for module, _ in lengths}
    accepted = total["approved"] + total["cancelled"]
    # Registered; created and published; scheduled, window, started, completed; applied and approved; …
    events = (
        len(users) + 2 * len(courses) + 4 * len(terms) + 2 * accepted + total["cancelled"] + total["refused"]
    )
    result = dict(users=len(users), courses=len(courses), terms=len(terms), total=total, events=events, term=terms)
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
