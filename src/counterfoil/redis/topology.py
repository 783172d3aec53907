"""Which servers hold the keys, and which of them those of one scope; and who knows that, where it never changes."""

import asyncio
from array import array
from binascii import crc_hqx
from itertools import cycle
from typing import NamedTuple, Protocol

from counterfoil.redis.address import Address

SLOTS = 16384
"""Of a Redis Cluster."""


class Place(NamedTuple):
    """A server. In a cluster: the `epoch` of its claim to its slots, and the name of a `scope` in one of them."""

    address: Address
    epoch: int | None = None
    scope: str = ""


class Layout(NamedTuple):
    """`owners`: of each slot the index of its server; None where one server holds everything."""

    places: tuple[Place, ...]
    owners: "array[int] | None" = None

    def index_of(self, scope: str) -> int:
        """The place of all keys of a scope."""
        return 0 if self.owners is None else self.owners[slot_of(scope)]


class Topology(Protocol):
    """Knows the layout."""

    async def find(self) -> Layout:
        """Raises RedisAway or OSError when nobody can tell."""

    async def until_replaced(self, layout: Layout) -> None:
        """Returns when another one holds. Who is silent replaces nothing: the servers may well be there."""

    def close(self) -> None: ...


class StaticTopology:
    """Where the URL says. Of several hosts another one each time."""

    def __init__(self, address: Address) -> None:
        self._turns = cycle((address, *address.others))

    async def find(self) -> Layout:
        return Layout((Place(next(self._turns)),))

    async def until_replaced(self, layout: Layout) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        pass


def slot_of(scope: str) -> int:
    """The slot of every key of a scope, whose name stands in braces in it."""
    return crc_hqx(scope.encode(), 0) % SLOTS
