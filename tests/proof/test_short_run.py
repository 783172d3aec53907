"""The proof with real processes, short: what `make prove-freshness` does for as long as one likes."""

import asyncio
import random
from pathlib import Path

import pytest

from proofs.checker import check
from proofs.plan import Plan
from proofs.report import lines
from proofs.run import run

SEED = random.randrange(1_000_000)  # noqa: S311 -- no secret
SHORT = Plan(
    seconds=19.0,
    seed=SEED,
    list_lifetime=1.5,
    invoice_lifetime=3.0,
    clients=4,
    sessions=3,
    think=(0.01, 0.06),
    fault_pause=(0.6, 1.4),
    storm=6.0,
)
"""Lifetimes so short that they end within the run; calmer than the long run, for other tests need the machine too."""


@pytest.mark.timeout(600)
def test_nothing_stale_is_shown(tmp_path: Path, postgres_url: str) -> None:
    """F0 to F3, F6 to F11, F13 and F14: four portals, a Redis and a WHMCS that fail, and every promise is kept."""
    done = asyncio.run(run(SHORT, tmp_path, postgres_url))
    found = check(done.history)
    report = "\n".join(lines(done, found, SEED))
    assert not any(found.values()), report
    # So much even a machine does that has hardly time for it.
    assert sum(read.shown >= 0 for read in done.history.reads) > 20, report
    assert done.history.changes > 5, report
    assert done.faults.total() >= 2, report
