"""`make bench`. Ends within nine minutes and stops whatever it started."""

import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import (
    checks,
    cold,
    contestants,
    goals,
    growth,
    instructions,
    live,
    machine,
    nest,
    pace,
    report,
    upstream,
    workers,
)
from benchmarks.contestants import ROOT, Target
from benchmarks.rounds import AT_MOST, SECONDS, Round, rounds, summary
from tests.servers import RedisServer, running_redis
from tests.stack import Stack
from tools.arguments import take_none

LONGEST = 9 * 60
ROUNDS_LAST = 2 * 60


def main() -> int:
    if problem := _unsuitable() or machine.install(machine.missing_programs()):
        print(problem, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("make bench took too long and was stopped"))
    signal.alarm(LONGEST)
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="counterfoil-bench-", ignore_cleanup_errors=True))
        )
        lines = _bench(stack, folder)
    print("\n".join(lines))
    report.write(ROOT / "docs/performance.md", lines)
    return 0


def _unsuitable() -> str:
    if not sys.platform.startswith("linux"):
        return "`make bench` reads /proc and pins processes: it needs Linux."
    if not {machine.SERVER_CORE, machine.LOAD_CORE} <= os.sched_getaffinity(0):
        return "`make bench` needs the cores 0 and 1: one for the servers, one for the load and Redis."
    return ""


def _bench(stack: ExitStack, folder: Path) -> list[str]:
    setup = checks.seconds_of_setup(folder, print)
    machine.pin_this(machine.LOAD_CORE)
    cache = stack.enter_context(running_redis())
    portal = stack.enter_context(contestants.portal(folder, cache))
    own = contestants.targets_of(portal)
    body = contestants.get(own[0].url, own[0].headers()).content
    peers = _peers(stack, folder, cache, body)
    targets = [peers[0], *own, *peers[1:]]
    print(f"{len(targets)} targets, up to {AT_MOST} rounds of {SECONDS} s each; the list has {len(body)} bytes.")
    done = rounds(targets, [cache.child.pid, portal.sandbox.child.pid], time.monotonic() + ROUNDS_LAST)
    memories = [machine.memory_of(machine.worker_of(target.server.pid)) for target in targets]
    paced = {target.name: pace.paced(target, 5) for target in targets if target.name in goals.PACED}
    for target in peers:
        target.server.stop()
    print("Cold reads, growth, live pages ...")
    once = _once(folder, cache, portal, own, {"paced": paced, "setup": setup})
    return _lines(targets, done, memories, once, len(body))


def _peers(stack: ExitStack, folder: Path, cache: RedisServer, body: bytes) -> list[Target]:
    """C first."""
    rows = contestants.write_rows(folder, body)
    ceiling = stack.enter_context(contestants.ceiling(folder, cache, body))
    fastapi = stack.enter_context(contestants.fastapi(folder, cache, rows))
    return [ceiling, *fastapi, *stack.enter_context(nest.targets(folder, cache, rows))]


def _once(folder: Path, cache: RedisServer, portal: Stack, own: list[Target], known: dict[str, Any]) -> checks.Once:
    """In this order: the streams end the portal, and a start needs its port."""
    commands = [(target.name, checks.commands_of_reads(cache, target)) for target in own]
    return checks.Once(
        commands=commands,
        instructions=instructions.counted(folder, portal, own),
        cold=cold.calls_of_cold_reads(portal),
        beside=cold.beside_cold_reads(portal),
        growth=_growth(folder, own[0], growth.kilobytes_of(portal, cache)),
        upstream=upstream.upstream(folder),
        workers=workers.workers(folder),
        lag=live.lag_of(portal),
        start=checks.seconds_to_first_answer(portal, folder),
        streams=live.streams_of(portal),
        **known,
    )


def _growth(folder: Path, few: Target, kilobytes: float) -> growth.Growth:
    """Beside a second portal whose Redis is full."""
    with ExitStack() as stack:
        full = folder / "full"
        full.mkdir()
        crowded = stack.enter_context(running_redis())
        portal = stack.enter_context(contestants.portal(full, crowded))
        return growth.growth(few, contestants.targets_of(portal)[0], crowded, kilobytes)


def _lines(
    targets: list[Target], done: list[Round], memories: list[machine.Memory], once: checks.Once, size: int
) -> list[str]:
    names = [target.name for target in targets]
    summaries = {name: summary(done, name, goals.CEILING) for name in names}
    rows = [report.Row(*row) for row in zip(names, summaries.values(), memories, strict=True)]
    parts = [
        report.circumstances(size, done),
        report.table(rows),
        report.commands(once.commands),
        report.instructions(once.instructions),
        workers.table(once.workers),
        report.paces(once),
        goals.table(goals.goals(summaries, once)),
        [report.NOT_MEASURED],
    ]
    return [line for part in parts for line in (*part, "")][:-1]


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
