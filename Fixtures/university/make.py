#!/usr/bin/env python3
"""Makes the four CSV files of the sample university: synthetic people, courses, terms, and a year of enrollment.

Deterministic: the same files on every run. Nobody in them exists. The rules are those of
../checks/university_counts.py; they are needed here so that operators approve what there is to approve.

Usage: make.py      writes beside itself
"""
import csv
import datetime
import heapq
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "checks"))
import university_counts as rules  # noqa: E402

RANDOM = random.Random(20260209)
SURNAMES = "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 전 홍 고 문 양 손 배 백 허 유 남".split()
GIVEN = (
    "민준 서연 도윤 하은 시우 지우 예준 수아 하준 지유 주원 서윤 지호 채원 지후 다은 준서 소율 건우 예은 "
    "현우 윤서 우진 지안 선우 하린 서진 가은 연우 유나 민재 수빈 정우 예린 승우 나은 준혁 아인 시윤 보라"
).split()
FIRST = (
    "Ada Ben Clara David Emma Felix Grace Henry Iris Jack Kate Leo Mia Noah Olivia Paul Quinn Rosa Sam Tara "
    "Uma Victor Wendy Yara Zoe Amir Bella Carlos Dina Ethan"
).split()
LAST = (
    "Anderson Brown Clarke Dubois Evans Fischer Garcia Hughes Ivanova Johnson Kim Lopez Miller Nguyen O'Brien "
    "Patel Quigley Rossi Smith Tanaka Ueda Vogel Walker Xu Young Zimmermann"
).split()

# id, title, category, admission, status; the instructor is the one of the same number.
COURSES = [
    ("KOR101", "대학 글쓰기", "교양", "FIRST_COME", "PUBLISHED"),
    ("CSE101", "프로그래밍 입문", "전산", "FIRST_COME", "PUBLISHED"),
    ("CSE220", "자료구조와 알고리즘", "전산", "FIRST_COME", "PUBLISHED"),
    ("CSE340", "Distributed Systems", "전산", "APPROVAL", "PUBLISHED"),
    ("MAT110", "선형대수학", "수학", "APPROVAL", "PUBLISHED"),
    ("PHY120", "일반물리학 실험", "과학", "APPROVAL", "PUBLISHED"),
    ("ECO200", "Microeconomics", "경제", "APPROVAL", "PUBLISHED"),
    ("ART330", "사진, 빛과 시간", "예술", "SELECTION", "PUBLISHED"),
    ("MUS410", "Chamber Music Ensemble", "예술", "SELECTION", "PUBLISHED"),
    ("HIS150", "서울의 역사", "교양", "APPROVAL", "CLOSED"),
    ("PED100", "체력 단련", "교양", "FIRST_COME", "ARCHIVED"),
    ("BIO500", "Seminar in Genomics", "과학", "APPROVAL", "DRAFT"),
]
# name, opens, closes, first day, last day, capacity, applicants for each place
SESSIONS = [
    ("winter", "2026-01-05T09:00:00", "2026-01-16T18:00:00", "2026-01-19", "2026-02-13", 16, 0.8),
    ("spring", "2026-02-09T09:00:00", "2026-03-06T18:00:00", "2026-03-02", "2026-06-19", 40, 1.9),
    ("summer", "2026-06-01T09:00:00", "2026-06-19T18:00:00", "2026-06-29", "2026-08-14", 20, 1.1),
]
ONLY = {"HIS150": ["spring"], "PED100": ["winter"], "BIO500": ["summer"]}
OPERATORS = ["op-1", "op-2", "op-3", "op-4"]


def when(text):
    return datetime.datetime.fromisoformat(text)


def person(index):
    if index % 4 == 3:
        return f"{RANDOM.choice(FIRST)} {RANDOM.choice(LAST)}"
    return RANDOM.choice(SURNAMES) + RANDOM.choice(GIVEN)


