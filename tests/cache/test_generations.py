"""What one generation of a client's data promises: no old value after a clear, nothing mixed of two."""

import asyncio

import pytest

from counterfoil import errors
from counterfoil.cache import Entry
from counterfoil.cache.store import Answer, Lease
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, until, value

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis", "cluster"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_value_is_fetched_once(fleet: Fleet, whmcs: Whmcs) -> None:
    """A second read, in another process, costs no call."""
    first, second = await fleet.settled(), await fleet.process()
    assert await value(first, whmcs.part()) == await value(second, whmcs.part()) == b"v1"
    assert whmcs.calls == 1


async def test_a_clear_during_a_fetch_discards_it(fleet: Fleet, whmcs: Whmcs) -> None:
    """F2: what was fetched before a clear is neither stored nor handed to anybody, not even to who asked before it."""
    reading, clearing = await fleet.settled(), await fleet.process()
    early = asyncio.create_task(value(reading, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    await clearing.clear(ADA)
    assert await value(reading, whmcs.part()) == b"v2"
    assert await value(clearing, whmcs.part()) == b"v2"
    assert await early == b"v2"


async def test_a_reader_does_not_join_a_fetch_older_than_the_clear(fleet: Fleet, whmcs: Whmcs) -> None:
    """F2: in one process, the reader who comes after the clear has the answer before the older fetch has ended."""
    cache = await fleet.settled()
    whmcs.latency = 1.0
    early = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version, whmcs.latency = 2, 0.0
    await cache.clear(ADA)
    assert await value(cache, whmcs.part()) == b"v2"
    assert not early.done()
    assert await early == b"v2"


async def test_a_lease_is_given_only_in_its_generation(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: a clear between look and lease sends the reader round again before WHMCS is asked what nobody could keep."""
    cache, other = await fleet.settled(), await fleet.process()
    acquire = cache._store.acquire

    async def too_late(lease: Lease, fresh: bool) -> Answer:
        cache._store.acquire = acquire  # type: ignore[method-assign]
        await other.clear(ADA)
        return await acquire(lease, fresh)

    cache._store.acquire = too_late  # type: ignore[method-assign]
    assert await value(cache, whmcs.part()) == b"v1"
    assert whmcs.calls == 1


async def test_a_lifetime_counts_from_the_start_of_the_fetch(fleet: Fleet, whmcs: Whmcs) -> None:
    """F1, F14: the time that the call took is part of the age."""
    cache = await fleet.settled()
    whmcs.latency = 0.6
    entry = (await cache.read(ADA, [whmcs.part(lifetime=1.0)], within=WITHIN)).entries[0]
    assert entry.expires_at - entry.as_of == pytest.approx(1.0)
    assert await peeked(cache) == [b"v1"]
    await asyncio.sleep(0.5)
    assert await peeked(cache) == [None]


async def test_a_negative_answer_has_its_own_lifetime(fleet: Fleet, whmcs: Whmcs) -> None:
    """F13: "not found" counts at most what the fetch says, never longer than the part's own lifetime."""
    cache = await fleet.settled()
    whmcs.lifetime = 10.0
    snapshot = await cache.read(ADA, [whmcs.part("gone"), whmcs.part("short", 2.0)], within=WITHIN)
    assert [round(entry.expires_at - entry.as_of) for entry in snapshot.entries] == [10, 2]


async def test_parts_are_of_one_generation(fleet: Fleet, whmcs: Whmcs) -> None:
    """F9: when the client changes while the second part is fetched, the first, a hit, is fetched again too."""
    cache, other = await fleet.settled(), await fleet.process()
    await value(cache, whmcs.part("profile"))
    whmcs.arrived.clear()
    page = asyncio.create_task(cache.read(ADA, [whmcs.part("profile"), whmcs.part("invoices")], within=WITHIN))
    await whmcs.arrived.wait()
    whmcs.version = 2
    await other.clear(ADA)
    assert [entry.value for entry in (await page).entries] == [b"v2", b"v2"]


async def test_parts_are_fetched_at_once(fleet: Fleet, whmcs: Whmcs) -> None:
    cache = await fleet.settled()
    await cache.read(ADA, [whmcs.part(name) for name in "abcd"], within=WITHIN)
    assert whmcs.most_at_once == 4


async def test_the_deadline_is_an_honest_error(fleet: Fleet, whmcs: Whmcs) -> None:
    """F9: a reader does not wait longer than it said; the fetch goes on for the next one."""
    cache = await fleet.settled()
    whmcs.latency = 0.3
    with pytest.raises(errors.BillingUnavailable):
        await cache.read(ADA, [whmcs.part()], within=0.1)
    assert await value(cache, whmcs.part()) == b"v1"
    assert whmcs.calls == 1


async def test_any_key_may_vanish(fleet: Fleet, whmcs: Whmcs) -> None:
    """F11: without its record no entry counts; without its lease no fetch is stored; an entry is fetched again."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    for kind in "gel":
        whmcs.version += 1
        await cache.clear(ADA)
        await value(cache, whmcs.part())
        fleet.forget(kind)
        assert await value(cache, whmcs.part()) == f"v{whmcs.version}".encode()


async def test_two_who_saw_no_record_saw_different_things(fleet: Fleet, whmcs: Whmcs) -> None:
    """A fetch under way, a clear, an evicted record: the next reader does not join that fetch."""
    cache, other = await fleet.process(), await fleet.process()
    early = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    await other.clear(ADA)
    fleet.forget("g")
    assert await value(cache, whmcs.part()) == b"v2"
    assert await early == b"v2"


async def test_what_is_derived_holds_as_long_as_its_source(fleet: Fleet, whmcs: Whmcs) -> None:
    """A rendered page is kept for the generation it was made of, with its times, and not after a clear."""
    cache = await fleet.settled()
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    page = Entry(b"<p>", snapshot.as_of, snapshot.expires_at)
    await cache.keep(ADA, snapshot.nonce, "page", page)
    kept = (await cache.peek(ADA, ["page"])).entries[0]
    assert kept == Entry(b"<p>", pytest.approx(page.as_of), pytest.approx(page.expires_at))
    await cache.clear(ADA)
    await cache.keep(ADA, snapshot.nonce, "page", page)
    assert await peeked(cache, ["page"]) == [None]


async def test_what_is_derived_from_older_data_does_not_replace_newer(fleet: Fleet, whmcs: Whmcs) -> None:
    cache = await fleet.settled()
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    await cache.keep(ADA, snapshot.nonce, "page", Entry(b"new", snapshot.as_of, snapshot.expires_at))
    await cache.keep(ADA, snapshot.nonce, "page", Entry(b"old", snapshot.as_of - 1, snapshot.expires_at))
    assert await peeked(cache, ["page"]) == [b"new"]


async def test_what_is_derived_too_late_replaces_nothing(fleet: Fleet, whmcs: Whmcs) -> None:
    """What belongs to the generation before does not cost the page of this one."""
    cache = await fleet.settled()
    before = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    await cache.clear(ADA)
    now = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    await cache.keep(ADA, now.nonce, "page", Entry(b"now", now.as_of, now.expires_at))
    await cache.keep(ADA, before.nonce, "page", Entry(b"before", before.as_of, before.expires_at))
    assert await peeked(cache, ["page"]) == [b"now"]


async def test_everything_can_be_cleared(fleet: Fleet, whmcs: Whmcs) -> None:
    cache, other = await fleet.settled(), await fleet.process()
    scopes = [f"c{n}" for n in range(30)]
    await asyncio.gather(*(value(cache, whmcs.part(), scope) for scope in scopes))
    whmcs.version = 2
    await other.clear_everything()
    assert {await value(cache, whmcs.part(), scope) for scope in scopes} == {b"v2"}


async def test_messages_reach_every_process(fleet: Fleet) -> None:
    """The sender's own listeners included."""
    heard: list[tuple[str, str, bytes]] = []
    first, second = await fleet.process(), await fleet.process()
    first.listen(lambda topic, message: heard.append(("first", topic, message)))
    second.listen(lambda topic, message: heard.append(("second", topic, message)))

    async def both_hear() -> bool:
        await first.publish(ADA, b"changed\nnow")
        return {who for who, *_ in heard} == {"first", "second"}

    await until(both_hear)
    assert {rest for _, *rest in map(tuple, heard) for rest in [tuple(rest)]} == {(ADA, b"changed\nnow")}
