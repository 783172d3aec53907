"""What the doctor says of a machine without a time service."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.cli.clock_checks import clocks
from counterfoil.cli.findings import Finding, Verdict
from counterfoil.db.clock import utc_now
from counterfoil.settings import load
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio

FAST = timedelta(hours=2)
GIVEN = {
    "secret_key": "k" * 40,
    "whmcs_url": "http://127.0.0.1:1/",
    "whmcs_identifier": "identifier",
    "whmcs_secret": "secret",
}


async def said(machine: Callable[[], datetime], **changes: str) -> list[Finding]:
    given = {f"COUNTERFOIL_{name.upper()}": value for name, value in {**GIVEN, **changes}.items()}
    return [finding async for finding in clocks(load(given), machine)]


async def test_the_neighbours_clocks_are_compared(postgres_url: str, redis_server: RedisServer) -> None:
    """With the database's, by which orders go, and Redis's, by which pages grow old."""
    shared = {"database_url": postgres_url, "cache_url": redis_server.url}
    assert [each.verdict for each in await said(utc_now, **shared)] == [Verdict.OK, Verdict.OK]
    found = await said(lambda: utc_now() + FAST, **shared)
    assert [(each.check, each.verdict) for each in found] == [
        ("clock of the database", Verdict.WARN),
        ("clock of the cache", Verdict.WARN),
    ]
    assert all(" s behind this machine's" in each.message and "NTP" in each.advice for each in found)
    assert "ahead of" in (await said(lambda: utc_now() - FAST, **shared))[0].message


async def test_what_is_this_machines_has_no_other_clock(tmp_path: Path) -> None:
    """A file and this process' memory; and who is away has had a line already."""
    alone = {"database_url": f"sqlite+aiosqlite:///{tmp_path}/portal.db", "cache_url": "memory://"}
    assert await said(utc_now, **alone) == []
    away = {"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none", "cache_url": "redis://127.0.0.1:1"}
    assert await said(utc_now, **away) == []
