"""How many instructions a warm read costs the portal itself. Times drift with the machine and its other guests; this
count is the same to a thousandth from run to run, so it says when a change made the hot path dearer.

Valgrind's callgrind counts them, in one worker without its web server: what the kernel and Granian do is not ours.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.contestants import LISTED, PAGE, ROOT, Target
from tests.stack import Stack

BUDGET = {LISTED: 168.0, PAGE: 145.0}
"""Thousands, as measured with Python 3.11 on x86-64. Who makes the hot path cheaper, or dearer for a good reason, says
so here."""

FEW, MANY = 50, 300
"""Requests of two counts: what begins and ends a count is in both, and falls out of their difference."""

CALLGRIND = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"]


def counted(folder: Path, stack: Stack, targets: Sequence[Target]) -> dict[str, float]:
    """Thousands of instructions of one request, by target, of those that have a budget. Empty without valgrind."""
    if shutil.which("valgrind") is None:
        return {}
    return {target.name: per_request(folder, stack, target) for target in targets if target.name in BUDGET}


def per_request(folder: Path, stack: Stack, target: Target) -> float:
    with _asking(folder, stack, target) as process:
        _ask(process, FEW)  # what is remembered is remembered from here on
        _control(process, "--instr=on")
        dumps = (folder / f"callgrind.{process.pid}.{number}" for number in count(1))
        _, few, many = (_instructions(process, dumps, requests) for requests in (FEW, FEW, MANY))
    return (many - few) / (MANY - FEW) / 1000


def _instructions(process: "subprocess.Popen[str]", dumps: Iterator[Path], requests: int) -> int:
    """The list lives for 90 s: what was asked while it had to be made anew is asked again."""
    for _ in range(5):
        is_hot = _ask(process, requests)
        _control(process, "--dump")
        total = _total(next(dumps))
        if is_hot:
            return total
    raise AssertionError("it is never hot for long enough")


@contextmanager
def _asking(folder: Path, stack: Stack, target: Target) -> Iterator["subprocess.Popen[str]"]:
    url = urlsplit(target.url)
    asked = json.dumps({"Host": url.netloc} | target.headers())
    command = [*CALLGRIND, f"--callgrind-out-file={folder}/callgrind.%p", sys.executable]
    process = subprocess.Popen(
        [*command, "-m", "benchmarks.hot_path", asked, url.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / "hot_path.log").open("wb"),
        text=True,
        cwd=ROOT,
        env=stack.environment | {"PYTHONHASHSEED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _ask(process: "subprocess.Popen[str]", requests: int) -> bool:
    """Whether all were answered from the cache."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{requests}\n")
    process.stdin.flush()
    said = process.stdout.readline().strip()
    assert said, "the hot path has failed: see hot_path.log"
    return said == "hot"


def _control(process: "subprocess.Popen[str]", option: str) -> None:
    command = ["callgrind_control", option, str(process.pid)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _total(path: Path) -> int:
    text = path.read_text(encoding="utf-8", errors="replace")
    return int(next(line for line in text.splitlines() if line.startswith("totals:")).split()[1])
