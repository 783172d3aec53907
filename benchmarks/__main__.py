"""`make bench`. Ends within ten minutes and stops whatever it started."""

import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import checks, contestants, goals, machine, report
from benchmarks.contestants import ROOT, Target
from benchmarks.rounds import AT_MOST, SECONDS, Round, rounds, summary
from tests.servers import running_redis

LONGEST = 9 * 60
ROUNDS_END = 5 * 60


def main() -> int:
    if problem := _unsuitable() or machine.install(machine.missing_programs()):
        print(problem, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("make bench took too long and was stopped"))
    signal.alarm(LONGEST)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="counterfoil-bench-")))
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
    ends = time.monotonic() + ROUNDS_END
    setup = checks.seconds_of_setup(folder, print)
    machine.pin_this(machine.LOAD_CORE)
    cache = stack.enter_context(running_redis())
    portal = stack.enter_context(contestants.portal(folder, cache))
    own = contestants.targets_of(portal)
    body = contestants.get(own[0].url, own[0].headers()).content
    ceiling = stack.enter_context(contestants.ceiling(folder, cache, body))
    fastapi = stack.enter_context(contestants.fastapi(folder, cache, body))
    targets = [ceiling, *own, fastapi]
    print(f"{len(targets)} targets, up to {AT_MOST} rounds of {SECONDS} s each; the list has {len(body)} bytes.")
    done = rounds(targets, [cache.child.pid, portal.sandbox.child.pid], ends)
    once = checks.Once(
        commands=[(target.name, checks.commands_of_reads(cache, target)) for target in own],
        worker=machine.memory_of(machine.worker_of(portal.portal.pid)),
        start=checks.seconds_to_first_answer(portal, folder),
        setup=setup,
    )
    return _lines(targets, done, once, len(body))


def _lines(targets: list[Target], done: list[Round], once: checks.Once, size: int) -> list[str]:
    ceiling, *_ = targets
    summaries = [summary(done, target.name, ceiling.name) for target in targets]
    memories = [machine.memory_of(machine.worker_of(target.server.pid)) for target in targets]
    names = [target.name for target in targets]
    rows = [report.Row(*row) for row in zip(names, summaries, memories, strict=True)]
    parts = [
        report.circumstances(size, done),
        report.table(rows),
        report.commands(once.commands),
        goals.table(goals.goals(summaries, once)),
        [report.NOT_MEASURED],
    ]
    return [line for part in parts for line in (*part, "")][:-1]


if __name__ == "__main__":
    sys.exit(main())
