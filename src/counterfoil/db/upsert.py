"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL have alike and SQLAlchemy keeps in two dialects."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Whether there was no row with this key yet. One that is there stays as it is."""
    result = await connection.execute(_insert(connection, table).values(**row).on_conflict_do_nothing())
    return bool(result.rowcount)


async def insert_new_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many at once; those whose key is there stay as they are."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


async def put_row(
    connection: AsyncConnection, table: Table, key: Mapping[str, Any], new: Mapping[str, Any], **update: Any
) -> None:
    """Inserts key + new + update; where the key is there already, sets `update` only."""
    statement = _insert(connection, table).values(**key, **new, **update)
    await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=update))


def _insert(connection: AsyncConnection, table: Table) -> Any:
    # The engine has loaded its dialect already; importing both at the top costs 2 MB and 30 ms.
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)
