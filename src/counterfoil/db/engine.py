"""How the database is reached: SQLite and PostgreSQL alike, and an outage turned into an honest 503."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from counterfoil.db.postgres import READ_ONLY, make_postgres_engine
from counterfoil.errors import TemporarilyUnavailable

Engine: TypeAlias = AsyncEngine
"""For rooms that hand it on and speak no SQL themselves."""

TIMEOUT = 10.0
"""Seconds for one statement, a connection or a lock. Far below the cache's 120 s of remembering a dropped session,
which a request that stands in the database's queue must not outlive."""

_SQLITE_PRAGMAS = (
    # First: switching to WAL is itself a write that may have to wait for another process.
    f"PRAGMA busy_timeout = {int(TIMEOUT * 1000)}",
    "PRAGMA journal_mode = WAL",
    # Safe against a crash of the process; a power cut may cost the last sign-ins, never the file.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)

_SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
}

_POSTGRES_OUTAGES = ("08", READ_ONLY, "40", "42501", "53", "55P03", "57", "58")
"""Connection lost, read-only, deadlock, not permitted, no resources (the disk too), lock not had, shutting down or
cancelled, the system's own errors: classes of
https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def make_engine(url: str, *, statement_timeout: float | None = TIMEOUT) -> AsyncEngine:
    """`url` as in the settings: sqlite+aiosqlite: or postgresql+asyncpg:. Connects when first used."""
    if is_sqlite(url):
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "do_connect", _make_private)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        return engine
    return make_postgres_engine(url, connect_timeout=TIMEOUT, statement_timeout=statement_timeout)


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def file_read_by_others(url: str) -> str:
    """The file of a SQLite that an earlier version or somebody's hand made readable for everybody; "" if it is not."""
    file = Path(make_url(url).database or "") if is_sqlite(url) else None
    return str(file) if file and file.is_file() and file.stat().st_mode & 0o044 else ""


def _make_private(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    """A new file is its owner's only, whatever the umask: sessions and addresses stand in it. SQLite gives the files
    that it puts beside it the same mode. One that is there stays as it is; the doctor warns.
    """
    path = Path(arguments[0])
    if path.parent.is_dir() and arguments[0] != ":memory:":
        with suppress(OSError):  # it is there, or SQLite will say why it cannot be
            path.touch(mode=0o600, exist_ok=False)


def _set_up_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except BaseException:  # a file that is no database shows only now
        connection.close()
        raise


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Commits at its end. Raises TemporarilyUnavailable when the database is away; it may have committed all the same.

    On SQLite, begin a transaction that writes with its write: one that has read first cannot wait for another writer.
    """
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(engine.connect())
        except Exception as error:  # the drivers' own kinds too: wrong password, starting up, no such database
            raise TemporarilyUnavailable("no connection to the database") from error
        try:
            async with connection.begin():
                yield connection
        except (DBAPIError, OSError) as error:
            if is_outage(error):
                raise TemporarilyUnavailable("the database is away") from error
            raise


def is_outage(error: DBAPIError | OSError) -> bool:
    """Away, shutting down, read-only, locked for too long, or without room; not a mistake in a statement."""
    if isinstance(error, OSError):
        return True
    # SQLite calls a missing table an OperationalError too. Its codes: https://www.sqlite.org/rescode.html
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_OUTAGES
    state = str(getattr(error.orig, "sqlstate", None))
    return error.connection_invalidated or isinstance(error, InterfaceError) or state.startswith(_POSTGRES_OUTAGES)


async def ping(engine: AsyncEngine) -> None:
    """Whether it answers; whether it takes writes: write_probe.py. Raises TemporarilyUnavailable."""
    async with transaction(engine) as connection:
        await connection.exec_driver_sql("SELECT 1")
