"""Keeps one connection up: the first command that finds it hung pays for it, the rest fail at once until it is back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from counterfoil.cache import rules
from counterfoil.cache.address import Address
from counterfoil.cache.connection import Argument, Connection, connect
from counterfoil.cache.sentinel import Sentinels
from counterfoil.cache.store import StoreAway

log = structlog.get_logger(__name__)


class Link:
    """`greet` makes a fresh connection usable, or raises StoreAway; only then does the link count as up."""

    def __init__(self, address: Address, purpose: str, greet: Callable[[Connection], Awaitable[None]]) -> None:
        self._address = address
        self._sentinels = Sentinels(address) if address.sentinels else None
        self._purpose = purpose
        self._greet = greet
        self._connection: Connection | None = None
        self._lost = asyncio.Event()
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._why_away = "not connected"
        self.came_up: Callable[[], None] = lambda: None
        self.went_away: Callable[[], None] = lambda: None

    @property
    def is_up(self) -> bool:
        return self._connection is not None

    async def start(self) -> None:
        """Returns after the first attempt, whatever came of it."""
        self._task = asyncio.create_task(self._stay_connected())
        await self._tried.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._sentinels is not None:
            self._sentinels.close()
        if self._connection is not None:
            self._connection.on_lost = lambda _why: None
            self._connection.abort("closed")
            self._connection = None

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        if self._connection is None:
            raise StoreAway(self._why_away)
        return self._connection.send(*command)

    def drop(self, why: str) -> None:
        if self._connection is not None:
            self._connection.abort(why)

    async def _stay_connected(self) -> None:
        pause, since = rules.REDIAL_FIRST, ""
        while True:
            try:
                connection = await self._connected()
            except (OSError, StoreAway) as error:  # TimeoutError is an OSError.
                since = self._why_away = self._report(since, str(error) or type(error).__name__)
                self._tried.set()
                await asyncio.sleep(pause)
                pause = min(pause * 2, rules.REDIAL_LAST)
                continue
            if since:
                log.info("redis_back", purpose=self._purpose)
            pause, since = rules.REDIAL_FIRST, ""
            self._lost.clear()
            self._connection, connection.on_lost = connection, self._went_away
            self.came_up()
            self._tried.set()
            await self._watch()
            await self._lost.wait()
            await asyncio.sleep(pause)

    async def _watch(self) -> None:
        """Until the connection is lost; one to a master that was replaced is dropped, though it may still answer."""
        if self._sentinels is None:
            return
        replaced = asyncio.create_task(self._sentinels.until_replaced(self._address))
        lost = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([replaced, lost], return_when=asyncio.FIRST_COMPLETED)
            if replaced.done():
                self.drop("another master")
        finally:
            replaced.cancel()
            lost.cancel()

    async def _connected(self) -> Connection:
        if self._sentinels is not None:
            self._address = await self._sentinels.master()
        async with asyncio.timeout(rules.COMMAND_LIMIT):
            connection = await connect(self._address)
            try:
                await self._greet(connection)
            except BaseException:
                connection.abort("not greeted")
                raise
            if connection.is_lost:
                raise StoreAway("connection closed")
            return connection

    def _report(self, before: str, why: str) -> str:
        if not before:
            log.warning("redis_unreachable", purpose=self._purpose, reason=why)
        return why

    def _went_away(self, why: str) -> None:
        log.warning("redis_lost", purpose=self._purpose, reason=why)
        self._connection, self._why_away = None, why
        self._lost.set()
        self.went_away()
