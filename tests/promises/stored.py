"""Everything that a portal has stored, as text: database and Redis. For looking for what must not be there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis import Redis
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tests.stack import Stack


def stored_by(stack: Stack) -> str:
    services = [asyncio.run(_tables(stack.settings["database_url"]))]
    cache_url = stack.settings.get("cache_url", "")
    if cache_url.startswith("redis"):
        with Redis.from_url(cache_url) as redis:
            services += [f"{key!r} {_value(redis, key)!r}" for key in redis.keys("*")]
    return "\n".join(services)


def _value(redis: Redis, key: bytes) -> object:
    # A dump may be compressed, in which nothing would be found.
    return redis.get(key) if redis.type(key) == b"string" else redis.dump(key)


def columns_of(stack: Stack) -> set[str]:
    """`table.column` of the portal's own database."""
    return set(asyncio.run(_columns(stack.settings["database_url"])))


Answer = TypeVar("Answer")


async def _tables(url: str) -> str:
    async def read(connection: AsyncConnection) -> str:
        rows: list[Any] = []
        for table in await connection.run_sync(lambda plain: inspect(plain).get_table_names()):
            rows += (await connection.execute(text(f'SELECT * FROM "{table}"'))).all()  # noqa: S608 -- a table's name
        return "\n".join(map(repr, rows))

    return await _with_connection(url, read)


async def _columns(url: str) -> list[str]:
    async def read(connection: AsyncConnection) -> list[str]:
        return await connection.run_sync(
            lambda plain: [
                f"{table}.{column['name']}"
                for table in inspect(plain).get_table_names()
                for column in inspect(plain).get_columns(table)
            ]
        )

    return await _with_connection(url, read)


async def _with_connection(url: str, read: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await read(connection)
    finally:
        await engine.dispose()
