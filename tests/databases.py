"""Databases with the current schema, without a process of `counterfoil migrate` for each: that costs a second."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from counterfoil.db.schema import upgrade

SQLITE = "sqlite+aiosqlite:///"


def give_schema(url: str) -> None:
    """What is in it already stays."""
    if url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE))
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(empty_sqlite())
    else:
        _upgrade(url)


@cache
def empty_sqlite() -> bytes:
    """A migrated database's file."""
    with tempfile.TemporaryDirectory(prefix="counterfoil-schema-") as folder:
        path = Path(folder) / "empty.db"
        _upgrade(f"{SQLITE}{path}")
        return path.read_bytes()


def _upgrade(url: str) -> None:
    """In a thread of its own: the caller's may be running a loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade(url)).result()
