"""A machine or a store whose clock is wrong or steps: the real engine on the model, in virtual time."""

import asyncio
from typing import Any

import pytest

from counterfoil.cache.clock import StoreClock
from counterfoil.cache.rules import BEAT, DISTRUST, PROBATION
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.cache.fleet import ADA, WITHIN, Whmcs, away, peeked, value
from tests.cache.lives import Modelled

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "memory"


@pytest.mark.parametrize("clock_is_off", [-300.0, 300.0])
async def test_a_machine_whose_clock_is_wrong(modelled: Modelled, whmcs: Whmcs, clock_is_off: float) -> None:
    """The first reads of a process on it already go by the store's clock: hits are hits, ages are right."""
    cache = (await modelled.settled()).cache
    entry = (await cache.read(ADA, [whmcs.part()], within=WITHIN)).entries[0]
    wrong = (await modelled.process(clock_is_off)).cache
    assert wrong.now() == pytest.approx(modelled.redis.now(), abs=0.1)
    assert (await wrong.read(ADA, [whmcs.part()], within=WITHIN)).entries[0] == entry
    assert whmcs.calls == 1


async def test_who_came_before_the_clock_was_known(modelled: Modelled, whmcs: Whmcs) -> None:
    """A reader who waited through the connecting is not measured by two clocks."""
    modelled.redis.is_alive = False
    cache = (await modelled.process(clock_is_off=300.0)).cache
    whmcs.latency = 1.0
    reader = asyncio.create_task(value(cache, whmcs.part()))
    await asyncio.sleep(0.1)
    modelled.redis.is_alive = True
    assert await reader == b"v1"
    assert whmcs.calls == 2


async def test_a_hit_that_only_a_step_back_revives_is_none(modelled: Modelled, whmcs: Whmcs) -> None:
    """F1: the very answer that shows the step calls an entry fresh that ran out a second ago."""
    cache = (await modelled.settled()).cache
    await cache.read(ADA, [whmcs.part(lifetime=3.0)], within=WITHIN)
    whmcs.version = 2
    await asyncio.sleep(3.5)
    modelled.redis._set_clock(-5.0)
    assert await value(cache, whmcs.part()) == b"v2"


async def test_who_starts_after_a_step_back(modelled: Modelled, whmcs: Whmcs) -> None:
    """F1: a new process cannot know of the step; those who do have cleared all that it made live longer."""
    cache = (await modelled.settled()).cache
    await cache.read(ADA, [whmcs.part(lifetime=8.0)], within=WITHIN)
    await asyncio.sleep(7.0)
    modelled.redis._set_clock(-5.0)
    await asyncio.sleep(2 * BEAT)
    whmcs.version = 2
    fresh = (await modelled.process()).cache
    assert await value(fresh, whmcs.part()) == b"v2"


async def test_a_settle_window_is_not_cut_for_who_starts_after_a_step(modelled: Modelled, whmcs: Whmcs) -> None:
    """F3: cleared before a step forward, read after it, in a process that knows nothing of it."""
    cache = (await modelled.settled()).cache
    await cache.clear(ADA)
    modelled.redis._set_clock(5.0)
    await asyncio.sleep(2 * BEAT)
    fresh = (await modelled.process()).cache
    assert await value(fresh, whmcs.part()) == b"v1"
    whmcs.version = 2
    await asyncio.sleep(PROBATION)
    assert await value(fresh, whmcs.part()) == b"v2"


async def test_the_cache_is_used_again_after_a_step(modelled: Modelled, whmcs: Whmcs) -> None:
    cache = (await modelled.settled()).cache
    modelled.redis._set_clock(5.0)
    await away(cache)
    await asyncio.sleep(DISTRUST + 0.5)
    assert await value(cache, whmcs.part()) == b"v1"
    assert await peeked(cache) == [b"v1"]


async def test_a_slow_first_answer_is_not_a_step() -> None:
    """The second, quick one tells more; it does not contradict the first."""
    clock = StoreClock()
    assert not clock.observe(100.4, sent=0.0, received=0.45)
    assert not clock.observe(101.0, sent=1.0, received=1.001)
    assert clock.observe(107.0, sent=2.0, received=2.001)


async def test_settling_counts_from_the_answer(modelled: Modelled, whmcs: Whmcs) -> None:
    """F3: the promised 5 s begin when the webhook is answered, however slow the way back from the store was."""
    one, other = (await modelled.settled()), (await modelled.process()).cache
    bump = one.store.bump

    async def answered_late(*what: Any) -> Any:
        answer = await bump(*what)
        await asyncio.sleep(COMMAND_LIMIT - 0.05)
        return answer

    one.store.bump = answered_late  # type: ignore[method-assign,assignment]
    await one.cache.clear(ADA)
    await asyncio.sleep(4.9)
    assert await value(other, whmcs.part()) == b"v1"
    whmcs.version = 2
    await asyncio.sleep(PROBATION)
    assert await value(other, whmcs.part()) == b"v2"


async def test_a_look_during_which_a_step_is_noticed(modelled: Modelled, whmcs: Whmcs) -> None:
    """F1: by the clock that was set back, what has run out would count again."""
    process = await modelled.settled()
    await process.cache.read(ADA, [whmcs.part(lifetime=3.0)], within=WITHIN)
    whmcs.version = 2
    await asyncio.sleep(3.5)
    modelled.redis._set_clock(-5.0)
    look = process.store.look

    async def look_while_others_ask(*what: Any) -> Any:
        found = await look(*what)
        await process.cache.ping()
        return found

    process.store.look = look_while_others_ask  # type: ignore[method-assign,assignment]
    assert await peeked(process.cache) == [None]
    assert await value(process.cache, whmcs.part()) == b"v2"
