"""Which Redis is the master, from the sentinels that watch it. All are asked at once, over connections that stay."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from counterfoil.redis import timing
from counterfoil.redis.address import Address
from counterfoil.redis.connection import Connection, connect, unwrap
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.topology import Layout, Place

NO_MASTER = "no sentinel names a master"


class Master(NamedTuple):
    """`epoch` grows with every failover; `age`: seconds for which the sentinel has known it in this role."""

    host: str
    port: int
    epoch: int
    age: float


class SentinelTopology:
    """`ask` gives one sentinel's answer to SENTINEL MASTER."""

    def __init__(self, address: Address, ask: Callable[[Address], Awaitable[Any]] | None = None) -> None:
        self._address = address
        self._ask = ask or self._ask_over_the_wire
        self._open: dict[Address, Connection] = {}

    def close(self) -> None:
        for connection in self._open.values():
            connection.abort("closed")

    async def find(self) -> Layout:
        """Raises RedisAway when no sentinel knows, and while others may still be at the master before, where they would
        not see what is cleared here.
        """
        found = newest(await self._answers())
        if found.age < timing.SWITCH:
            raise RedisAway("a new master is left alone at first", left=timing.SWITCH - found.age)
        return self._at(found)

    async def named(self) -> Layout:
        """However new it is. Raises RedisAway when no sentinel knows."""
        return self._at(newest(await self._answers()))

    async def until_replaced(self, layout: Layout) -> None:
        while True:
            await asyncio.sleep(timing.LOOKOUT)
            try:
                found = await self.named()
            except RedisAway:
                continue
            if found != layout:
                return

    def _at(self, found: Master) -> Layout:
        return Layout((Place(self._address.at(found.host, found.port)),))

    async def _answers(self) -> Sequence[Any]:
        return await asyncio.gather(*(self._ask(each) for each in self._address.sentinels), return_exceptions=True)

    async def _ask_over_the_wire(self, sentinel: Address) -> Any:
        async with asyncio.timeout(timing.COMMAND_LIMIT):
            connection = self._open.get(sentinel)
            if connection is None or connection.is_lost:
                connection = self._open[sentinel] = await connect(sentinel)
            return unwrap(await connection.send("SENTINEL", "MASTER", self._address.master))


def newest(answers: Iterable[Any]) -> Master:
    """A sentinel that was cut off names the master from before: the latest failover counts, since it was first known.

    Raises RedisAway when none of the answers names a master.
    """
    found = [_master(answer) for answer in answers if isinstance(answer, list)]
    if not found:
        raise RedisAway(NO_MASTER)
    return max(found, key=lambda master: (master.epoch, master.age))


def _master(answer: list[bytes]) -> Master:
    told = {name.decode(): value.decode() for name, value in zip(answer[::2], answer[1::2], strict=True)}
    try:
        age = int(told["role-reported-time"]) / 1000
        return Master(told["ip"], int(told["port"]), int(told["config-epoch"]), age)
    except (KeyError, ValueError):
        raise RedisAway("a sentinel's answer is not understood") from None
