# Which races are run, in which order, and what each peer is.

from dataclasses import dataclass

from servers import MariaDB, NATS, Postgres, Redis


@dataclass(frozen=True)
class Job:
    """One race. `slow` microseconds are added to every sync."""

    peer: str
    variant: str
    workload: str
    callers: int
    slow: int = 0

    @property
    def key(self):
        return f"{self.peer}/{self.variant}/{self.workload}/{self.callers}/{self.slow}"


SERVERS = {server.name: server for server in (Redis, Postgres, MariaDB, NATS)}

# Peers without a server, and what they say of themselves.
EMBEDDED = {
    "enroll": "one process, recorded refusals unless said otherwise, sync before every answer",
    "sqlite": "journal_mode=WAL, synchronous=FULL, cache_size=64 MiB, prepared statements; `threads`: a connection a "
              "caller, `writer`: one thread takes all waiting commands into one transaction",
    "rocksdb": "WriteOptions.sync=true, no compression, write buffer 256 MiB, its own group commit; appends of 150 "
               "bytes, no rule checked",
    "eventsourcing": "its own SQLite recorder (WAL, SQLite's default synchronous=FULL), the aggregate in its cache",
    "floor": "pwrite of 4 KiB and fdatasync, zero-filled file, one thread",
}

HOT = [("hot20k", 1), ("hot20k", 8), ("hot20k", 64)]
# What a quick run asks of those that are slow.
ENDS = [("hot20k", 1), ("hot20k", 64)]
STANDARD = HOT + [("hot1k", 64), ("t64", 64)]


def embedded_jobs(quick):
    """What runs inside a process, cell by cell: those that are compared follow each other."""
    jobs = [Job("floor", "append-4k", "hot20k", 1)]
    for workload, callers in STANDARD:
        jobs += [Job("enroll", "recorded", workload, callers), Job("sqlite", "writer", workload, callers)]
        if (workload, callers) in HOT:
            jobs.append(Job("rocksdb", "append", workload, callers))
        if workload == "hot1k":
            jobs.append(Job("enroll", "transient", workload, callers))
    for callers in (64, 1024):
        jobs += [Job("enroll", "recorded", "hot200k", callers), Job("sqlite", "writer", "hot200k", callers)]
    jobs += [Job("enroll", "recorded", "hot20k", 1024), Job("sqlite", "writer", "hot20k", 1024)]
    jobs.append(Job("enroll", "bulk", "hot200k", 8))
    jobs.append(Job("enroll", "open-20000", "hot20k", 64))
    jobs.append(Job("floor", "append-4k", "hot20k", 1, slow=1000))
    for workload, callers in (("hot20k", 8), ("hot20k", 64), ("hot200k", 1024)):
        for peer, variant in (("enroll", "recorded"), ("sqlite", "writer")):
            jobs.append(Job(peer, variant, workload, callers, slow=1000))
    jobs.append(Job("rocksdb", "append", "hot20k", 64, slow=1000))
    return jobs + [Job("sqlite", "threads", *cell) for cell in (ENDS if quick else STANDARD)]


def server_jobs(name, quick):
    """The races against one server."""
    cells = ENDS if quick else STANDARD
    if name == "postgres":
        jobs = [Job(name, variant, *cell) for variant in ("lock", "conditional") for cell in cells]
        return jobs + [Job(name, "batch", "hot20k", callers) for callers in (1, 8)]
    variant = {"redis": "lua", "mariadb": "lock", "nats": "expected-sequence"}[name]
    return [Job(name, variant, *cell) for cell in cells]


def library_jobs():
    return [Job("eventsourcing", "cached", "hot20k", callers) for callers in (1, 8)]


def growth_jobs(quick):
    """The curves of P10 that a race draws: callers, and terms; 64 and 1,024 callers are in the race already."""
    many = (256, 4096) if quick else (128, 256, 512, 2048, 4096)
    few = () if quick else (2, 4, 16, 32)
    jobs = [Job("enroll", "recorded", "hot20k" if callers < 64 else "hot200k", callers) for callers in (*few, *many)]
    terms = (1, 100, 10_000) if quick else (1, 10, 100, 1000, 10_000)
    return jobs + [Job("enroll", "recorded", f"terms-{count}", 64) for count in terms]


# Settings of all, for the report.
SETTINGS = {**EMBEDDED, **{name: server.settings for name, server in SERVERS.items()}}