def make_users():
    users = [("admin-1", "ADMIN"), *((name, "OPERATOR") for name in OPERATORS)]
    users += [(f"prof-{n:02}", "INSTRUCTOR") for n in range(1, 13)]
    users += [(f"2026{n:04}", "STUDENT") for n in range(1, 561)]
    users += [(f"guest-{n:02}", "USER") for n in range(1, 24)]
    status = {"20260017": "SUSPENDED", "20260131": "SUSPENDED", "20260300": "INACTIVE", "20260444": "INACTIVE"}
    return [
        dict(source_id=id, email=f"{id}@univ.example", name=person(n), role=role, status=status.get(id, ""))
        for n, (id, role) in enumerate(users)
    ]


def make_courses():
    text = "주 3시간, \"실습 포함\".\n정원을 넘는 신청은 받지 않습니다."
    return [
        dict(source_id=id, title=title, description=text if id == "CSE101" else "", category=category,
             instructor=f"prof-{n:02}", status=status)
        for n, (id, title, category, _, status) in enumerate(COURSES, 1)
    ]


def make_terms():
    terms = []
    for id, _, _, admission, _ in COURSES:
        sessions = [s for s in SESSIONS if s[0] in ONLY.get(id, [s[0]])]
        for number, (name, opens, closes, start, end, capacity, _) in enumerate(sessions, 1):
            terms.append(dict(
                source_id=f"{id}/2026-{name}", course=id, term_number=number, start_date=start, end_date=end,
                capacity=capacity if admission != "SELECTION" else capacity // 2, admission=admission,
                enrollment_opens_at=opens, enrollment_closes_at=closes))
    return terms


