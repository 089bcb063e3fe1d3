#!/usr/bin/env python3
"""Checks CloudEvents against the specification's schema, and the three exports of a history against each other.

Knows nothing of the program: each event must say the same in JSON, in CSV and in OCEL, field by field. The exports are
folders made with --personal of the same positions.

Usage: export_events.py CLOUDEVENTS CSV OCEL       needs the Python package jsonschema with its formats
"""
import csv
import datetime
import json
import pathlib
import re
import sqlite3
import sys

import jsonschema

HERE = pathlib.Path(__file__).parent
# Columns of events.csv, or of OCEL's tables, that are no field of the event.
CSV_OWN = ("position", "recorded_at", "effective_at", "type", "stream", "version", "actor", "command_id")
OCEL_OWN = ("ocel_id", "ocel_time", "seq", "recorded_at", "effective_at", "actor")
IDS = ("user", "course", "term", "enrollment", "instructor")
TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")


def snake(name):
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).replace("I_D", "ID").lower()


def instant(text):
    return datetime.datetime.fromisoformat(text)


def cloud_events(folder):
    """The lines, each valid, with ids that are unique and in the order of positions."""
    schema = json.loads((HERE / "export_cloudevents.schema.json").read_text())
    checker = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    # A schema that lets everything pass would prove nothing.
    good = {"id": "a/1", "source": "a", "specversion": "1.0", "type": "T", "time": "2027-01-01T00:00:00Z"}
    assert checker.is_valid(good)
    for name, value in (("id", ""), ("source", "a b"), ("specversion", "0.3"), ("time", "today"), ("Upper", "x"),
                        ("subject", 7), ("datacontenttype", "json")):
        assert not checker.is_valid({**good, name: value}), name
    events = []
    with open(folder / "events.jsonl", encoding="utf-8", newline="\n") as file:
        for line in file:
            event = json.loads(line)
            for error in checker.iter_errors(event):
                sys.exit(f"line {len(events) + 1}: {error.message}")
            events.append(event)
    positions = [int(event["id"].rsplit("/", 1)[1]) for event in events]
    assert positions == list(range(positions[0], positions[0] + len(positions))), "ids are not the positions in order"
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    assert len({event["source"] for event in events}) == 1
    return dict(zip(positions, events))


def json_fields(data):
    """The fields of an event as cells: what is absent, null or false is empty, and times have all their decimals."""
    cells = {}
    for name, value in data.items():
        if name in ("version", "actor", "commandID", "effectiveAt") or value is None or value is False:
            continue
        if name == "observed":
            value = " ".join(f"{key}={item}" for key, item in value.items())
        cell = "true" if value is True else str(value)
        cells[snake(name)] = cell[:-1] + ".000000Z" if snake(name) in TIMES and "." not in cell else cell
    return cells


def plain(cell):
    """A cell without the apostrophe that keeps spreadsheets from computing it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def check_csv(folder, events):
    with open(folder / "events.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert len(rows) == len(events), f"{len(rows)} rows for {len(events)} events"
    for row in rows:
        event = events[int(row["position"])]
        data = event["data"]
        assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in row.values()), row
        assert (row["type"], row["stream"]) == (event["type"], event["subject"]), row
        assert (row["version"], row["actor"]) == (str(data["version"]), data["actor"]), row
        assert row["command_id"] == data["commandID"] and instant(row["recorded_at"]) == instant(event["time"]), row
        assert ("effectiveAt" in data) == (row["effective_at"] != ""), row
        assert "effectiveAt" not in data or instant(row["effective_at"]) == instant(data["effectiveAt"]), row
        fields = {name: plain(cell) for name, cell in row.items() if name not in CSV_OWN and cell != ""}
        expected = {name: value for name, value in json_fields(data).items() if value != ""}
        assert fields == expected, (row["position"], fields, expected)


def check_ocel(path, events):
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    seen = 0
    for name, table in database.execute("SELECT ocel_type, ocel_type_map FROM event_map_type").fetchall():
        for row in database.execute(f'SELECT * FROM "event_{table}"'):
            seen += 1
            event = events[row["seq"]]
            data = event["data"]
            assert event["type"] == name and row["ocel_id"] == f"event/{row['seq']}", dict(row)
            assert instant(row["recorded_at"]) == instant(event["time"]) <= instant(row["ocel_time"]), dict(row)
            assert row["actor"] == data["actor"], dict(row)
            fields = {key: row[key] for key in row.keys() if key not in OCEL_OWN and row[key] is not None}
            # Numbers of objects are relations; flags are 0 and 1.
            expected = {key: value for key, value in json_fields(data).items() if key not in IDS}
            found = {
                key: "true" if key in ("direct", "overbooked") and value else str(value)
                for key, value in fields.items() if not (key in ("direct", "overbooked") and value == 0)
            }
            assert found == expected, (row["seq"], found, expected)
    assert seen == len(events), f"{seen} events in OCEL, {len(events)} in CloudEvents"


def main():
    cloud, table, ocel = map(pathlib.Path, sys.argv[1:4])
    events = cloud_events(cloud)
    check_csv(table, events)
    check_ocel(ocel / "ocel.sqlite", events)
    print(f"{len(events)} CloudEvents are valid; CSV and OCEL say the same of each")


if __name__ == "__main__":
    main()
