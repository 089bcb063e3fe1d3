#!/usr/bin/env python3
"""Reads an OCEL export with pm4py: its form, its counts, its order, and whether enrollments went the way they must.

Usage: export_ocel.py OCEL CSV COUNTS      needs the Python package pm4py

  OCEL     a folder of `enroll export ocel`
  CSV      one of `enroll export csv` of the same positions: how things stood in the end
  COUNTS   JSON of university_counts.py or oulad_counts.py, which count from the imported files alone
"""
import collections
import csv
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile

import pm4py
from pm4py.objects.ocel.validation import ocel20_rel_validation

ACTIVITY, TIME, EVENT, OBJECT, TYPE = "ocel:activity", "ocel:timestamp", "ocel:eid", "ocel:oid", "ocel:type"
FIELD = "ocel:field"
# What may follow what in the life of one enrollment.
ARCS = {
    ("EnrollmentApplied", "EnrollmentApproved"), ("EnrollmentApplied", "EnrollmentRejected"),
    ("EnrollmentApplied", "EnrollmentCancelled"), ("EnrollmentApproved", "EnrollmentCancelled"),
}
LIFE = ("->('EnrollmentApplied', X(tau, 'EnrollmentRejected', 'EnrollmentCancelled', "
        "->('EnrollmentApproved', X(tau, 'EnrollmentCancelled'))))")


def rows(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_form(path):
    satisfied, broken = ocel20_rel_validation.apply(str(path))
    assert len(satisfied) == 24 and not broken, f"the specification's constraints are broken: {broken}"


def check_counts(ocel, counts):
    objects = collections.Counter(ocel.objects[TYPE])
    events = collections.Counter(ocel.events[ACTIVITY])
    assert len(ocel.events) == counts["events"], f"{len(ocel.events)} events, {counts['events']} expected"
    for kind in ("user", "course", "term"):
        assert objects[kind] == counts[kind + "s"], (kind, objects[kind])
    if "total" in counts:
        total = counts["total"]
        enrollments = total["approved"] + total["cancelled"]
        assert events["EnrollmentCancelled"] == total["cancelled"] and events["CommandRefused"] == total["refused"]
    else:
        enrollments = counts["enrollments"]
        refused = [code for code in counts["outcomes"] if code.isupper() and code != "CAPACITY_BELOW_ENROLLED"]
        assert events["CommandRefused"] == sum(counts["outcomes"][code] for code in refused)
    assert objects["enrollment"] == events["EnrollmentApplied"] == enrollments, objects


def check_order(ocel):
    """pm4py orders by time: that must be the order of the log, and no two times are the same."""
    ordered = ocel.events.sort_values(TIME)
    assert ordered["seq"].is_monotonic_increasing and ordered["seq"].is_unique
    assert ordered[TIME].is_unique


def check_objects(ocel, tables):
    """Where each object stands after its last change is where the tables say it stands."""
    latest = {}
    for row in ocel.objects.to_dict("records"):
        latest[row[OBJECT]] = {key: value for key, value in row.items() if key in ("role", "status", "capacity")}
    for row in ocel.object_changes.sort_values(TIME, kind="stable").to_dict("records"):
        field = row.get(FIELD, row.get("ocel:changed_field"))
        latest[row[OBJECT]][field] = row[field]
    checked = 0
    told = (
        ("user", "users", ("role", "status")), ("course", "courses", ("status",)),
        ("term", "course_terms", ("status", "capacity")), ("enrollment", "enrollments", ("status",)),
    )
    for kind, name, fields in told:
        for row in rows(tables, name):
            for field in fields:
                value = latest[f"{kind}/{row['id']}"][field]
                value = str(int(value)) if field == "capacity" else value
                assert value == row[field], (kind, row["id"], field, value, row[field])
                checked += 1
    return checked


def lives(ocel):
    """The events of each enrollment in their order, without the refusals that name one."""
    log = pm4py.ocel_flattening(ocel, "enrollment")
    return log[log["concept:name"] != "CommandRefused"]


def deviations(log):
    """The arcs between activities that may not be, and the enrollments whose life no replay of the model gives."""
    arcs, starts, _ = pm4py.discover_dfg(log)
    wrong = set(arcs) - ARCS | {("start", name) for name in starts if name != "EnrollmentApplied"}
    net = pm4py.convert_to_petri_net(pm4py.parse_process_tree(LIFE))
    replayed = pm4py.conformance_diagnostics_token_based_replay(log, *net)
    return wrong, sum(not trace["trace_is_fit"] for trace in replayed)


def check_planted(path):
    """An approval that is moved before its application must be found."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "planted.sqlite"
        shutil.copy(path, copy)
        database = sqlite3.connect(copy)
        approved, enrollment = database.execute(
            "SELECT a.ocel_id, r.ocel_object_id FROM event_EnrollmentApproved a JOIN event_object r "
            "ON r.ocel_event_id = a.ocel_id AND r.ocel_qualifier = 'enrollment' LIMIT 1").fetchone()
        applied = database.execute(
            "SELECT a.ocel_id FROM event_EnrollmentApplied a JOIN event_object r ON r.ocel_event_id = a.ocel_id "
            "WHERE r.ocel_object_id = ?", (enrollment,)).fetchone()[0]
        places = (("event_EnrollmentApplied", applied), ("event_EnrollmentApproved", approved))
        early, late = (
            database.execute(f"SELECT ocel_time FROM {table} WHERE ocel_id = ?", (event,)).fetchone()[0]
            for table, event in places
        )
        for (table, event), time in zip(places, (late, early)):
            database.execute(f"UPDATE {table} SET ocel_time = ? WHERE ocel_id = ?", (time, event))
        database.commit()
        database.close()
        wrong, unfit = deviations(lives(pm4py.read_ocel2_sqlite(str(copy))))
        assert ("EnrollmentApproved", "EnrollmentApplied") in wrong and unfit == 1, (wrong, unfit)


def main():
    path, tables = pathlib.Path(sys.argv[1]) / "ocel.sqlite", pathlib.Path(sys.argv[2])
    counts = json.loads(pathlib.Path(sys.argv[3]).read_text())
    check_form(path)
    ocel = pm4py.read_ocel2_sqlite(str(path))
    check_counts(ocel, counts)
    check_order(ocel)
    checked = check_objects(ocel, tables)
    log = lives(ocel)
    wrong, unfit = deviations(log)
    assert not wrong and unfit == 0, f"arcs that may not be: {wrong}; {unfit} enrollments deviate"
    cases = log["case:concept:name"].nunique()
    assert cases == sum(1 for _ in rows(tables, "enrollments"))
    check_planted(path)
    print(f"{len(ocel.events)} events, {len(ocel.objects)} objects, {checked} attributes as the tables have them; "
          f"{cases} enrollments went an allowed way, and a planted wrong order was found")


if __name__ == "__main__":
    main()
