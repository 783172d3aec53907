"""A store that goes and returns, or whose clock is wrong: the real engine on the model, in virtual time."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from counterfoil import errors
from counterfoil.cache import Cache, CacheUnavailable, Entry, Fetched, Part
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.rules import BEAT, DISTRUST, PROBATION, SETTLE
from counterfoil.cache.store import StoreAway
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.cache.fleet import ADA, WITHIN, Whmcs, peeked, until, value
from tests.cache.history import History
from tests.cache.modelled import ModelledRedis
from tests.cache.world import Process
from tests.virtual import VirtualLoop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop})


class Modelled:
    """Processes on one modelled Redis."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.redis = ModelledRedis(random.Random(1), History(1, 90, 10))  # noqa: S311 -- no secret

    async def process(self, clock_is_off: float = 0.0) -> Process:
        process = Process(1, self.redis, clock_is_off)
        await process.cache.start()
        self._stack.push_async_callback(process.cache.close)
        return process

    async def settled(self) -> Process:
        """A process, and a client whose generation exists and has settled."""
        process = await self.process()
        await process.cache.clear(ADA)
        await asyncio.sleep(SETTLE + 0.1)
        return process

    def hide(self, *processes: Process, seconds: float) -> None:
        """Cuts them off from Redis, which is well."""
        for process in processes:
            process.store.cut_until = asyncio.get_running_loop().time() + seconds


@pytest.fixture
async def modelled(anyio_backend: Any) -> AsyncIterator[Modelled]:
    async with AsyncExitStack() as stack:
        yield Modelled(stack)


async def away(cache: Cache) -> None:
    """Until it has noticed that the store is."""
    await until(lambda: not cache._trust.is_given, limit=30)


async def back(cache: Cache) -> None:
    await until(lambda: cache._trust.is_given, limit=30)


