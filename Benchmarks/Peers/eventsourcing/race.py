# The Python library `eventsourcing` in the race, on its own SQLite recorder: an aggregate a term, which is kept in the
# library's cache; saving on top of another's version fails, and the caller tries again.
#
#   race.py VARIANT WORKLOAD CALLERS SECONDS DIRECTORY

import json
import os
import sys
import threading
import time

WORKLOADS = {"hot20k": (20_000, 20_000), "hot1k": (1_000, 20_000)}


def aggregates():
    """The term and the application, made when the library is there."""
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class Term(Aggregate):
        @event("Opened")
        def __init__(self, capacity: int):
            self.capacity = capacity
            self.people = set()

        def enroll(self, person: int) -> str:
            if person in self.people:
                return "duplicate"
            if len(self.people) >= self.capacity:
                return "full"
            self.enrolled(person)
            return "accepted"

        @event("Enrolled")
        def enrolled(self, person: int):
            self.people.add(person)

    return Application, Term


def race(application, term, callers, attempts, seconds):
    """Runs the callers; gives what they were answered, how long that took each, and the retries."""
    from eventsourcing.persistence import IntegrityError

    answers, latencies, retries, lock, numbers = [], [], [0], threading.Lock(), iter(range(attempts))
    deadline = time.monotonic() + seconds

    def caller():
        while time.monotonic() < deadline:
            with lock:
                person = next(numbers, None)
            if person is None:
                return
            begin = time.perf_counter()
            while True:
                aggregate = application.repository.get(term)
                answer = aggregate.enroll(person)
                try:
                    application.save(aggregate)
                    break
                except IntegrityError:
                    retries[0] += 1
            answers.append(answer)
            latencies.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, sorted(latencies), retries[0]


def main():
    variant, workload, callers, seconds, directory = sys.argv[1:6]
    capacity, attempts = WORKLOADS[workload]
    path = os.path.join(directory, "eventsourcing.db")
    for ending in ("", "-wal", "-shm"):
        if os.path.exists(path + ending):
            os.remove(path + ending)
    os.environ.update(
        PERSISTENCE_MODULE="eventsourcing.sqlite", SQLITE_DBNAME=path, SQLITE_LOCK_TIMEOUT="60",
        AGGREGATE_CACHE_MAXSIZE="1000", AGGREGATE_CACHE_FASTFORWARD="y")
    application_class, term_class = aggregates()
    application = application_class()
    term = term_class(capacity=capacity)
    application.save(term)
    start = time.perf_counter()
    answers, latencies, retries = race(application, term.id, int(callers), attempts, float(seconds))
    took = time.perf_counter() - start
    accepted = answers.count("accepted")
    kept = application.repository.get(term.id)
    whole = len(answers) == attempts
    holds = len(kept.people) == accepted and (not whole or accepted == min(capacity, attempts))

    def at(part):
        return round(latencies[int((len(latencies) - 1) * part)] * 1e6, 1)

    print(json.dumps(dict(
        peer="eventsourcing", variant=variant, workload=workload, callers=int(callers), attempts=len(answers),
        whole=whole, seconds=round(took, 4), attempts_per_s=round(len(answers) / took), accepted=accepted,
        accepted_per_s=round(accepted / took), full=answers.count("full"), failed=0, retries=retries, p50_us=at(0.5),
        p99_us=at(0.99), p999_us=at(0.999), max_us=at(1), seats_taken=len(kept.people),
        people_enrolled=len(kept.people), invariant=holds)))
    sys.exit(0 if holds else 4)


main()
