"""docs/backup.md, walked once: what an older database brings back, that the steps of the page end it, and that a backup
of an older version can be put back.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from counterfoil.db.engine import make_engine
from counterfoil.db.schema import is_current, upgrade
from tests.cli.commands import run_forked
from tests.db.test_schema import upgrade_to
from tests.servers import PostgresServer, postgres_program
from tests.shape.sources import text
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.timeout(900)
"""Many programs start, one after the other, and the machine may be busy with other tests."""


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def put_back(stack: Stack, backup: Path) -> None:
    for ending in ("-wal", "-shm"):
        (stack.folder / f"portal.db{ending}").unlink(missing_ok=True)
    shutil.copy(backup, stack.folder / "portal.db")


def token(ada: httpx2.Client) -> dict[str, str]:
    last = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    made = ada.post("/api/v1/tokens", json={"name": "mine", "scope": "read", "client_id": 1, "expires_on": last})
    return {"id": made.json()["id"], "Authorization": f"Bearer {made.json()['token']}"}


def answers(stack: Stack, mine: dict[str, str], cookie: str) -> tuple[int, int]:
    """What the program with the token gets, and the browser with the cookie."""
    url = f"{stack.url}/api/v1/summary"
    program = httpx2.get(url, headers={"Authorization": mine["Authorization"]}, timeout=60)
    browser = httpx2.get(url, headers={"Cookie": f"counterfoil_session={cookie}"}, timeout=60)
    return program.status_code, browser.status_code


def test_an_older_backup_is_restored(tmp_path: Path) -> None:
    """It revives what was ended since; the statements of the page end it again, and doctor and trail are well."""
    backup = tmp_path / "backup.db"
    with running_stack(tmp_path) as stack:
        with stack.visitor("ada@example.com") as ada:
            mine, cookie = token(ada), ada.cookies["counterfoil_session"]
            copy(tmp_path / "portal.db", backup)
            assert ada.delete(f"/api/v1/tokens/{mine['id']}").status_code == 204
            assert ada.delete("/api/v1/session").status_code == 204
        assert answers(stack, mine, cookie) == (401, 401)
        noted = re.findall(r"[0-9]+:[0-9a-f]{64}", stack.command("audit", "verify"))[-1]

        stack.portal.stop()
        put_back(stack, backup)
        stack.start()
        assert answers(stack, mine, cookie) == (200, 200), "what the page warns of"

        stack.portal.stop()
        put_back(stack, backup)
        (statements,) = re.findall(r"```sql\n(.*?)```", text("docs/backup.md"), re.DOTALL)
        with closing(sqlite3.connect(tmp_path / "portal.db")) as database:
            database.executescript(statements)
        stack.start()
        assert answers(stack, mine, cookie) == (401, 401)
        with stack.visitor("ada@example.com") as again:
            assert again.get("/api/v1/summary").status_code == 200
        stack.command("doctor")
        assert "whole" in stack.command("audit", "verify")
        later = run_forked(tmp_path, "audit", "verify", "--after", noted, **stack.settings)
        assert later.returncode == 1


@pytest.fixture
def shop(postgres_process: PostgresServer) -> Iterator[str]:
    """The URL of a database that has the name of the page's."""
    postgres_process.execute("CREATE DATABASE counterfoil")
    url = f"postgresql+asyncpg://counterfoil@127.0.0.1:{postgres_process.port}/counterfoil"
    yield url
    for name in ("", "_lost"):
        postgres_process.drop_database(f"{url}{name}")


@pytest.mark.anyio
async def test_a_backup_of_an_older_version_is_restored_into_postgresql(
    shop: str, postgres_process: PostgresServer, tmp_path: Path
) -> None:
    """With the commands of the page, beside a database that a newer version has added to: then it can be migrated."""
    dump, restore = (
        each for each in re.findall(r"```sh\n(.*?)```", text("docs/backup.md"), re.DOTALL) if "pg_" in each
    )
    engine = make_engine(shop)
    async with engine.begin() as connection:
        await connection.run_sync(lambda bare: upgrade_to(bare, "0012"))
    typed(dump, postgres_process, tmp_path)
    assert await upgrade(shop)
    await engine.dispose()
    typed(restore, postgres_process, tmp_path)
    assert await upgrade(shop), "the backup is of an older version"
    assert await is_current(engine)
    await engine.dispose()


def typed(commands: str, server: PostgresServer, folder: Path) -> None:
    programs = Path(postgres_program("pg_restore")).parent
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "counterfoil"}
    environment = os.environ | where | {"PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-eu", "-c", commands], cwd=folder, env=environment, check=True, timeout=300)
