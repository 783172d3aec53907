"""Who knows where the keys are, for each kind of address."""

import asyncio
from itertools import count, cycle

from counterfoil.redis.address import Address
from counterfoil.redis.cluster import ClusterNodes
from counterfoil.redis.sentinel import Sentinels
from counterfoil.redis.topology import Layout, Place, Topology


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


class AnyMaster:
    """One of a cluster, another one each time: messages reach every node from every node."""

    def __init__(self, address: Address) -> None:
        self._nodes = ClusterNodes(address)
        self._turns = count()

    async def find(self) -> Layout:
        places = (await self._nodes.find()).places
        return Layout((places[next(self._turns) % len(places)],))

    async def until_replaced(self, layout: Layout) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        self._nodes.close()


def topology_for(address: Address) -> Topology:
    return Sentinels(address) if address.sentinels else StaticTopology(address)
