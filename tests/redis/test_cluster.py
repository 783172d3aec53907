"""Which master of a cluster owns which slots, in the words of nodes that the test speaks for. Real: tests/cache."""

import asyncio
from typing import Any

import pytest

from counterfoil.redis import cluster
from counterfoil.redis.address import Address, parse_address
from counterfoil.redis.cluster import ClusterTopology, claims
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.timing import LOOKOUT
from counterfoil.redis.topology import Layout, slot_of
from tests.virtual import VirtualLoop

pytestmark = pytest.mark.anyio
ASKED = parse_address("redis://ada:pw@seed:7000")


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop})


def line(node: str, slots: str, *, epoch: int = 1, flags: str = "master", at: str = "") -> str:
    return f"{node} {at or f'{node}.host:7000@17000'} {flags} - 0 1795875043025 {epoch} connected {slots}".rstrip()


def owners(*answers: str) -> tuple[str, str]:
    """The hosts of the first and the last slot."""
    found = cluster.layout(ASKED, [claim for answer in answers for claim in claims(answer, ASKED)])
    return host(found, 0), host(found, 16383)


def host(found: Layout, slot: int) -> str:
    assert found.owners is not None
    place = found.places[found.owners[slot]]
    assert found.owners[slot_of(place.scope)] == found.owners[slot]
    return place.address.host


class Nodes:
    """`says`: what each host answers; the others are silent."""

    def __init__(self, **says: str) -> None:
        self.says = says
        self.nodes = ClusterTopology(ASKED, self.ask)

    async def ask(self, node: Address) -> bytes:
        assert (node.login, node.port) == (("ada", "pw"), 7000)
        if node.host.removesuffix(".host") not in self.says:
            raise TimeoutError
        return self.says[node.host.removesuffix(".host")].encode()


async def test_slots_are_counted_as_redis_does() -> None:
    """The value that its cluster specification gives for the check of the checksum."""
    assert slot_of("123456789") == 0x31C3


async def test_a_later_claim_to_a_slot_counts() -> None:
    """F11: a master that was cut off still claims what its replica has taken over, and so do those cut off with it."""
    old = line("a", "0-8191", flags="myself,master") + "\n" + line("b", "8192-16383", epoch=2)
    new = line("c", "0-8191", epoch=3, flags="myself,master") + "\n" + line("b", "8192-16383", epoch=2)
    assert owners(old, new) == owners(new, old) == ("c.host", "b.host")


async def test_of_one_node_its_own_word_counts() -> None:
    """Others hear later of a slot that it has gained or given away."""
    a, b = line("a", "0-100", flags="myself,master"), line("b", "101-16383", epoch=2, flags="myself,master")
    late = line("a", "0-200") + "\n" + line("b", "201-16383", epoch=2)
    found = cluster.layout(ASKED, [claim for text in (a, late, b, late) for claim in claims(text, ASKED)])
    assert (host(found, 100), host(found, 101)) == ("a.host", "b.host")


@pytest.mark.parametrize("flags", ["master,fail", "master,handshake", "master,noaddr", "slave"])
async def test_a_slot_without_an_owner(flags: str) -> None:
    """Who has failed, or was never met, owns nothing. Then no key is used at all."""
    with pytest.raises(RedisAway):
        owners(line("a", "0-16382") + "\n" + line("b", "16383", flags=flags))


async def test_who_may_have_failed_still_owns_its_slots() -> None:
    """That a node does not hear another proves nothing. A slot on its way is where it was."""
    both = line("a", "0-16382 [93->-b] [94-<-b]", flags="master,fail?") + "\n" + line("b", "16383", epoch=2)
    assert owners(both) == ("a.host", "b.host")


@pytest.mark.parametrize(
    ("at", "over_tls", "expected"),
    [
        ("10.0.0.1:7001@17001", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1:7001@17001,name.example,shard-id=5", "name.example", "10.0.0.1"),
        ("10.0.0.1:7001@17001,", "10.0.0.1", "10.0.0.1"),
        ("2001:db8::1:7001@17001", "2001:db8::1", "2001:db8::1"),
        (":7001@17001", "seed", "seed"),
        ("10.0.0.1:7001", "10.0.0.1", "10.0.0.1"),
    ],
)
async def test_where_a_node_is(at: str, over_tls: str, expected: str) -> None:
    """Certificates are made for names; a node that nobody has met does not know its own address."""
    text = line("a", "0-16383", at=at)
    for asked, at_host in ((ASKED, expected), (parse_address("rediss://seed:7000"), over_tls)):
        (claim,) = claims(text, asked)
        assert (claim.host, claim.port) == (at_host, 7001)


async def test_other_nodes_are_found_and_remembered() -> None:
    """The one that the URL names may go."""
    both = line("a", "0-8191") + "\n" + line("b", "8192-16383", epoch=2)
    told = Nodes(seed=both)
    found = await told.nodes.find()
    told.says = {"b": both}
    assert await told.nodes.find() == found
    told.says = {}
    with pytest.raises(RedisAway):
        await told.nodes.find()


async def test_a_layout_that_was_replaced_is_left() -> None:
    """F2, F11: though the master from before still answers. Silence replaces nothing."""
    told = Nodes(seed=line("a", "0-16383"))
    waiting = asyncio.create_task(told.nodes.until_replaced(await told.nodes.find()))
    await asyncio.sleep(3 * LOOKOUT)
    told.says = {}
    await asyncio.sleep(3 * LOOKOUT)
    assert not waiting.done()
    told.says = {"a": line("b", "0-16383", epoch=2)}
    async with asyncio.timeout(LOOKOUT + 0.1):
        await waiting
