#!/usr/bin/env python3
# Runs the race on ours and on every peer, run after run, and writes what they say as lines of JSON. Scripts/bench-peers
# builds what this needs and starts it.

import argparse
import contextlib
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import machine
import plan
import report
import sizes
from servers import HERE, Missing


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


class Bench:
    """One call of the command: where things are, how much time is left, and the files that grow."""

    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.start = time.monotonic()
        self.out = os.path.join(scratch, "results")
        self.data = os.path.join(scratch, "data")
        os.makedirs(self.out)
        os.makedirs(self.data)
        self.floor = os.path.join(options.bin, "floor")
        self.slowsync = os.path.join(options.bin, "slowsync.so")
        self.skipped = {}
        self.engine_noise = {}
        self.left_out = 0

    def minutes(self):
        return (time.monotonic() - self.start) / 60

    def write(self, name, line):
        with open(os.path.join(self.out, name), "a") as file:
            file.write(json.dumps(line) + "\n")

    def skip(self, peer, reason):
        if peer not in self.skipped:
            say(f"{peer} is left out: {reason}")
            self.skipped[peer] = str(reason)

    def command(self, job, target):
        words = [job.variant, job.workload, str(job.callers), str(self.options.seconds), target]
        if job.peer == "floor":
            return [self.floor, "400" if job.slow else "5000", self.data]
        if job.peer == "enroll":
            return [self.options.measure, "race", *words]
        if job.peer == "eventsourcing":
            python = os.path.join(self.options.tools, "bin", "python")
            return [python, os.path.join(HERE, "eventsourcing", "race.py"), *words]
        return [os.path.join(self.options.bin, job.peer), *words]

    def reason_missing(self, job):
        """Why a peer cannot run, where its program is not there."""
        program = self.command(job, "")[0]
        if os.access(program, os.X_OK):
            return None
        why = os.path.join(self.options.bin, job.peer + ".why")
        if os.path.exists(why):
            with open(why) as file:
                return file.read().strip()
        return f"{program} is not there"

    def race(self, job, run, target, server=None):
        """One race between two probes of the disk, under a watch for what else the machine does."""
        environment = dict(os.environ)
        if job.slow:
            environment.update(SLOWSYNC_US=str(job.slow), LD_PRELOAD=self.slowsync)
        before = machine.probe(self.floor, self.data)
        watch = machine.Watch(server.process.pid if server else None)
        limit = self.options.seconds * 3 + 60
        try:
            done = subprocess.run(
                self.command(job, target), capture_output=True, text=True, timeout=limit, env=environment)
            line = next((text for text in done.stdout.splitlines() if text.startswith("{")), None)
            problem = None
            if not line or done.returncode:
                why = done.stderr[-300:].strip() or "seats taken, people enrolled and acceptances told do not agree"
                problem = f"status {done.returncode}: {why}"
        except subprocess.TimeoutExpired:
            line, problem = None, f"no end within {limit:.0f} s"
        seen = watch.look()
        after = machine.probe(self.floor, self.data)
        about = dict(run=run, slow=job.slow, probe_before_us=before, probe_after_us=after, **seen)
        figures = json.loads(line) if line else dict(
            peer=job.peer, variant=job.variant, workload=job.workload, callers=job.callers)
        if problem:
            figures["problem"] = problem
            say(f"  {job.key}: {problem}")
        else:
            say(f"  {job.key}: {figures['attempts_per_s']:,}/s, p99 {figures['p99_us'] / 1000:.2f} ms, "
                f"others {seen['foreign_cores']} cores, disk {before:.0f} µs")
        self.write("race.jsonl", {**figures, **about})

    def run_jobs(self, jobs, run, until, target=None, server=None):
        for job in jobs:
            if job.peer in self.skipped or self.options.peers and job.peer not in self.options.peers:
                continue
            if self.minutes() > until:
                self.left_out += 1
                continue
            reason = self.reason_missing(job)
            if reason:
                self.skip(job.peer, reason)
                continue
            if server:
                server.fresh()
            self.race(job, run, target or self.data, server)
            if job.peer != "floor":
                for name in os.listdir(self.data):
                    path = os.path.join(self.data, name)
                    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def against(self, name, run, until):
        """Starts a server, runs its races, stops it."""
        wanted = not self.options.peers or name in self.options.peers
        if name in self.skipped or not wanted or self.minutes() > until:
            return
        jobs = plan.server_jobs(name, self.options.quick)
        reason = self.reason_missing(jobs[0])
        if reason:
            self.skip(name, reason)
            return
        try:
            with plan.SERVERS[name](self.scratch, self.options.tools) as server:
                self.run_jobs(jobs, run, until, server.target, server)
        except (Missing, OSError, subprocess.SubprocessError) as problem:
            self.skip(name, problem)

    def races(self, until):
        """All peers, run after run; every second run in the other direction, so that none is always first."""
        runs, quick = 0, self.options.quick
        for run in range(1, self.options.runs + 1):
            if self.minutes() > until:
                break
            say(f"run {run} of {self.options.runs}, {self.minutes():.1f} minutes gone")
            groups = [lambda: self.run_jobs(plan.embedded_jobs(quick), run, until)]
            groups += [lambda name=name: self.against(name, run, until) for name in plan.SERVERS]
            groups.append(lambda: self.run_jobs(plan.library_jobs(), run, until))
            for group in groups if run % 2 else reversed(groups):
                group()
            runs = run
        return runs

    def engine(self, until):
        """The figures of the engine alone, which `Measure engine` finds."""
        runs = 1 if self.options.quick else 3
        minutes = max(0.2, until - self.minutes())
        words = [
            self.options.measure, "engine", "--enroll", self.options.enroll, "--scratch", self.data, "--json",
            os.path.join(self.out, "engine.jsonl"), "--runs", str(runs), "--minutes", f"{minutes:.2f}"]
        if self.options.oulad:
            words += ["--oulad", self.options.oulad]
        say("the engine alone")
        watch = machine.Watch()
        if subprocess.run(words, timeout=minutes * 60 + 300).returncode:
            self.skip("engine", "Measure engine ended with a failure; see above")
        self.engine_noise = watch.look()

    def about(self, runs, load):
        settings = {name: text for name, text in plan.SETTINGS.items() if name not in self.skipped}
        about = dict(
            date=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            machine=machine.describe(), runs=runs, seconds_a_race=self.options.seconds, quick=self.options.quick,
            load_before=load, minutes=round(self.minutes(), 1), left_out=self.left_out, skipped=self.skipped,
            engine_noise=self.engine_noise, settings=settings, versions=self.options.versions)
        with open(os.path.join(self.out, "about.json"), "w") as file:
            json.dump(about, file, indent=1)

    def publish(self):
        """Puts the results in the place of the last ones, all together: nothing old stands beside them."""
        shutil.rmtree(self.options.results, ignore_errors=True)
        os.makedirs(self.options.results)
        for name in os.listdir(self.out):
            shutil.copy(os.path.join(self.out, name), os.path.join(self.options.results, name))

    def all(self):
        limit = self.options.minutes
        load = os.getloadavg()[0]
        runs = self.races(limit * 0.65)
        if not self.options.peers or "enroll" in self.options.peers:
            say("growth with callers and terms")
            self.run_jobs(plan.growth_jobs(self.options.quick), 1, limit * 0.75)
            if self.options.oulad:
                say("sizes")
                sizes.measure(self, limit)
            self.engine(limit * 0.95)
        self.about(runs, load)
        self.publish()


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("bin", "tools", "measure", "enroll", "results"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--oulad")
    parser.add_argument("--versions", default="")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=[])
    options = parser.parse_args()
    options.versions = dict(line.split("=", 1) for line in options.versions.splitlines() if "=" in line)
    return options


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupted)
    scratch = tempfile.mkdtemp(prefix="enroll-peers.")
    # Servers that are another user's must be able to pass.
    os.chmod(scratch, 0o711)
    try:
        Bench(options, scratch).all()
    except KeyboardInterrupt:
        say("interrupted: servers are stopped, nothing of this run is kept")
        return 130
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(scratch)
    folder = os.path.dirname(os.path.abspath(options.results))
    report.write(
        options.results, os.path.join(folder, "RESULTS.md"), os.path.join(os.path.dirname(folder), "README.md"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
