"""The figures as text, for the terminal and for docs/performance.md between its two markers."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import machine, nest
from benchmarks.checks import READS, Once
from benchmarks.contestants import ROOT, versions
from benchmarks.pace import RATE, Pace
from benchmarks.rounds import SECONDS, STRANGERS, Round, Summary, is_trusted

BEGIN, END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"

NOT_MEASURED = "Not measured in this run: Django, fastapi-cache2, nginx; what WHMCS itself takes."


class Row(NamedTuple):
    name: str
    summary: Summary | None
    memory: machine.Memory


def circumstances(size: int, done: Sequence[Round]) -> list[str]:
    programs = {"redis-server": _said("redis-server", "--version").split("v=")[1], "wrk": _said("wrk", "-v").split()[1]}
    programs["node"] = _said("node", "--version") if not nest.is_missing() else "missing"
    named = (f"{name} {version.split()[0]}" for name, version in sorted((versions() | programs).items()))
    commit = _said("git", "describe", "--always", "--dirty").strip()
    when_and_where = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {machine.described()}"
    how = (
        f"{len(done)} interleaved rounds of {SECONDS} s, 32 connections, a list of {size:,} bytes. Medians; rounds in "
        f"which others took more than {STRANGERS:.0%} of a core do not count."
    )
    if not is_trusted(done):
        how += " **The machine was too busy: these are the least disturbed rounds. Repeat at a quiet time.**"
    return [f"{when_and_where}, Python {sys.version.split()[0]}; {', '.join(named)}.", "", how]


def _said(*command: str) -> str:
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout


def table(rows: Sequence[Row]) -> list[str]:
    head = [
        "| | CPU us | x C | req/s on one core | x C | p50 / p99 ms | memory MB (RSS / PSS) | rounds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *map(_line, rows)]


def _line(row: Row) -> str:
    memory = f"{row.memory.rss:.0f} / {row.memory.pss:.0f}"
    if row.summary is None:
        return f"| {row.name} | **wrong answers** | | | | | {memory} | 0 |"
    one = row.summary
    return (
        f"| {row.name} | {one.cpu:.0f} | {one.cpu_ratio:.2f} | {one.throughput:,.0f} | {one.throughput_ratio:.2f} "
        f"| {one.p50:.1f} / {one.p99:.1f} | {memory} | {one.rounds} |"
    )


def commands(counted: Sequence[tuple[str, dict[str, int]]]) -> list[str]:
    return [f"Redis commands of {READS} warm reads:", "", *(_counted(name, calls) for name, calls in counted)]


def _counted(name: str, calls: dict[str, int]) -> str:
    named = ", ".join(f"{count} {command.upper()}" for command, count in sorted(calls.items()))
    verdict = "one each, no write" if calls == {"mget": READS} else "**not one MGET each**"
    return f"- {name}: {named or 'none'}: {verdict}."


def instructions(counted: Mapping[str, float]) -> list[str]:
    if not counted:
        return ["Instructions were not counted: valgrind is missing."]
    named = ", ".join(f"{name} {thousands:,.0f} thousand" for name, thousands in counted.items())
    return [f"Instructions of one warm read in the worker's own code, without the web server and the kernel: {named}."]


def paces(once: Once) -> list[str]:
    beside = {"list, warm": once.beside.alone, "list, warm, beside 100 cold reads a second": once.beside.beside_cold}
    named = once.paced | {f"Counterfoil, JSON {name}": pace for name, pace in beside.items()}
    return [
        f"| at {RATE} requests a second | p50 / p99 ms | wrong answers |",
        "| --- | --- | --- |",
        *(f"| {name} | {pace.p50:.1f} / {pace.p99:.1f} | {_wrong(pace)} |" for name, pace in named.items()),
    ]


def _wrong(pace: Pace) -> str:
    return ", ".join(f"{count:,} of status {status}" for status, count in sorted(pace.wrong.items())) or "none"


def write(path: Path, lines: Sequence[str]) -> None:
    """Replaces what stands between the markers."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text("\n".join([before + BEGIN, "", *lines, "", END]) + after, encoding="utf-8")
