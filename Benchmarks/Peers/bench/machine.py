# What else the machine does while a race runs: the processor's time of others, and the disk's own speed.

import json
import os
import resource
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def busy_and_stolen():
    """Seconds that all processors were busy since the start, and those that the host took away."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, stolen = [int(part) for part in file.readline().split()[1:9]]
    return (user + nice + system + irq + softirq) / TICKS, stolen / TICKS


def processes():
    """Of each process its parent and its seconds of processor time."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS)
    return found


def family_seconds(found, root):
    """The processor time of a process and of all below it."""
    children = {}
    for process, (parent, _) in found.items():
        children.setdefault(parent, []).append(process)
    total, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        if process in found:
            total += found[process][1]
            waiting += children.get(process, [])
    return total


class Watch:
    """Counts, between its making and `foreign`, the processors that neither the race nor its server nor the kernel's
    own threads used."""

    KERNEL = 2

    def __init__(self, server=None):
        self.server = server
        self.before = self._look()

    def _look(self):
        found = processes()
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy, stolen = busy_and_stolen()
        return dict(
            time=os.times().elapsed, busy=busy, stolen=stolen, children=usage.ru_utime + usage.ru_stime,
            kernel=family_seconds(found, self.KERNEL), own=found.get(os.getpid(), (0, 0))[1],
            server=family_seconds(found, self.server) if self.server else 0.0)

    def look(self):
        """The figures since the making: others' processors, the server's seconds, the share stolen by the host."""
        after = self._look()
        spent = {name: after[name] - self.before[name] for name in after}
        wall = max(spent["time"], 0.001)
        others = spent["busy"] - spent["children"] - spent["kernel"] - spent["own"] - spent["server"]
        return dict(
            foreign_cores=round(max(0.0, others) / wall, 2), server_cpu_s=round(max(0.0, spent["server"]), 2),
            stolen=round(spent["stolen"] / wall / os.cpu_count(), 3))


def probe(floor, directory, writes=100, environment=None):
    """The median time of a 4 KiB write with its sync, in microseconds."""
    out = subprocess.run(
        [floor, str(writes), directory], check=True, capture_output=True, text=True, timeout=120, env=environment)
    return json.loads(out.stdout)["p50_us"]


def describe():
    """The machine in one line."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    with open("/proc/meminfo") as file:
        gib = int(file.readline().split()[1]) / 1048576
    return f"{os.cpu_count()} cores of {model}, {gib:.0f} GiB, Linux {os.uname().release}"
