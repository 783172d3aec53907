"""From an empty database, or one left behind, to the schema of this version."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command as alembic_command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Connection, insert, select, text

import counterfoil.db
from counterfoil.accounts.commands import links
from counterfoil.db import tables
from counterfoil.db.commands import migrate
from counterfoil.db.console_tables import staff_view
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import is_current, pending, upgrade
from counterfoil.db.tables import HEAD
from tests.db.conftest import environment
from tests.servers import PostgresServer

pytestmark = pytest.mark.anyio


async def test_empty_database_becomes_current(url: str) -> None:
    """From nothing to the current schema; the second time there is nothing to do."""
    engine = make_engine(url)
    assert not await is_current(engine)
    assert "the database has no tables yet. Run: counterfoil migrate" in str(await pending(engine))
    assert await upgrade(url)
    assert await is_current(engine)
    assert await pending(engine) is None
    assert not await upgrade(url)
    await engine.dispose()


async def test_database_that_is_behind_is_not_current(url: str) -> None:
    """The operator is told which schema there is, and which one is needed."""
    await upgrade(url)
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert not await is_current(engine)
    assert str(await pending(engine)).startswith(f"the database has schema 0000, this version needs {HEAD}. Run: ")
    await engine.dispose()


async def test_migrations_make_the_tables_that_the_code_names(url: str) -> None:
    """What the migrations build and what tables.py says are the same."""
    await upgrade(url)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), staff_view.metadata))

    engine = make_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_decisions_about_addresses_are_bound_to_the_users_who_had_them(url: str) -> None:
    """What was stored before schema 0005: bound where one user has signed in with the address, not where several have,
    nor where nobody has.
    """

    people = [("Ada@Example.com", 1), ("twice@x.example", 2), ("twice@x.example", 3)]

    async def as_it_was() -> None:
        engine = make_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(lambda bare: upgrade_to(bare, "0003"))
            for number, (email, user) in enumerate(people):
                account = {"issuer": "x", "subject": str(number), "email": email, "name": "", "whmcs_user_id": user}
                now = datetime.now(UTC)
                await connection.execute(insert(tables.account).values(**account, created_at=now, signed_in_at=now))
            for email in ("ada@example.com", "twice@x.example", "nobody@x.example"):
                row = f"('{email}', '2026-01-01 00:00:00+00:00')"
                await connection.execute(text(f"INSERT INTO staff (email, created_at) VALUES {row}"))  # noqa: S608 - ours
        await engine.dispose()

    await as_it_was()
    await upgrade(url)
    engine = make_engine(url)
    async with engine.connect() as connection:
        rows = await connection.execute(select(tables.staff.c.email, tables.staff.c.user_id))
        assert {row.email: row.user_id for row in rows} == {
            "ada@example.com": 1,
            "twice@x.example": None,
            "nobody@x.example": None,
        }
    await engine.dispose()


def upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(counterfoil.db.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    alembic_command.upgrade(config, revision)


def test_head_is_the_newest_migration() -> None:
    """HEAD is what a serving process compares with, without loading Alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(counterfoil.db.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_several_migrate_at_once(url: str, tmp_path: Path) -> None:
    """Three processes started together: all succeed, one does the work, the schema is current."""
    started = [sys.executable, "-c", "from counterfoil.db.commands import migrate; migrate()"]
    together = [
        subprocess.Popen(started, env={**os.environ, **environment(url)}, cwd=tmp_path, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[0].decode() for process in together]
    assert [process.returncode for process in together] == [0, 0, 0]
    assert sorted(said) == ["The database now has the current schema.\n"] + 2 * [
        "The database was up to date already.\n"
    ]


def test_failed_migration_leaves_nothing(url: str) -> None:
    """A migration that breaks in the middle leaves no half of it behind: the next run starts from the same place."""

    async def with_a_table_in_the_way() -> None:
        engine = make_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE webhook_event (id TEXT)"))
        with pytest.raises(Exception, match="already exists"):
            await upgrade(url)
        assert "the database has no tables yet" in str(await pending(engine))
        async with engine.begin() as connection:
            await connection.execute(text("DROP TABLE webhook_event"))
        assert await upgrade(url)
        await engine.dispose()

    asyncio.run(with_a_table_in_the_way())


def test_commands_on_an_unmigrated_database(url: str) -> None:
    """On SQLite they migrate first; on PostgreSQL they say which command to run."""
    result = CliRunner().invoke(links, env=environment(url))
    if url.startswith("sqlite"):
        assert result.exit_code == 0
    else:
        assert (result.exit_code, "Run: counterfoil migrate" in result.output) == (1, True)
        assert CliRunner().invoke(migrate, env=environment(url)).exit_code == 0
        assert CliRunner().invoke(links, env=environment(url)).exit_code == 0


@pytest.mark.parametrize(
    "away",
    [
        "sqlite+aiosqlite:////nowhere/at/all.db",
        "sqlite+aiosqlite:////",
        "postgresql+asyncpg://u:hunter2@127.0.0.1:9/x",
        "postgresql+asyncpg://u:hunter2@SERVER/x",
    ],
)
def test_database_that_is_away_is_one_line(away: str, postgres_process: PostgresServer) -> None:
    """No folder, nobody there, an unknown user: no stack trace and no password; exit code 1."""
    url = away.replace("SERVER", f"127.0.0.1:{postgres_process.port}")
    for command in (migrate, links):
        result = CliRunner().invoke(command, env=environment(url))
        assert result.exit_code == 1
        assert result.output.startswith("Error: the database cannot be used: ")
        assert result.output.count("\n") == 1
        assert "hunter2" not in result.output


def test_wrong_settings_are_misuse() -> None:
    """Exit code 2, with every problem."""
    result = CliRunner().invoke(migrate, env={**environment("sqlite:///x"), "COUNTERFOIL_SECRET_KEY": "short"})
    assert result.exit_code == 2
    assert "COUNTERFOIL_SECRET_KEY" in result.output
    assert "COUNTERFOIL_DATABASE_URL" in result.output
