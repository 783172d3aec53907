"""The load: wrk with 32 connections that are kept open, one thread, on its own core."""

import json
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import LOAD_CORE, pinned

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("result.lua")


class Load(NamedTuple):
    """What wrk saw. Latencies in milliseconds; `cpu`: wrk's own processor seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int
    cpu: float


def press(url: str, headers: Mapping[str, str], seconds: int) -> Load:
    command = [*pinned(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), url]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = _children()
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    return Load(**json.loads(said.rpartition("RESULT ")[2]), cpu=_children() - before)


def _children() -> float:
    """Processor seconds of the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