async def test_what_was_shown_past_the_store_is_cleared_in_it(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: nobody told of the change; one process showed it past the store, so no other shows the old value after."""
    one, other = (await modelled.settled()).cache, (await modelled.process())
    assert await value(one, whmcs.part()) == b"v1"
    whmcs.version = 2
    modelled.hide(other, seconds=2.0)
    await away(other.cache)
    assert await value(other.cache, whmcs.part()) == b"v2"
    await back(other.cache)
    assert await value(one, whmcs.part()) == b"v2"


async def test_a_value_fetched_past_the_store_is_not_shown_once_it_is_back(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: it would be newer than what lies in the store, which nobody would clear then."""
    one, other = (await modelled.settled()).cache, (await modelled.process())
    assert await value(one, whmcs.part()) == b"v1"
    modelled.hide(other, seconds=2.0)
    await away(other.cache)
    whmcs.version, whmcs.latency = 2, 4.0
    late = asyncio.create_task(value(other.cache, whmcs.part()))
    await back(other.cache)
    assert await late == await value(one, whmcs.part())


async def test_who_queued_past_the_store_costs_no_call_once_it_is_back(modelled: Modelled, whmcs: Whmcs) -> None:
    """F8: they ask the store, instead of WHMCS for what would be thrown away."""
    one, other = (await modelled.settled()).cache, (await modelled.process())
    assert await value(one, whmcs.part()) == b"v1"
    modelled.hide(other, seconds=2.0)
    await away(other.cache)
    whmcs.latency = 3.0
    first = asyncio.create_task(value(other.cache, whmcs.part()))
    await asyncio.sleep(0.01)
    queued = asyncio.create_task(value(other.cache, whmcs.part()))
    assert await asyncio.gather(first, queued) == [b"v1", b"v1"]
    assert whmcs.calls == 2


async def test_a_store_that_goes_while_it_is_welcomed_is_not_trusted(modelled: Modelled) -> None:
    """F10: the connection breaks in the moment in which the last debt is paid: reads go past the store."""
    process = await modelled.process()
    cache, store = process.cache, process.store
    store._lose()
    await asyncio.sleep(0)
    beat = store.beat

    async def last_answer() -> Any:
        answer = await beat()
        store._lose()
        store._task.cancel()  # type: ignore[union-attr]
        return answer

    store.beat = last_answer  # type: ignore[method-assign,assignment]
    await asyncio.sleep(1.0)
    assert not store.is_up
    assert not cache._trust.is_given


async def test_another_server_with_the_same_data_is_not_believed(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: restarted or failed over to, with all that the first one had and none of the clears it may have missed."""
    cache = (await modelled.settled()).cache
    assert await value(cache, whmcs.part()) == b"v1"
    whmcs.version = 2
    modelled.redis.run += 1
    await away(cache)
    await back(cache)
    assert await value(cache, whmcs.part()) == b"v2"


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


async def test_of_two_derived_from_the_same_oldest_part_the_newer_stays(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: as_of is that of the oldest part; that the other one is newer shows in how long both hold."""
    cache = (await modelled.settled()).cache
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    await cache.keep(ADA, snapshot.nonce, "page", Entry(b"new", snapshot.as_of, snapshot.expires_at))
    await cache.keep(ADA, snapshot.nonce, "page", Entry(b"old", snapshot.as_of, snapshot.expires_at - 1))
    assert await peeked(cache, ["page"]) == [b"new"]


async def test_readers_past_the_store_share_the_next_call(modelled: Modelled, whmcs: Whmcs) -> None:
    """F2, F8: one call at a time, begun after all who share it came."""
    modelled.redis.is_alive = False
    cache = (await modelled.process()).cache
    early = [asyncio.create_task(value(cache, whmcs.part())) for _ in range(20)]
    await whmcs.arrived.wait()
    whmcs.version = 2
    late = [asyncio.create_task(value(cache, whmcs.part())) for _ in range(20)]
    assert set(await asyncio.gather(*early)) == {b"v1"}
    assert set(await asyncio.gather(*late)) == {b"v2"}
    assert (whmcs.calls, whmcs.most_at_once) == (2, 1)


async def test_a_failure_past_the_store_is_shared(modelled: Modelled, whmcs: Whmcs) -> None:
    """F8: and forgotten after a second."""
    modelled.redis.is_alive = False
    cache = (await modelled.process()).cache
    whmcs.fails_with = errors.BillingUnavailable("down")
    for _ in range(3):
        with pytest.raises(errors.BillingUnavailable):
            await value(cache, whmcs.part())
    assert whmcs.calls == 1
    await asyncio.sleep(1.0)
    whmcs.fails_with = None
    assert await value(cache, whmcs.part()) == b"v1"


def slow_part(whmcs: Whmcs) -> Part:
    """WHMCS reads at the end of this call."""

    async def fetch() -> Fetched:
        whmcs.arrived.set()
        await asyncio.sleep(3.0)
        return Fetched(f"v{whmcs.version}".encode())

    return Part("invoices", 90, fetch)


async def overtaken(modelled: Modelled, whmcs: Whmcs) -> tuple[Process, Process, asyncio.Task[bytes]]:
    """The second process is fetching 2 while its lease is lost and the first one has stored 1, which nobody clears."""
    one, other = await modelled.settled(), await modelled.process()
    reader = asyncio.create_task(value(other.cache, slow_part(whmcs)))
    await whmcs.arrived.wait()
    for key in [key for key in modelled.redis.memory._values if ":l:" in key]:
        modelled.redis.memory.lose(key)
    assert await value(one.cache, whmcs.part()) == b"v1"
    whmcs.version = 2
    return one, other, reader


async def test_what_the_store_missed_is_cleared_in_it(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: a value that was handed out because the store went away during its fetch is not followed by an older one."""
    one, other, reader = await overtaken(modelled, whmcs)
    modelled.hide(other, seconds=5.0)
    assert await reader == b"v2"
    await back(other.cache)
    assert await value(one.cache, whmcs.part()) == b"v2"


async def test_a_fill_that_fails_while_the_store_is_back(modelled: Modelled, whmcs: Whmcs) -> None:
    """F7: there is no outage any more that would excuse it: what the store did not take is not handed out."""
    one, other, reader = await overtaken(modelled, whmcs)

    async def lost_on_the_way(*_: Any) -> Any:
        raise StoreAway("cut off")

    other.store.fill = lost_on_the_way  # type: ignore[method-assign,assignment]
    assert await reader == await value(one.cache, whmcs.part())


async def test_a_fetch_that_the_store_missed_is_newer_than_every_clear_before_it(
    modelled: Modelled, whmcs: Whmcs
) -> None:
    """F2: whom it is handed to came before the store went; who was told of a change came after its clear."""
    one, other = await modelled.settled(), await modelled.process()
    whmcs.latency = 3.0
    early = asyncio.create_task(value(other.cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    await one.cache.clear(ADA)
    late = asyncio.create_task(value(other.cache, whmcs.part()))
    await asyncio.sleep(2.0)
    modelled.hide(other, seconds=9.0)
    assert await late == b"v2"
    assert await early == b"v1"


async def test_a_fetch_that_the_store_missed_is_shown_beside_nothing_older(modelled: Modelled, whmcs: Whmcs) -> None:
    """F9: another process cleared the client meanwhile; what was found in the store before that is read again."""
    one, other = await modelled.settled(), await modelled.process()
    assert await value(one.cache, whmcs.part("invoices")) == b"v1"
    whmcs.latency = 3.0
    parts = [whmcs.part("invoices"), whmcs.part("invoice:1")]
    whmcs.arrived.clear()
    reader = asyncio.create_task(other.cache.read(ADA, parts, within=WITHIN))
    await whmcs.arrived.wait()
    modelled.hide(other, seconds=9.0)
    await one.cache.clear(ADA)
    whmcs.version = 2
    snapshot = await reader
    assert [entry.value for entry in snapshot.entries] == [b"v2", b"v2"]
    assert snapshot.nonce == ""


async def test_a_fetch_that_the_store_missed_names_no_generation(modelled: Modelled, whmcs: Whmcs) -> None:
    """F9: whoever reads on in steps would otherwise put it beside what they have of that generation."""
    await modelled.settled()
    other = await modelled.process()
    whmcs.latency = 3.0
    reader = asyncio.create_task(other.cache.read(ADA, [whmcs.part()], within=WITHIN))
    await whmcs.arrived.wait()
    modelled.hide(other, seconds=9.0)
    assert (await reader).nonce == ""


async def test_a_clear_that_failed_is_made_good(modelled: Modelled, whmcs: Whmcs) -> None:
    """Whoever wanted it is told, and asks again; but nobody need wait for that once the store is back."""
    one, other = await modelled.settled(), await modelled.process()
    assert await value(one.cache, whmcs.part()) == b"v1"
    whmcs.version = 2
    modelled.hide(other, seconds=2.0)
    with pytest.raises(CacheUnavailable):
        await other.cache.clear(ADA)
    await back(other.cache)
    assert await value(one.cache, whmcs.part()) == b"v2"


async def test_a_write_whose_end_the_store_does_not_hear(modelled: Modelled, whmcs: Whmcs) -> None:
    """F4: the answer waits until all that was fetched before the write has run out, in every process."""
    one, other = await modelled.settled(), await modelled.process()
    async with other.cache.writing(ADA):
        assert await value(one.cache, whmcs.part()) == b"v1"
        whmcs.version = 2
        modelled.hide(other, seconds=5.0)
    assert await value(one.cache, whmcs.part()) == b"v2"


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
