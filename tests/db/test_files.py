"""What others on this machine can read of a SQLite database."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from counterfoil.db import tables
from counterfoil.db.engine import make_engine, transaction
from counterfoil.db.schema import upgrade

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_a_new_database_is_its_owners(tmp_path: Path) -> None:
    """Neither the file nor those beside it can be read by others, under a usual umask; one that is there stays."""
    await upgrade(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    async with transaction(engine) as connection:
        await connection.execute(insert(tables.staff).values(email="a@b.c", created_at=datetime.now(UTC)))
        modes = modes_in(tmp_path)
    await engine.dispose()
    assert modes == dict.fromkeys(("portal.db", "portal.db-wal", "portal.db-shm"), 0o600)
    (tmp_path / "portal.db").chmod(0o640)
    await upgrade(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    assert modes_in(tmp_path)["portal.db"] == 0o640


async def test_no_text_is_an_outage(postgres_url: str) -> None:
    """PostgreSQL takes neither NUL nor half a character; what is stored and what is looked for is without them."""
    await upgrade(postgres_url)
    engine = make_engine(postgres_url)
    async with transaction(engine) as connection:
        await connection.execute(insert(tables.staff).values(email="a\0@\ud800b.c", created_at=datetime.now(UTC)))
        found = await connection.scalars(select(tables.staff.c.email).filter_by(email="a@\0b.c"))
        assert found.all() == ["a@b.c"]
    await engine.dispose()
