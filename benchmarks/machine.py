"""What the machine says: processor time of processes and cores, memory, and what the machine is."""

import contextlib
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

SERVER_CORE, LOAD_CORE = 0, 1
BOTH = (SERVER_CORE, LOAD_CORE)
_TICKS = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 13, 14


def pinned(*cores: int) -> list[str]:
    """In front of a command: it and all that it starts run on these cores alone."""
    return ["taskset", "--cpu-list", ",".join(map(str, cores))]


def pin_this(core: int) -> None:
    """This process, and whatever it starts without `pinned`."""
    os.sched_setaffinity(0, {core})


def _fields(pid: int) -> list[str]:
    """Of /proc/<pid>/stat; the name, which may hold blanks, is one field."""
    before, _, after = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")
    return [*before.split(" (", 1), *after.split()]


def cpu_of(pid: int) -> float:
    """Processor seconds so far, in the program and in the kernel for it."""
    fields = _fields(pid)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def group(leader: int) -> list[int]:
    """The processes of a process group."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if _group_of(pid) == leader]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def cpu_of_group(leader: int) -> float:
    total = 0.0
    for pid in group(leader):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It ended meanwhile.
            total += cpu_of(pid)
    return total


def worker_of(leader: int) -> int:
    """The process of a server that does the work: the busiest child, or itself when it has none."""
    return max((pid for pid in group(leader) if pid != leader), key=cpu_of, default=leader)


class Memory(NamedTuple):
    """Megabytes. `pss` counts what processes share once."""

    rss: float
    pss: float


def memory_of(pid: int) -> Memory:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
    return Memory(sizes["Rss"], sizes["Pss"])


def busy(core: int) -> float:
    """Seconds that the core was not idle, the time that the host took from it included."""
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(value) for value in line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def missing_programs() -> list[str]:
    """As Debian's packages."""
    packages = {
        "wrk": "wrk",
        "redis-server": "redis-server",
        "taskset": "util-linux",
        "git": "git",
        "valgrind": "valgrind",
    }
    return [package for program, package in packages.items() if shutil.which(program) is None]


def install(packages: list[str]) -> str:
    """Gives what to tell the reader, empty when all is there."""
    if not packages:
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, timeout=120)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, timeout=180)
        packages = missing_programs()
    named = " ".join(packages)
    return f"`make bench` needs these programs. On Debian, as root: apt-get install {named}" if named else ""


def described() -> str:
    """Processor, memory and kernel in one line."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, Linux {platform.release().split('-')[0]}"
