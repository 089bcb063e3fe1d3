#!/usr/bin/env python3
"""Loads the example service through restarts and kills, and holds its log against what its clients were told.

Run by Scripts/soak, whose help says what is proven. Prints one line a life and a summary; exits with 1 when something
is wrong, and says what.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time
import uuid

CLIENTS, STUDENTS, TERMS, OPERATOR = 8, range(2, 202), range(1, 4), 1
# A client rests between two requests, so that the load is bounded whatever the machine can do.
REST_SECONDS = 0.005
# Far longer than anything takes: a service that needs it hangs.
LIMIT_SECONDS = 60


class Faults:
    """What is wrong, the first hundred of it."""

    def __init__(self):
        self.lock, self.list = threading.Lock(), []

    def add(self, text):
        with self.lock:
            if len(self.list) < 100:
                self.list.append(text)
                print(f"WRONG: {text}", flush=True)


class Life:
    """One run of the service, from its start to its end."""

    def __init__(self, number, arguments, store):
        self.number, self.is_graceful = number, False
        log = open(arguments.folder / "service.log", "ab")
        self.process = subprocess.Popen(
            [arguments.service, store, "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        log.close()
        self.port = None

    def wait_until_up(self):
        watchdog = threading.Timer(LIMIT_SECONDS, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            if line.startswith(b"listening on port "):
                self.port = int(line.split()[-1])
                break
        watchdog.cancel()
        if self.port is None:
            raise SystemExit(f"life {self.number} did not come up: exit code {self.process.wait()}")

    def end(self, is_graceful, faults):
        self.is_graceful = is_graceful
        self.process.send_signal(signal.SIGTERM if is_graceful else signal.SIGKILL)
        try:
            code = self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            faults.add(f"life {self.number} did not end {LIMIT_SECONDS} s after SIGTERM")
            self.process.kill()
            code = self.process.wait()
        if is_graceful and code != 0:
            faults.add(f"life {self.number} ended with exit code {code} after SIGTERM")
        self.process.stdout.close()


class Command:
    """What a client asked under one id, and the last it knows of the answer."""

    def __init__(self, method, path, user):
        self.id, self.method, self.path, self.user = uuid.uuid4(), method, path, user
        # The answer that the log keeps: its position, and the code of a refusal.
        self.position = self.code = None
        # The last life that gave no answer.
        self.silent_life = None


class Client(threading.Thread):
    """One caller in a closed loop, with a connection and random numbers of its own."""

    def __init__(self, number, soak):
        super().__init__(daemon=True)
        self.soak, self.random = soak, random.Random(f"{soak.arguments.seed}/{number}")
        self.connection = self.life = None
        self.recent, self.unknown = collections.deque(maxlen=100), []
        self.enrollments, self.position = collections.deque(maxlen=400), 0
        # Of every command that got an answer: the position that the log must have it at, or 0 where it keeps none.
        self.acknowledged, self.counts = {}, collections.Counter()

    def run(self):
        try:
            while (life := self.soak.current()) is not None:
                self.step(life)
                # A pause, not a wait: see above.
                time.sleep(REST_SECONDS)
        except Exception as error:
            self.soak.faults.add(f"a client broke: {error!r}")

    def step(self, life):
        if life is not self.life:
            self.close()
            self.connection = http.client.HTTPConnection("127.0.0.1", life.port, timeout=LIMIT_SECONDS)
            self.life = life
        if self.unknown:
            return self.command(self.unknown[0])
        draw = self.random.random()
        if draw < 0.1 and self.recent:
            self.command(self.random.choice(self.recent))
        elif draw < 0.2 and self.position:
            self.read()
        elif draw < 0.5 and self.enrollments:
            enrollment, user = self.random.choice(self.enrollments)
            if self.random.random() < 0.6:
                self.command(Command("POST", f"/enrollments/{enrollment}/approval", OPERATOR))
            else:
                self.command(Command("DELETE", f"/enrollments/{enrollment}", user))
        else:
            user, term = self.random.choice(STUDENTS), self.random.choice(TERMS)
            self.command(Command("POST", f"/terms/{term}/applications", user))

    def command(self, command):
        headers = {"Enrollment-User": str(command.user), "Idempotency-Key": str(command.id)}
        answer = self.send(command.method, command.path, headers)
        if answer is None or answer[0] == 503:
            self.counts["without an answer"] += 1
            command.silent_life = self.life
            if command not in self.unknown:
                self.unknown.append(command)
            return
        if command in self.unknown:
            self.unknown.remove(command)
        self.check(command, *answer)
        self.recent.append(command)

    def check(self, command, status, body):
        outcome, code, position = body.get("outcome"), body.get("code"), body.get("position")
        what = f"{command.method} {command.path} {command.id}"
        if (status == 200) != (code is None) or outcome not in ("accepted", "refused", "replayed"):
            return self.soak.faults.add(f"{what}: {status} {body}")
        if command.position is not None and (outcome, position, code) != ("replayed", command.position, command.code):
            self.soak.faults.add(f"{what}: first at {command.position} {command.code}, then {status} {body}")
        silent = command.silent_life
        if silent is not None and silent.is_graceful and outcome == "replayed" and command.position is None:
            self.soak.faults.add(f"{what}: accepted before the SIGTERM of life {silent.number}, not acknowledged")
        command.silent_life = None
        command.position, command.code = position, code
        self.counts[outcome] += 1
        if self.acknowledged.get(command.id.bytes, 0) == 0:
            self.acknowledged[command.id.bytes] = position or 0
        self.position = max(self.position, position or 0)
        if command.path.endswith("/applications") and status == 200:
            self.enrollments.append((body["events"][0]["enrollment"], command.user))

    def read(self):
        answer = self.send("GET", f"/terms/{self.random.choice(TERMS)}?after={self.position}", {})
        if answer is None or answer[0] == 503:
            return
        status, body = answer
        self.counts["read"] += 1
        if status != 200 or body["position"] < self.position or body["enrolled"] + body["held"] > body["capacity"]:
            self.soak.faults.add(f"after {self.position} was read: {status} {body}")

    def send(self, method, path, headers):
        """Status and JSON; nothing where the connection ended before the answer did."""
        try:
            self.connection.request(method, path, headers=headers)
            response = self.connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.connection is not None:
            self.connection.close()


class Soak:
    """The lives of one store, its clients, and the proof at the end."""

    def __init__(self, arguments):
        self.arguments, self.faults = arguments, Faults()
        self.store = arguments.folder / "store"
        self.condition, self.life, self.is_over = threading.Condition(), None, False

    def current(self):
        """The life that takes requests, as soon as there is one; nothing when it is over."""
        with self.condition:
            self.condition.wait_for(lambda: self.life is not None or self.is_over)
            return None if self.is_over else self.life

    def publish(self, life, is_over=False):
        with self.condition:
            self.life, self.is_over = life, is_over
            self.condition.notify_all()

    def run(self):
        chance = random.Random(f"{self.arguments.seed}/lives")
        clients = [Client(number, self) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        end, number, ends = time.monotonic() + 60 * self.arguments.minutes, 0, collections.Counter()
        while time.monotonic() < end and not self.faults.list:
            number += 1
            life = Life(number, self.arguments, self.store)
            try:
                life.wait_until_up()
                self.publish(life)
                # The load is to last: nothing else happens meanwhile.
                time.sleep(chance.uniform(1, 5))
                is_graceful = chance.random() < 0.5
                life.is_graceful = is_graceful
                life.end(is_graceful, self.faults)
            finally:
                if life.process.poll() is None:
                    life.process.kill()
            self.publish(None)
            ends["stopped" if is_graceful else "killed"] += 1
        # The last one answers what is still unknown, and stops gracefully.
        life = Life(number + 1, self.arguments, self.store)
        try:
            life.wait_until_up()
            self.publish(life)
            limit = time.monotonic() + LIMIT_SECONDS
            while any(client.unknown for client in clients) and time.monotonic() < limit:
                time.sleep(REST_SECONDS)
            self.publish(None, is_over=True)
            for client in clients:
                client.join(LIMIT_SECONDS)
            life.end(True, self.faults)
        finally:
            if life.process.poll() is None:
                life.process.kill()
        ends["stopped"] += 1
        counts = sum((client.counts for client in clients), collections.Counter())
        print(f"{sum(ends.values())} lives: {dict(ends)}; answers: {dict(counts)}", flush=True)
        self.prove(clients)

    def prove(self, clients):
        acknowledged = {}
        for client in clients:
            acknowledged.update(client.acknowledged)
            if client.unknown:
                self.faults.add(f"{len(client.unknown)} commands of a client got no answer at last")
        reader = subprocess.run(
            ["python3", "-B", self.arguments.reader, "--records", self.store / "log"], stdout=subprocess.PIPE)
        if reader.returncode != 0:
            self.faults.add("the log cannot be read")
        batches, last = collections.Counter(), {}
        for line in reader.stdout.decode().splitlines():
            fields = line.split("\t")
            identity = bytes.fromhex(fields[7])
            batches[identity] += int(fields[2])
            last[identity] = int(fields[0])
        kept = 0
        for identity, position in acknowledged.items():
            if not position:
                continue
            if (batches[identity], last.get(identity)) == (1, position):
                kept += 1
            else:
                self.faults.add(
                    f"{uuid.UUID(bytes=identity)}: told {position}, in the log {batches[identity]} times, "
                    f"last at {last.get(identity)}")
        twice = [identity for identity, count in batches.items() if count != 1]
        sample = [identity for identity in batches if identity not in acknowledged]
        strangers = [identity for identity in sample if any(identity[:8])]
        if twice or strangers:
            self.faults.add(f"{len(twice)} commands stored more than once, {len(strangers)} that nobody gave")
        verified = subprocess.run([self.arguments.enroll, "verify", "--store", self.store])
        if verified.returncode != 0:
            self.faults.add("enroll verify found something")
        told = sum(1 for position in acknowledged.values() if position)
        print(f"{kept} of {told} acknowledged commands are in the log once, at their positions; beside them "
              f"{len(acknowledged) - told} answers that it does not keep, and {len(sample)} commands of the sample",
              flush=True)


def check_used_port(arguments):
    """A service whose port is taken says so in its last line, without a trap."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        store = arguments.folder / "used-port"
        done = subprocess.run(
            [arguments.service, store, str(port)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_SECONDS)
    last = (done.stderr.splitlines() or [""])[-1]
    begins = last.startswith(f"Service: store {store}, port {port}: ")
    if done.returncode != 2 or not begins or "in use" not in last or "Fatal error" in done.stderr:
        raise SystemExit(f"a used port ended the service with exit code {done.returncode}: {done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("service", "enroll", "reader", "folder"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    check_used_port(arguments)
    soak = Soak(arguments)
    soak.run()
    raise SystemExit(1 if soak.faults.list else 0)


if __name__ == "__main__":
    main()
