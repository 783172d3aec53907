"""make prove-simulation: as many worlds as wanted, and what was broken in them. WORLDS=300 SEED=1 are its variables."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from tests.cache.invariants import violations
from tests.cache.surroundings import BEGINNING
from tests.cache.world import live
from tools.arguments import take_none

LONGEST = 400


@dataclass
class Tally:
    worlds: int = 0
    reads: int = 0
    calls: int = 0
    hours: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def explore(seeds: Iterable[int], *, limit: float = 3600.0) -> Tally:
    """Lives the worlds of these seeds until one breaks a promise, or the time (of this process, seconds) is up."""
    tally, until = Tally(), time.process_time() + limit
    for seed in seeds:
        world = live(seed)
        tally.worlds += 1
        tally.reads += len(world.history.reads)
        tally.calls += len(world.history.calls)
        tally.hours += (world.ends - BEGINNING) / 3600
        tally.faults.update(world.history.faults)
        tally.violations.extend(what[:LONGEST] for what in violations(world.history))
        if tally.violations or time.process_time() > until:
            break
    return tally


def main() -> int:
    # The engine warns of every outage.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    first = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    worlds = int(os.environ.get("WORLDS") or 300)
    began = time.monotonic()
    tally = explore(range(first, first + worlds))
    last = first + tally.worlds - 1
    lines = [
        f"{tally.worlds} worlds (seeds {first} to {last}) in {time.monotonic() - began:.0f} s",
        f"{tally.reads} reads, {tally.calls} calls of WHMCS, {tally.hours:.1f} virtual hours",
        "faults: " + ", ".join(f"{count} {name}" for name, count in sorted(tally.faults.items())),
        f"{len(tally.violations)} violations",
        *tally.violations[:3],
    ]
    if tally.violations:
        lines.append(f"Again: make prove-simulation WORLDS=1 SEED={last}")
    sys.stdout.write("\n".join(lines) + "\n")
    return bool(tally.violations)


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
