"""F15: a read ends within two fetches of each part, however often its client is cleared. Nothing goes back by it."""

import asyncio

import pytest

from counterfoil.cache import Cache, Entry, Fetched, Part
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, until, value

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis", "cluster"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def restless(other: Cache, made: list[bytes]) -> Part:
    """An object whose client is cleared during each fetch of it."""

    async def fetch() -> Fetched:
        made.append(b"v%d" % (len(made) + 1))
        mine = made[-1]
        await asyncio.sleep(0.01)
        await other.clear(ADA)
        return Fetched(mine)

    return Part("restless", 90, fetch)


class Late:
    """WHMCS reads what it answers at the very end of a call, which ends when the test says so."""

    def __init__(self, whmcs: Whmcs) -> None:
        self.whmcs = whmcs
        self.calls: list[asyncio.Event] = []

    def part(self, name: str = "invoices") -> Part:
        return Part(name, 90.0, self._fetch)

    async def _fetch(self) -> Fetched:
        self.calls.append(asyncio.Event())
        await self.calls[-1].wait()
        return Fetched(b"v%d" % self.whmcs.version)

    async def has_begun(self, number: int) -> None:
        await until(lambda: len(self.calls) >= number)

    async def waited_once(self, cache: Cache, other: Cache) -> "asyncio.Task[bytes]":
        """A reader whose first fetch was lost, and whose second is under way, and will be lost as well."""
        reader = asyncio.create_task(value(cache, self.part()))
        await self.has_begun(1)
        await other.clear(ADA)
        self.calls[0].set()
        await self.has_begun(2)
        await other.clear(ADA)
        return reader


async def test_a_generation_that_never_rests(fleet: Fleet) -> None:
    """Cleared in every fetch, a read ends with its second: what that brought is shown, and not kept."""
    cache, other = await fleet.settled(), await fleet.process()
    made: list[bytes] = []
    snapshot = await cache.read(ADA, [restless(other, made)], within=WITHIN)
    assert (snapshot.nonce, [entry.value for entry in snapshot.entries]) == ("", [b"v2"])
    assert made == [b"v1", b"v2"]
    assert await peeked(cache, ["restless"]) == [None]


async def test_what_is_read_for_a_request_is_all_of_it(fleet: Fleet, whmcs: Whmcs) -> None:
    """F9: beside what is not kept stands nothing that was there before, not even of the generation of its fetch."""
    cache, other = await fleet.settled(), await fleet.process()
    fetches = 0

    async def restless_beside() -> Fetched:
        nonlocal fetches
        fetches += 1
        await asyncio.sleep(0.2)
        await other.clear(ADA)
        if fetches == 1:
            await value(other, whmcs.part("a"))
            whmcs.version = 2
        return Fetched(b"b")

    snapshot = await cache.read(ADA, [whmcs.part("a"), Part("b", 90, restless_beside)], within=WITHIN)
    assert [entry.value for entry in snapshot.entries] == [b"v2", b"b"]
    assert (snapshot.nonce, fetches) == ("", 2)


async def test_all_that_wait_are_told(fleet: Fleet, whmcs: Whmcs) -> None:
    """What a second fetch brings is told to the other processes that wait for it, though the store does not keep it."""
    cache, other, third = await fleet.settled(), await fleet.process(), await fleet.process()
    whmcs.latency = 0.4
    readers = [asyncio.create_task(value(each, whmcs.part())) for each in (cache, other, third)]
    for _ in range(2):
        await asyncio.sleep(0.2)
        await other.clear(ADA)
        await asyncio.sleep(0.2)
    assert await asyncio.gather(*readers) == [b"v1"] * 3
    assert whmcs.calls <= 3


async def test_an_entry_of_before_counts_no_more(fleet: Fleet, whmcs: Whmcs) -> None:
    """F7: another process stored what is older than what is shown now without being kept."""
    cache, other = await fleet.settled(), await fleet.process()
    late = Late(whmcs)
    reader = await late.waited_once(cache, other)
    assert await value(other, whmcs.part()) == b"v1"
    whmcs.version = 2
    late.calls[1].set()
    assert await reader == b"v2"
    assert await value(cache, whmcs.part()) == b"v2"


async def test_what_was_derived_before_counts_no_more(fleet: Fleet, whmcs: Whmcs) -> None:
    """F7: nor a page that was made of the older entry, neither stored nor about to be."""
    cache, other = await fleet.settled(), await fleet.process()
    late = Late(whmcs)
    reader = await late.waited_once(cache, other)
    snapshot = await other.read(ADA, [whmcs.part()], within=WITHIN)
    page = Entry(b"page", snapshot.as_of, snapshot.expires_at)
    await other.keep(ADA, snapshot.nonce, "page", page)
    whmcs.version = 2
    late.calls[1].set()
    assert await reader == b"v2"
    assert await peeked(cache, ["page"]) == [None]
    await other.keep(ADA, snapshot.nonce, "page", page)
    assert await peeked(cache, ["page"]) == [None]


async def test_a_fetch_of_before_is_not_taken(fleet: Fleet, whmcs: Whmcs) -> None:
    """F7: what another process has been fetching since before it is neither kept nor shown to who came after."""
    cache, other = await fleet.settled(), await fleet.process()
    late, older = Late(whmcs), Late(Whmcs(version=1))
    reader = await late.waited_once(cache, other)
    first = asyncio.create_task(value(other, older.part()))
    await older.has_begun(1)
    whmcs.version = 2
    late.calls[1].set()
    assert await reader == b"v2"
    after = asyncio.create_task(value(cache, whmcs.part()))
    older.calls[0].set()
    assert await after == b"v2"
    assert await peeked(cache) == [b"v2"]
    older.whmcs.version = 2
    await until(lambda: len(older.calls) > 1 or first.done())
    for call in older.calls:
        call.set()
    assert await first == b"v2"


async def test_what_is_fetched_over_an_entry_takes_the_pages_of_before(fleet: Fleet, whmcs: Whmcs) -> None:
    """F7: who has waited in vain reads all parts anew; what was derived of the entries of before counts no more."""
    cache, other = await fleet.settled(), await fleet.process()
    late = Late(whmcs)
    parts = [late.part("a"), whmcs.part("b")]
    reader = asyncio.create_task(cache.read(ADA, parts, within=WITHIN))
    await until(lambda: cache.counters.fills_stored == 1)
    await other.clear(ADA)
    snapshot = await other.read(ADA, [whmcs.part("b")], within=WITHIN)
    await other.keep(ADA, snapshot.nonce, "page", Entry(b"of v1", snapshot.as_of, snapshot.expires_at))
    whmcs.version = 2
    late.calls[0].set()
    await late.has_begun(2)
    late.calls[1].set()
    assert [entry.value for entry in (await reader).entries] == [b"v2", b"v2"]
    assert await peeked(cache, ["page"]) == [None]
