"""Which master of a Redis Cluster owns which slots. All its nodes are asked at once, over connections that stay."""

import asyncio
import re
from array import array
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

from counterfoil.redis import timing
from counterfoil.redis.address import Address
from counterfoil.redis.connection import Connection, connect, unwrap
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.topology import SLOTS, Layout, Place, slot_of

_NOBODY = 0xFFFF


class Claim(NamedTuple):
    """What a node says of one that it takes for a master. `epoch` grows with every failover and every slot gained."""

    node: str
    host: str
    port: int
    epoch: int
    is_own: bool
    slots: tuple[range, ...]


class ClusterTopology:
    """`ask` gives one node's answer to CLUSTER NODES."""

    def __init__(self, address: Address, ask: Callable[[Address], Awaitable[Any]] | None = None) -> None:
        self._seeds = (address.at(address.host, address.port), *address.others)
        self._ask = ask or self._ask_over_the_wire
        self._known: set[Address] = set()
        self._open: dict[Address, Connection] = {}

    def close(self) -> None:
        for connection in self._open.values():
            connection.abort("closed")

    async def find(self) -> Layout:
        """Raises RedisAway when the nodes that answer do not know an owner of every slot."""
        asked = [*{*self._seeds, *self._known}]
        answers = await asyncio.gather(*(self._ask(each) for each in asked), return_exceptions=True)
        told = [
            (node, answer.decode()) for node, answer in zip(asked, answers, strict=True) if isinstance(answer, bytes)
        ]
        if not told:
            raise RedisAway("no node of the cluster answers")
        self._remember({asked.at(host, port) for asked, text in told for host, port in _nodes(text, asked)})
        return layout(self._seeds[0], [claim for asked, text in told for claim in claims(text, asked)])

    async def until_replaced(self, before: Layout) -> None:
        while True:
            await asyncio.sleep(timing.LOOKOUT)
            try:
                found = await self.find()
            except RedisAway:
                continue
            if found != before:
                return

    def _remember(self, known: set[Address]) -> None:
        for gone in self._open.keys() - known - set(self._seeds):
            self._open.pop(gone).abort("no longer in the cluster")
        self._known = known

    async def _ask_over_the_wire(self, node: Address) -> Any:
        async with asyncio.timeout(timing.COMMAND_LIMIT):
            connection = self._open.get(node)
            if connection is None or connection.is_lost:
                connection = self._open[node] = await connect(node)
            return unwrap(await connection.send("CLUSTER", "NODES"))


class AnyMaster:
    """One of a cluster, another one each time: messages reach every node from every node."""

    def __init__(self, address: Address) -> None:
        self._cluster = ClusterTopology(address)
        self._turns = count()

    async def find(self) -> Layout:
        places = (await self._cluster.find()).places
        return Layout((places[next(self._turns) % len(places)],))

    async def until_replaced(self, layout: Layout) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        self._cluster.close()


def layout(address: Address, told: Iterable[Claim]) -> Layout:
    """Of two who claim a slot the one with the later epoch has it; of one node its own word is the latest.

    Raises RedisAway while a slot has no owner.
    """
    latest: dict[str, Claim] = {}
    for claim in sorted(told, key=lambda claim: (claim.epoch, claim.is_own)):
        latest[claim.node] = claim
    owners = array("H", [_NOBODY]) * SLOTS
    masters = sorted((claim for claim in latest.values() if claim.slots), key=lambda claim: claim.epoch)
    for index, claim in enumerate(masters):
        for slots in claim.slots:
            owners[slots.start : slots.stop] = array("H", [index]) * len(slots)
    if _NOBODY in owners:
        raise RedisAway("slots of the cluster have no owner")
    scopes = _scopes(owners)
    left = [index for index in range(len(masters)) if index in scopes]  # The others lost all they claim.
    places = tuple(
        Place(address.at(masters[index].host, masters[index].port), masters[index].epoch, scopes[index])
        for index in left
    )
    renumbered = {index: number for number, index in enumerate(left)}
    return Layout(places, array("H", [renumbered[owner] for owner in owners]))


def _scopes(owners: "array[int]") -> dict[int, str]:
    """For each owner a name that lies in one of its slots."""
    missing, found = set(owners), dict[int, str]()
    for number in count():
        name = f"at{number}"
        if (owner := owners[slot_of(name)]) in missing:
            missing.remove(owner)
            found[owner] = name
        if not missing:
            return found
    raise AssertionError("count() does not end")


def claims(text: str, asked: Address) -> Iterator[Claim]:
    """The masters of one answer: `id host:port@bus[,name] flags master ping pong epoch link slot slot-slot ...`."""
    for line in text.splitlines():
        node, place, flags, _, _, _, epoch, _, *slots = line.split()
        if {"master"} <= set(flags.split(",")) and not {"fail", "handshake", "noaddr"} & set(flags.split(",")):
            owned = tuple(_range(each) for each in slots if not each.startswith("["))  # [: on its way
            yield Claim(node, *_host(place, asked), int(epoch), "myself" in flags, owned)


def _nodes(text: str, asked: Address) -> Iterator[tuple[str, int]]:
    for line in text.splitlines():
        _, place, flags, *_ = line.split()
        if "noaddr" not in flags and "handshake" not in flags:
            yield _host(place, asked)


def _host(place: str, asked: Address) -> tuple[str, int]:
    """A node that nobody has met knows no address of its own. Certificates are made for names."""
    found = re.fullmatch(r"(?P<ip>.*):(?P<port>\d+)(@\d+)?(,(?P<name>[^,]*))?(,.*)?", place)
    if found is None:
        raise RedisAway("an answer of CLUSTER NODES is not understood")
    name = found["name"] if asked.tls else ""
    return name or found["ip"].strip("[]") or asked.host, int(found["port"])


def _range(slots: str) -> range:
    first, _, last = slots.partition("-")
    return range(int(first), int(last or first) + 1)
