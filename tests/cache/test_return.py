"""A store that goes and returns: the real engine on the model, in virtual time."""

import asyncio
from typing import Any

import pytest

from counterfoil import errors
from counterfoil.cache import CacheUnavailable, Entry, Fetched, Part
from counterfoil.cache.store import StoreAway
from tests.cache.fleet import ADA, WITHIN, Whmcs, away, back, peeked, value
from tests.cache.lives import Modelled, Process

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "memory"


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
