"""A look that says to the byte what another one said: known again only when nothing has changed and it still counts."""

import asyncio

import msgspec
import pytest

from counterfoil.cache import Cache, Found, Sighting, sighting
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs

pytestmark = pytest.mark.anyio

SESSION, NAMES = "key", ("invoices",)


async def seen(cache: Cache, whmcs: Whmcs, lifetime: float = 90) -> tuple[Sighting, Found]:
    """A session and an entry of two bytes, of which the last is the rest; and what the store says now."""
    await cache.put_session(ADA, SESSION, b"viewer", 60)
    (entry,) = (await cache.read(ADA, [whmcs.part(lifetime=lifetime)], within=WITHIN)).entries
    found = await look(cache)
    return sighting(NAMES[0], found, entry, rest=1), found


async def look(cache: Cache) -> Found:
    found = await cache.look(ADA, NAMES, SESSION)
    assert found is not None
    return found


async def test_the_same_once_more_is_a_hit(fleet: Fleet, whmcs: Whmcs) -> None:
    """The entry comes as it is in the store, whatever its rest, and is counted."""
    cache = await fleet.settled()
    known, found = await seen(cache, whmcs)
    hits = cache.counters.hits
    (raw,) = found.entries
    assert raw is not None
    assert cache.repeats.entry(known, await look(cache)) == raw
    other = raw[:-1] + b"x"
    assert cache.repeats.entry(known, msgspec.structs.replace(found, entries=[other])) == other
    assert cache.counters.hits == hits + 2


async def test_another_session_is_no_repeat(fleet: Fleet, whmcs: Whmcs) -> None:
    """Other rights, or none: signed out."""
    cache = await fleet.settled()
    known, _ = await seen(cache, whmcs)
    await cache.put_session(ADA, SESSION, b"other", 60)
    assert cache.repeats.entry(known, await look(cache)) is None
    await cache.drop_session(ADA, SESSION)
    assert cache.repeats.entry(known, await look(cache)) is None


async def test_another_generation_is_no_repeat(fleet: Fleet, whmcs: Whmcs) -> None:
    """After a clear the entry that still lies there, and counts until it is fetched anew, is not what it was."""
    cache = await fleet.settled()
    known, found = await seen(cache, whmcs)
    await cache.clear(ADA)
    now = await look(cache)
    assert now.record != found.record
    assert cache.repeats.entry(known, msgspec.structs.replace(now, entries=found.entries)) is None


async def test_another_entry_is_no_repeat(fleet: Fleet, whmcs: Whmcs) -> None:
    """Fetched anew in the same generation, or of another length, or gone."""
    cache = await fleet.settled()
    known, found = await seen(cache, whmcs)
    (raw,) = found.entries
    assert raw is not None
    for other in (raw.swapcase()[:-1] + raw[-1:], raw + b"x", None):
        assert cache.repeats.entry(known, msgspec.structs.replace(found, entries=[other])) is None


async def test_what_is_too_old_is_no_repeat(fleet: Fleet, whmcs: Whmcs) -> None:
    """By the time when it is judged: an answer of the store may have been long under way."""
    cache = await fleet.settled()
    known, found = await seen(cache, whmcs, lifetime=1)
    await asyncio.sleep(1.1)
    assert cache.repeats.entry(known, found) is None


async def test_what_is_not_to_be_trusted_is_no_repeat(fleet: Fleet, whmcs: Whmcs) -> None:
    """The store was found to be another one, or its clock wrong, while its answer was under way; or it is away."""
    cache = await fleet.settled()
    known, found = await seen(cache, whmcs)
    cache._trust.is_given = False
    assert cache.repeats.entry(known, found) is None
    assert await cache.look(ADA, NAMES, SESSION) is None
    assert cache.repeats.entry(known, None) is None
    cache._trust.is_given = True