class Year:
    """What happens, in the order of time: a queue of actions, each of which may lead to others."""

    def __init__(self, users, courses, terms):
        self.model = rules.University(users, courses, terms)
        self.queue, self.number, self.rows = [], 0, []
        self.people = [u["source_id"] for u in users if u["role"] in ("STUDENT", "USER")]

    def add(self, at, action, term, user="", actor="", value="", override="", reason=""):
        self.number += 1
        text = at.isoformat(timespec="milliseconds")
        row = dict(at=text, actor=actor, action=action, user=user, term=term, value=value, override=override,
                   reason=reason)
        heapq.heappush(self.queue, (at, self.number, row))

    def run(self):
        while self.queue:
            at, _, row = heapq.heappop(self.queue)
            term = self.model.terms[row["term"]]
            if row["action"] == "selection":
                self.announce(at, term, row["value"].split(","))
            elif term["status"] != "CANCELLED" or not row["action"].endswith("-term"):
                self.carry_out(at, row)

    def carry_out(self, at, row):
        self.rows.append(row)
        try:
            self.model.act(row)
            self.follow(at, row)
        except rules.Refused as refused:
            # Some try again, once, when others may have left.
            if refused.code == "TERM_FULL" and row["action"] == "apply" and RANDOM.random() < 0.3:
                self.add(at + datetime.timedelta(hours=RANDOM.randint(20, 60)), "apply", row["term"], row["user"])

    def announce(self, at, term, jury):
        """Those who wait are approved in the order of the jury's list, as many as there are seats, and one more."""
        waiting = {e["user"] for e in term["seats"] if e["status"] == "PENDING"}
        named = [user for user in jury if user in waiting]
        for minute, user in enumerate(named[: term["capacity"] + 1], 1):
            self.add(at + datetime.timedelta(minutes=minute), "approve", term["source_id"], user, "op-4")

    def follow(self, at, row):
        """What an operator does about an application, and who changes their mind."""
        term = self.model.terms[row["term"]]
        if row["action"] != "apply":
            return
        later = at + datetime.timedelta(hours=RANDOM.randint(2, 30), minutes=RANDOM.randint(0, 59))
        operator = RANDOM.choice(OPERATORS)
        if term["admission"] == "APPROVAL" and RANDOM.random() < 0.95:
            action = "approve" if RANDOM.random() < 0.9 else "reject"
            reason = "" if action == "approve" else "선수 과목 미이수"
            self.add(later, action, row["term"], row["user"], operator, reason=reason)
        if RANDOM.random() < 0.08:
            gone = at + datetime.timedelta(hours=RANDOM.randint(31, 90))
            self.add(gone, "cancel", row["term"], row["user"])
            if RANDOM.random() < 0.1:
                self.add(gone + datetime.timedelta(seconds=1), "cancel", row["term"], row["user"])

    def morning(self, term, session):
        """Most come in the first minutes, some before the door opens, some twice, some too late."""
        _, opens, closes, _, _, _, pressure = session
        opens, closes = when(opens), when(closes)
        name = term["source_id"]
        popular = 1.6 if term["course"] in ("CSE101", "CSE220", "ART330") else 1.0
        for user in RANDOM.sample(self.people, int(int(term["capacity"]) * pressure * popular)):
            draw = RANDOM.random()
            if draw < 0.04:
                at = opens - datetime.timedelta(milliseconds=RANDOM.randint(50, 90_000))
                self.add(opens + datetime.timedelta(milliseconds=RANDOM.randint(100, 60_000)), "apply", name, user)
            elif draw < 0.85:
                at = opens + datetime.timedelta(milliseconds=int(RANDOM.expovariate(1 / 60_000)))
            elif draw < 0.98:
                at = opens + datetime.timedelta(hours=RANDOM.randint(1, 70), minutes=RANDOM.randint(0, 59))
            else:
                at = closes + datetime.timedelta(minutes=RANDOM.randint(1, 600))
            self.add(at, "apply", name, user)
            if RANDOM.random() < 0.05:
                self.add(at + datetime.timedelta(milliseconds=RANDOM.randint(300, 2500)), "apply", name, user)

    def plan(self, terms):
        sessions = {s[0]: s for s in SESSIONS}
        for term in terms:
            name = term["source_id"]
            session = sessions[name.rpartition("-")[2]]
            if term["course"] == "BIO500":
                self.add(when("2026-06-02T10:15:00"), "apply", name, "20260042")
                continue
            self.morning(term, session)
            if term["admission"] == "SELECTION":
                self.select(term, when(session[2]))
            self.add(when(session[3] + "T07:00:00"), "start-term", name, actor="op-1")
            self.add(when(session[4] + "T22:00:00"), "complete-term", name, actor="op-1")
        self.special()

    def select(self, term, closes):
        """At the end of the window a jury has ranked everybody; no row of the journal, see `announce`."""
        jury = RANDOM.sample(self.people, len(self.people))
        self.add(closes, "selection", term["source_id"], value=",".join(jury))

    def special(self):
        """What a registrar's office remembers of a year."""
        morning = when("2026-02-09T09:00:07")
        self.add(morning, "apply", "CSE101/2026-spring", "prof-02")
        self.add(morning, "apply", "MAT110/2026-spring", "20260017")
        self.add(morning, "apply", "KOR101/2026-spring", "20260300")
        self.add(when("2026-02-11T10:00:00"), "capacity", "CSE220/2026-spring", actor="admin-1", value="35")
        self.add(when("2026-02-11T10:05:00"), "capacity", "CSE220/2026-spring", actor="admin-1", value="35",
                 override="true", reason="강의실 변경")
        self.add(when("2026-02-12T09:00:00"), "capacity", "KOR101/2026-spring", actor="op-2", value="55",
                 reason="분반 추가")
        self.add(when("2026-02-12T14:30:00"), "enroll-directly", "CSE101/2026-spring", "20260555", "op-3",
                 override="true", reason="졸업 예정자")
        self.add(when("2026-02-12T14:31:00"), "enroll-directly", "CSE101/2026-spring", "20260556", "op-3")
        self.add(when("2026-06-24T11:00:00"), "cancel-term", "PHY120/2026-summer", actor="admin-1",
                 reason="실험실 공사")


def write(name, rows):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    users, courses, terms = make_users(), make_courses(), make_terms()
    year = Year(users, courses, terms)
    year.plan(terms)
    year.run()
    for name, rows in (("users", users), ("courses", courses), ("terms", terms), ("actions", year.rows)):
        write(name + ".csv", rows)


if __name__ == "__main__":
    main()
