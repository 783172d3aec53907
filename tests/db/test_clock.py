"""The clock that all processes share, on machines whose own clocks are off."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from counterfoil.db.clock import EVERY, DatabaseClock, utc_now
from counterfoil.db.engine import make_engine

pytestmark = pytest.mark.anyio

OFF, NEAR = timedelta(hours=2), timedelta(minutes=5)
"""By how much the machine's clock is wrong, and what a busy machine may take for all of a test."""


def fast() -> datetime:
    return utc_now() + OFF


async def test_the_databases_counts(postgres_url: str) -> None:
    """From its first answer on, carried on by what time has passed."""
    passed = [0.0]
    engine = make_engine(postgres_url)
    try:
        clock = DatabaseClock(engine, fast, lambda: passed[0])
        assert clock() - utc_now() > OFF - NEAR, "nobody has told yet"
        await clock.follow()
        first = clock()
        assert abs(first - utc_now()) < NEAR
        passed[0] += 60
        assert clock() - first == timedelta(seconds=60)
    finally:
        await engine.dispose()


async def test_it_is_asked_again_and_not_each_time(postgres_url: str) -> None:
    """Another machine's clock counts after a failover; meanwhile an answer holds."""
    passed, asked = [0.0], []
    engine = make_engine(postgres_url)
    try:
        clock = DatabaseClock(engine, fast, lambda: passed[0])
        await clock.follow()
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: asked.append(passed[0]))
        await clock.follow()
        passed[0] += EVERY
        await clock.follow()
        assert asked == [EVERY]
    finally:
        await engine.dispose()


async def test_a_file_is_this_machines(tmp_path: Path) -> None:
    """Whoever shares it has the same clock, a step of it included."""
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    clock = DatabaseClock(engine, fast)
    await clock.follow()
    assert clock() - utc_now() > OFF - NEAR
    await engine.dispose()
