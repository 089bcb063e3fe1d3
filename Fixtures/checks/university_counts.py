#!/usr/bin/env python3
"""What an import of tables in the format of `enroll import csv` must arrive at: a second, plain reading of the rules.

Knows only what the files say. Times must rise in actions.csv, and carry no offset or the one of the store.

Usage: university_counts.py DIR      prints JSON
"""
import collections
import csv
import json
import pathlib
import sys

LIVE = ("PENDING", "APPROVED")


class Refused(Exception):
    """A rule says no; `recorded` where the refusal stays in the history."""

    def __init__(self, code, recorded=True):
        super().__init__(code)
        self.code, self.recorded = code, recorded


class University:
    """Users, courses and terms by source id, and enrollments in the order in which they were made."""

    def __init__(self, users, courses, terms):
        self.users = {row["source_id"]: row for row in users}
        self.courses = {row["source_id"]: row for row in courses}
        self.terms = {
            row["source_id"]: dict(row, status="SCHEDULED", capacity=int(row["capacity"]), seats=[]) for row in terms
        }
        self.enrollments = []
        self.events = self._entity_events()

    def _entity_events(self):
        """Registered, and a status; created, published, closed, archived; scheduled, and a window."""
        more = {"DRAFT": 0, "PUBLISHED": 1, "CLOSED": 2, "ARCHIVED": 3}
        return (
            sum(2 - (user["status"] in ("", "ACTIVE")) for user in self.users.values())
            + sum(1 + more[course["status"]] for course in self.courses.values())
            + sum(1 + bool(term["enrollment_opens_at"]) for term in self.terms.values())
        )

    def count(self, term, *statuses):
        return sum(e["status"] in statuses for e in self.terms[term]["seats"])

    def taken(self, term):
        holds = self.terms[term]["admission"] == "APPROVAL"
        return self.count(term, *(LIVE if holds else ("APPROVED",)))

    def act(self, row):
        """Carries out a row of the journal; gives the number of its events."""
        action, term = row["action"], row["term"]
        made = getattr(self, "_" + action.replace("-", "_"))(self.terms[term], row, row["override"] == "true")
        self.events += made
        return made

    def _may_enroll(self, term, user):
        if self.users[user]["status"] == "INACTIVE":
            raise Refused("USER_NOT_ACTIVE")
        if self.users[user]["status"] == "SUSPENDED":
            raise Refused("ACCOUNT_SUSPENDED")
        course = self.courses[term["course"]]
        if course["instructor"] == user:
            raise Refused("OWN_COURSE")
        # CLOSED and ARCHIVED come after the journal.
        if course["status"] == "DRAFT":
            raise Refused("COURSE_NOT_PUBLISHED")
        if term["status"] not in ("SCHEDULED", "ONGOING"):
            raise Refused("TERM_CLOSED")

    def _live(self, term, user):
        return next((e for e in term["seats"] if e["user"] == user and e["status"] in LIVE), None)

    def _check_seat(self, term, override):
        if self.taken(term["source_id"]) >= term["capacity"] and not override:
            raise Refused("TERM_FULL")

    def _add(self, term, user, status):
        term["seats"].append(dict(user=user, term=term["source_id"], status=status))
        self.enrollments.append(term["seats"][-1])
        return 2 if status == "APPROVED" else 1

    def _apply(self, term, row, _):
        self._may_enroll(term, row["user"])
        at = row["at"][:23]
        if at >= term["enrollment_closes_at"]:
            raise Refused("ENROLLMENT_PERIOD_CLOSED")
        if at < term["enrollment_opens_at"]:
            raise Refused("ENROLLMENT_PERIOD_NOT_OPEN")
        if self._live(term, row["user"]):
            raise Refused("ALREADY_ENROLLED")
        if term["admission"] != "SELECTION":
            self._check_seat(term, False)
        return self._add(term, row["user"], "APPROVED" if term["admission"] == "FIRST_COME" else "PENDING")

    def _enroll_directly(self, term, row, override):
        self._may_enroll(term, row["user"])
        if self._live(term, row["user"]):
            raise Refused("ALREADY_ENROLLED")
        self._check_seat(term, override)
        return self._add(term, row["user"], "APPROVED")

    def _named(self, term, row, allowed):
        """The live enrollment, else the latest, whose end then is the reason of the refusal."""
        mine = [e for e in term["seats"] if e["user"] == row["user"]]
        if not mine:
            raise Refused("APPLICATION_REFUSED", recorded=False)
        found = self._live(term, row["user"]) or mine[-1]
        if found["status"] not in allowed:
            raise Refused("INVALID_ENROLLMENT_TRANSITION")
        return found

    def _approve(self, term, row, override):
        found = self._named(term, row, ("PENDING",))
        if self.users[row["user"]]["status"] not in ("", "ACTIVE"):
            raise Refused("USER_NOT_ACTIVE")
        if term["admission"] == "SELECTION":
            self._check_seat(term, override)
        found["status"] = "APPROVED"
        return 1

    def _reject(self, term, row, _):
        self._named(term, row, ("PENDING",))["status"] = "REJECTED"
        return 1

    def _cancel(self, term, row, _):
        found = self._named(term, row, LIVE)
        if term["status"] not in ("SCHEDULED", "ONGOING"):
            raise Refused("TERM_CLOSED")
        found["status"] = "CANCELLED"
        return 1

    def _capacity(self, term, row, override):
        wanted = int(row["value"])
        if wanted < self.taken(term["source_id"]) and not override:
            raise Refused("CAPACITY_BELOW_ENROLLED", recorded=False)
        changed = wanted != term["capacity"]
        term["capacity"] = wanted
        return int(changed)

    def _start_term(self, term, *_):
        term["status"] = "ONGOING"
        return 1

    def _complete_term(self, term, *_):
        return self._end(term, "COMPLETED", ("PENDING",), "REJECTED")

    def _cancel_term(self, term, *_):
        return self._end(term, "CANCELLED", LIVE, "CANCELLED")

    @staticmethod
    def _end(term, status, ended, as_status):
        term["status"] = status
        affected = [e for e in term["seats"] if e["status"] in ended]
        for enrollment in affected:
            enrollment["status"] = as_status
        return 1 + len(affected)


def rows(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    folder = pathlib.Path(sys.argv[1])
    university = University(rows(folder, "users.csv"), rows(folder, "courses.csv"), rows(folder, "terms.csv"))
    actions = rows(folder, "actions.csv")
    outcomes = collections.Counter()
    for row in actions:
        try:
            outcomes["accepted" if university.act(row) else "unchanged"] += 1
        except Refused as refused:
            outcomes[refused.code] += 1
            university.events += refused.recorded
    terms = {
        name: dict(
            status=term["status"], capacity=term["capacity"], pending=university.count(name, "PENDING"),
            **{status.lower(): university.count(name, status) for status in ("APPROVED", "REJECTED", "CANCELLED")},
        )
        for name, term in university.terms.items()
    }
    result = dict(
        users=len(university.users), courses=len(university.courses), terms=len(terms), actions=len(actions),
        outcomes=outcomes, enrollments=len(university.enrollments), events=university.events, term=terms,
        statuses=collections.Counter(e["status"] for e in university.enrollments),
    )
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
