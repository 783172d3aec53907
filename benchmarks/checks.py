"""What is counted or timed once: Redis commands of a warm read, time to the first answer, a fresh `make setup`."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx2
import redis

from benchmarks.cold import Beside, Calls
from benchmarks.contestants import ROOT, Target
from benchmarks.growth import Growth
from benchmarks.live import Lag, Streams
from benchmarks.pace import Pace
from benchmarks.upstream import Upstream
from benchmarks.workers import Workers
from tests.processes import Child, free_port
from tests.servers import RedisServer
from tests.stack import Stack, answers

READS = 200
HEARTBEAT = {"info", "time", "ping", "client|setinfo", "hello", "config|resetstat"}
"""What the portal's connection and this program send beside the requests."""


@dataclass(kw_only=True)
class Once:
    """`commands`: calls by Redis command, for each target. `paced`: by target. Times in seconds."""

    commands: list[tuple[str, dict[str, int]]]
    cold: list[Calls]
    paced: dict[str, Pace]
    beside: Beside
    upstream: Upstream
    lag: Lag
    streams: Streams
    growth: Growth
    workers: list[Workers]
    instructions: dict[str, float]
    start: float
    setup: float | None


def commands_of_reads(cache: RedisServer, target: Target) -> dict[str, int]:
    """Calls by command of READS warm reads. Once an entry may expire in between; twice is no accident."""
    calls = _commands(cache, target)
    return calls if calls == {"mget": READS} else _commands(cache, target)


def _commands(cache: RedisServer, target: Target) -> dict[str, int]:
    with redis.Redis.from_url(cache.url) as client, httpx2.Client(headers=target.headers()) as browser:
        browser.get(target.url)
        client.config_resetstat()
        for _ in range(READS):
            browser.get(target.url)
        stats = client.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): int(figures["calls"]) for name, figures in stats.items()}
    return {name: count for name, count in calls.items() if name not in HEARTBEAT}


def seconds_to_first_answer(stack: Stack, folder: Path) -> float:
    """From the command to 200 on /readyz, when database and cache have answered too; the median of three starts."""
    return median(_timed_start(stack, folder) for _ in range(3))


def _timed_start(stack: Stack, folder: Path) -> float:
    port = free_port()
    command = [*stack.portal.command]
    command[command.index("--port") + 1] = str(port)
    child = Child(command, folder / "start.log", env=stack.environment, cwd=folder)
    began = time.perf_counter()
    try:
        child.start(lambda: answers(f"http://127.0.0.1:{port}/readyz"), within=20)
        return time.perf_counter() - began
    finally:
        child.stop()


def seconds_of_setup(folder: Path, tell: Callable[[str], None]) -> float | None:
    """In a fresh clone of what is committed, the second time, so that the packages are cached. None: it failed."""
    for attempt in ("first", "second"):
        clone = folder / attempt
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=60)
        began = time.perf_counter()
        try:
            done = _make_setup(clone)
        except subprocess.TimeoutExpired:
            tell("make setup was not done within two minutes: is the machine busy?")
            return None
        seconds = time.perf_counter() - began
        shutil.rmtree(clone)
        if done.returncode:
            tell(f"make setup failed in a fresh clone:\n{done.stderr[-1000:]}")
            return None
    return seconds


def _make_setup(clone: Path) -> subprocess.CompletedProcess[str]:
    # The interpreter behind ours: that of a virtual environment would be found by a name that a clone does not have.
    environment = os.environ | {"PYTHON": os.path.realpath(sys.executable)}
    command = ["make", "-C", str(clone), "setup"]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=120)
