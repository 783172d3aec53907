"""Who is the master, in the words of sentinels that the test speaks for, in virtual time. Real: tests/cache."""

import asyncio
from typing import Any

import pytest

from counterfoil.redis.address import Address, parse_address
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.sentinel import SentinelTopology
from counterfoil.redis.timing import LOOKOUT, SWITCH
from tests.virtual import VirtualLoop

pytestmark = pytest.mark.anyio
OLD, NEW = ("10.0.0.1", 1, 3600.0), ("10.0.0.2", 2, 0.0)
URL = "redis://ada:pw@a:1,b/4?sentinel=mine&sentinel_password=known"


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop})


class Told:
    """What each sentinel says: host, epoch and age of its master at time 0, or nothing."""

    def __init__(self, *told: tuple[str, int, float] | None) -> None:
        self.began = asyncio.get_running_loop().time()
        self.address = parse_address(URL)
        self.told = dict(zip(self.address.sentinels, told, strict=True))
        self.sentinels = SentinelTopology(self.address, self.ask)

    @property
    def passed(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    async def ask(self, sentinel: Address) -> list[bytes]:
        told = self.told[sentinel]
        if told is None:
            raise TimeoutError
        host, epoch, age = told
        words = (
            f"name mine ip {host} port 6379 role-reported-time {(age + self.passed) * 1000:.0f} config-epoch {epoch}"
        )
        return [word.encode() for word in words.split()]


async def master(told: Told) -> Address:
    (place,) = (await told.sentinels.find()).places
    return place.address


async def test_a_silent_sentinel_is_not_waited_for() -> None:
    """The others are asked as well; only when none knows a master there is none."""
    assert (await master(Told(None, OLD))).host == "10.0.0.1"
    with pytest.raises(RedisAway):
        await master(Told(None, None))


async def test_the_latest_failover_counts() -> None:
    """F11: a sentinel that was cut off names the master from before, whose data nobody clears any more."""
    told = Told(OLD, ("10.0.0.2", 2, 60.0))
    assert (await master(told)).host == "10.0.0.2"


async def test_a_new_master_is_left_alone_until_all_have_left_the_old_one() -> None:
    """F2, F11: a clear on the new master would not reach who still reads the old one."""
    told = Told(OLD, NEW)
    with pytest.raises(RedisAway) as away:
        await master(told)
    assert away.value.left == SWITCH
    await asyncio.sleep(SWITCH - 0.1)
    with pytest.raises(RedisAway):
        await master(told)
    await asyncio.sleep(0.1)
    assert (await master(told)).host == "10.0.0.2"


async def test_a_master_that_was_replaced_is_left() -> None:
    """F2, F11: though it still answers, and calls itself the master."""
    told = Told(OLD, OLD)
    waiting = asyncio.create_task(told.sentinels.until_replaced(await told.sentinels.find()))
    await asyncio.sleep(3 * LOOKOUT)
    told.told = dict.fromkeys(told.told)
    await asyncio.sleep(3 * LOOKOUT)
    assert not waiting.done(), "sentinels that are silent replace nothing"
    told.told = dict(zip(told.told, (OLD, NEW), strict=True))
    async with asyncio.timeout(LOOKOUT + 0.1):
        await waiting


async def test_an_address_of_sentinels() -> None:
    """The database and what comes before the @ belong to the servers, the sentinels have a password of their own."""
    address = parse_address(URL)
    assert [(each.host, each.port, each.login) for each in address.sentinels] == [
        ("a", 1, ("known",)),
        ("b", 26379, ("known",)),
    ]
    found = await master(Told(OLD, OLD))
    assert (found.host, found.port, found.database, found.login) == ("10.0.0.1", 6379, 4, ("ada", "pw"))
