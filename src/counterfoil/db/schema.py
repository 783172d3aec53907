"""Whether the database has the schema of this version, and how it gets it. The migrations: migrations/versions."""

from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, select, text
from sqlalchemy import inspect as inspect_database
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.db.causes import problem_of_file
from counterfoil.db.engine import is_sqlite, make_engine, transaction
from counterfoil.db.tables import HEAD, schema_floor
from counterfoil.errors import TemporarilyUnavailable

_VERSION = text("version_num")
_MIGRATE = "Run: counterfoil migrate"
_LOCK = 0x636F756E746572
"""Any number that nobody else on the server locks ("counter")."""
_LOCK_TIMEOUT = 120
"""Seconds for which a second `migrate` waits for the first."""


class Schema(Struct, frozen=True):
    """What the database has. `floor`: the oldest schema whose release may still run beside it (docs/adr/0017)."""

    revision: str | None
    floor: str | None

    @property
    def is_newer(self) -> bool:
        return self.revision is not None and self.revision > HEAD

    @property
    def problem(self) -> "SchemaProblem | None":
        if self.revision is None:
            return SchemaProblem("the database has no tables yet", _MIGRATE)
        if self.revision < HEAD:
            return SchemaProblem(f"the database has schema {self.revision}, this version needs {HEAD}", _MIGRATE)
        if not self.is_newer or (self.floor is not None and self.floor <= HEAD):
            return None
        said = f"the database has schema {self.revision}, which is newer than this version's {HEAD}"
        beside = f", and only versions from schema {self.floor} on may run beside it" if self.floor else ""
        return SchemaProblem(said + beside, "Upgrade Counterfoil, or restore the database of before")


class SchemaProblem(Struct, frozen=True):
    """Why this version cannot work with the database, and what to do, in words for the operator."""

    said: str
    advice: str

    def __str__(self) -> str:
        return f"{self.said}. {self.advice}"


async def is_current(engine: AsyncEngine) -> bool:
    """Raises TemporarilyUnavailable when the database does not answer."""
    return (await schema_of(engine)).revision == HEAD


async def pending(engine: AsyncEngine) -> SchemaProblem | None:
    """What is wrong with the schema; None when nothing is, also when it is a newer one that this version may use."""
    return (await schema_of(engine)).problem


async def schema_of(engine: AsyncEngine) -> Schema:
    """Raises TemporarilyUnavailable when the database does not answer."""
    async with transaction(engine) as connection:
        return await connection.run_sync(_schema)


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
                return False  # whether this version may use a newer one's, `pending` tells
            await connection.run_sync(_upgrade)
            return True
    finally:
        await engine.dispose()


def _schema(connection: Connection) -> Schema:
    revision = _recorded(connection)
    if revision is None or revision <= HEAD or not inspect_database(connection).has_table(schema_floor.name):
        return Schema(revision, None)
    return Schema(revision, connection.execute(select(schema_floor.c.oldest)).scalar())


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
