"""A store clock that somebody sets while the cache is in use."""

import asyncio

import pytest

from counterfoil.cache.clock import StoreClock
from counterfoil.cache.rules import BEAT, DISTRUST, SETTLE
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, value

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    """Only a modelled store lets its clock be set; the engine is the real one."""
    return "memory"


@pytest.mark.parametrize("step", [-5.0, 5.0])
async def test_nothing_from_before_a_step_counts_after_it(fleet: Fleet, whmcs: Whmcs, step: float) -> None:
    """F1, F3: a lifetime or a settle window that a step would stretch or cut is ended by hand."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    fleet.skew = step
    await asyncio.sleep(BEAT)
    assert cache.counters.clock_steps == 1
    assert await peeked(cache) == [None]
    whmcs.version = 2
    assert await value(cache, whmcs.part()) == b"v2"
    await asyncio.sleep(DISTRUST + 0.1)
    assert await peeked(cache) == [None]
    assert await value(cache, whmcs.part()) == b"v2"
    assert await peeked(cache) == [b"v2"]


async def test_a_settle_window_is_not_cut_short(fleet: Fleet, whmcs: Whmcs) -> None:
    """F3: a webhook, a jump forward, a read at once, and only then the change: the old value is not kept."""
    cache = await fleet.process()
    await cache.clear(ADA)
    fleet.skew = SETTLE + 1
    assert (await cache.read(ADA, [whmcs.part()], within=WITHIN)).nonce == ""
    whmcs.version = 2
    assert await value(cache, whmcs.part()) == b"v2"


async def test_a_slow_answer_is_not_a_step(fleet: Fleet) -> None:
    """The true time lies between asking and hearing; only what cannot is a step."""
    clock = StoreClock()
    assert not clock.observe(100.0, sent=0.0, received=0.001)
    assert not clock.observe(100.9, sent=0.5, received=9.0)
    assert not clock.observe(109.1, sent=9.1, received=9.11)
    assert clock.observe(115.0, sent=10.0, received=10.01)
    assert not clock.observe(116.0, sent=11.0, received=11.01)


async def test_the_clock_is_the_stores(fleet: Fleet) -> None:
    """A portal whose own clock is wrong reads and writes the times of the store."""
    clock = StoreClock(lambda: 5.0)
    assert clock.now() == 5.0
    now = asyncio.get_running_loop().time()
    clock.observe(2000.0, sent=now, received=now)
    await asyncio.sleep(7)
    assert clock.now() == pytest.approx(2007.0)
