"""Whether the database has the schema of this version, and how it gets it. The migrations: migrations/versions."""

from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy import inspect as inspect_database
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.db.causes import problem_of_file
from counterfoil.db.engine import is_sqlite, make_engine, transaction
from counterfoil.db.tables import HEAD
from counterfoil.errors import TemporarilyUnavailable

_VERSION = text("version_num")
_LOCK = 0x636F756E746572
"""Any number that nobody else on the server locks ("counter")."""
_LOCK_TIMEOUT = 120
"""Seconds for which a second `migrate` waits for the first."""


async def is_current(engine: AsyncEngine) -> bool:
    """Raises TemporarilyUnavailable when the database does not answer."""
    return await _revision(engine) == HEAD


async def pending(engine: AsyncEngine) -> str:
    """What is wrong with the schema, in words for the operator; empty when nothing is."""
    revision = await _revision(engine)
    if revision == HEAD:
        return ""
    if revision is None:
        return "the database has no tables yet"
    if revision > HEAD:
        return f"the database has schema {revision}, which is newer than this version's {HEAD}: upgrade Counterfoil"
    return f"the database has schema {revision}, this version needs {HEAD}"


async def upgrade(url: str) -> bool:
    """Brings the database to this version's schema; True when that changed anything.

    Safe to run several times at once: the others wait, then find nothing to do. All or nothing on both databases.
    Raises TemporarilyUnavailable when the database cannot be reached or written.
    """
    if is_sqlite(url) and (problem := problem_of_file(Path(make_url(url).database or ""))):
        raise TemporarilyUnavailable("the database is away") from OSError(problem)
    engine = make_engine(url, statement_timeout=None)
    try:
        async with transaction(engine) as connection:
            await _lock(connection)
            before = await connection.run_sync(_recorded)
            if before is not None and before >= HEAD:
                return False  # of a newer version's schema `pending` tells
            await connection.run_sync(_upgrade)
            return True
    finally:
        await engine.dispose()


async def _revision(engine: AsyncEngine) -> str | None:
    async with transaction(engine) as connection:
        return await connection.run_sync(_recorded)


def _recorded(connection: Connection) -> str | None:
    if not inspect_database(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(_VERSION).select_from(text("alembic_version"))).scalar()


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(f"PRAGMA busy_timeout = {_LOCK_TIMEOUT * 1000}")
        # The driver begins no transaction for CREATE TABLE, so this one is begun by hand.
        await connection.exec_driver_sql("BEGIN EXCLUSIVE")
    else:
        await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}s'")
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _upgrade(connection: Connection) -> None:
    # Measured: 12 MB and 0.3 s that a serving process does not need.
    from alembic import command  # noqa: PLC0415 -- see the line above
    from alembic.config import Config  # noqa: PLC0415 -- see the line above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
