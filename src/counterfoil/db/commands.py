"""`counterfoil migrate`, and how every command gets the database. Exit codes: 0 done, 1 not done, 2 misuse."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.db.engine import is_sqlite, make_engine
from counterfoil.db.schema import pending, upgrade
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.settings import Settings, SettingsError, load

Result = TypeVar("Result")


@click.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    changed = run(_upgraded(loaded_settings()))
    click.echo("The database now has the current schema." if changed else "The database was up to date already.")


async def _upgraded(settings: Settings) -> bool:
    changed = await upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        if problem := await pending(engine):
            raise click.ClickException(str(problem))
    finally:
        await engine.dispose()
    return changed


def loaded_settings() -> Settings:
    """Or exit code 2 with everything that is wrong with them."""
    try:
        return load()
    except SettingsError as error:
        raise click.UsageError(str(error)) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """To its end; a database that cannot be reached is one line, not a stack trace."""
    try:
        return asyncio.run(work)
    except (TemporarilyUnavailable, DBAPIError, OSError) as error:
        raise click.ClickException(f"the database cannot be used: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    """What the driver said, without the statement and its values."""
    cause = error.__cause__ if isinstance(error, TemporarilyUnavailable) else error
    if isinstance(cause, DBAPIError):
        cause = cause.orig
    return str(cause).partition("\n")[0] or type(cause).__name__


@asynccontextmanager
async def current_database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """With a schema that fits: SQLite is brought to it; on PostgreSQL that is for the operator to do."""
    if is_sqlite(settings.database_url):
        await upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        if problem := await pending(engine):
            raise click.ClickException(str(problem))
        yield engine
    finally:
        await engine.dispose()
