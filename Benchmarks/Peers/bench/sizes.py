# The size of one history, the OULAD import, in the log and in what else one could keep events in.

import gzip
import json
import os
import sqlite3
import subprocess

from servers import Missing, Postgres


def command_output(words):
    return subprocess.run(words, check=True, capture_output=True, timeout=300).stdout


def folder_size(path):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def sqlite_table(events, path):
    """Events as rows of a table, as event stores on SQLite have them: an index by stream beside the key."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, "
        "type TEXT NOT NULL, recorded_at TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (stream, version))")
    database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", map(row, events))
    database.commit()
    database.execute("VACUUM")
    database.close()
    return os.path.getsize(path)


def row(event):
    columns = ("position", "stream", "version", "type", "recordedAt")
    rest = {name: value for name, value in event.items() if name not in columns}
    return (
        event["position"], str(event.get("stream", "")), event.get("version", 0), str(event.get("type", "")),
        str(event.get("recordedAt", "")), json.dumps(rest, separators=(",", ":")))


def postgres_table(events, bench):
    """The same table in PostgreSQL, its data as jsonb."""
    with Postgres(bench.scratch, bench.options.tools) as server:
        def field(value):
            return str(value).replace("\\", "\\\\").replace("\t", " ")

        text = "\n".join("\t".join(map(field, row(event))) for event in events)
        sql = (
            "CREATE TABLE events (position bigint PRIMARY KEY, stream text NOT NULL, version bigint NOT NULL, "
            "type text NOT NULL, recorded_at text NOT NULL, data jsonb NOT NULL, UNIQUE (stream, version));\n"
            f"COPY events FROM stdin;\n{text}\n\\.\nVACUUM FULL events;\nSELECT pg_total_relation_size('events');\n")
        out = server.run([server.psql, "-qAtX", "-v", "ON_ERROR_STOP=1", server.target], input=sql)
        return int(out.strip().splitlines()[-1])


def imported(bench, personal_data):
    """The OULAD import in a store of its own."""
    enroll, store = bench.options.enroll, os.path.join(bench.data, "sizes-" + personal_data)
    command_output([enroll, "init", "--store", store, "--time-zone", "Europe/London", "--personal-data", personal_data])
    command_output([enroll, "import", "oulad", bench.options.oulad, "--store", store])
    return store


def measure(bench, until):
    """Imports, seals, and writes a line for each way to keep the same events."""
    if bench.minutes() > until:
        return
    enroll = bench.options.enroll
    try:
        store = imported(bench, "plain")
        events = [json.loads(line) for line in command_output(
            [enroll, "tail", "--store", store, "--from", "1", "--format", "json"]).splitlines()]
        count = len(events)
        lines = "\n".join(json.dumps(event, separators=(",", ":")) for event in events).encode()

        def note(way, size):
            bench.write("sizes.jsonl", dict(way=way, bytes=size, events=count, bytes_an_event=round(size / count, 2)))

        def note_sealed(store, ending):
            command_output([enroll, "log", "seal", "--store", store])
            size = folder_size(os.path.join(store, "log"))
            note("log, sealed segments" + ending, size)
            note("log, sealed segments" + ending + ", without the random command ids", size - 16 * batches)

        batches = sum(1 for index, event in enumerate(events)
                      if index == 0 or event.get("commandID") != events[index - 1].get("commandID"))
        note("log, active segments", folder_size(os.path.join(store, "log")))
        note_sealed(store, "")
        note_sealed(imported(bench, "sealed"), ", names and addresses encrypted")
        note("JSON lines", len(lines))
        note("JSON lines, gzip -6", len(gzip.compress(lines, 6)))
        note("SQLite events table", sqlite_table(events, os.path.join(bench.data, "events.db")))
        note("PostgreSQL events table (jsonb)", postgres_table(events, bench))
    except (Missing, OSError, subprocess.SubprocessError, ValueError, KeyError) as problem:
        bench.skip("sizes", problem)
