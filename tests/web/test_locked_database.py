"""A database that takes no writes for a while: what only reads never waits for it."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from counterfoil.db.engine import TIMEOUT
from counterfoil.db.schema import upgrade
from counterfoil.db.write_probe import EVERY
from tests.accounts.portal import running
from tests.stack import running_stack

READS = ("/", "/invoices", "/profile", "/subscriptions", "/order", "/api/v1/session", "/api/v1/orders")


def test_reads_do_not_wait_for_a_write_lock(tmp_path: Path) -> None:
    """Somebody holds SQLite locked, a backup for one, when "last seen" is due: each page comes long before the lock's
    10 s are over. Whoever balances is told; and what was put off is written when the lock is gone.
    """
    with running_stack(tmp_path) as stack, stack.visitor("ada@example.com") as ada:
        file = tmp_path / "portal.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            long_ago = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S.%f")
            other.execute("UPDATE session SET last_seen_at = ?", (long_ago,))
            other.execute("BEGIN EXCLUSIVE")
            for path in READS:
                began = time.monotonic()
                assert ada.get(path).status_code == 200, path
                assert time.monotonic() - began < TIMEOUT
            time.sleep(EVERY)  # What was found out at the start is believed for so long.
            assert httpx2.get(f"{stack.url}/readyz", timeout=60).status_code == 503
            assert ada.get("/invoices").status_code == 200
            other.execute("ROLLBACK")
            deadline = time.monotonic() + 60
            while other.execute("SELECT last_seen_at FROM session").fetchone()[0] == long_ago:
                assert time.monotonic() < deadline
                time.sleep(0.1)


@pytest.mark.anyio
async def test_a_database_that_only_reads(tmp_path: Path) -> None:
    """Who is signed in reads on: that "last seen" cannot be written is nobody's business but the log's."""
    await upgrade(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    async with running(f"sqlite+aiosqlite:///{tmp_path}/portal.db", "memory://") as writable:
        cookie = await writable.cookie("ada@example.com")
        async with running(f"sqlite+aiosqlite:///file:{tmp_path}/portal.db?mode=ro&uri=true", "memory://") as reading:
            reading.clock.ahead = 120
            assert await reading.who(cookie) is not None
            await reading.sessions.last_seen.written()
