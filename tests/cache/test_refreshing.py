"""What is stored is fetched anew before it expires: nobody waits for it, and it is fetched once."""

import asyncio

import pytest

from counterfoil import errors
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, until, value

pytestmark = pytest.mark.anyio


async def test_readers_get_what_is_stored_until_something_newer_is(fleet: Fleet, whmcs: Whmcs) -> None:
    """One call for the fleet, however often and by how many processes it is asked for; its lifetime begins with it."""
    one, other = await fleet.settled(), await fleet.process()
    snapshot = await one.read(ADA, [whmcs.part()], within=WITHIN)
    whmcs.version, whmcs.latency = 2, 0.5
    for cache in (one, one, other):
        cache.refresh(ADA, snapshot.nonce, [whmcs.part()])
    await until(lambda: whmcs.calls == 2)
    assert await value(other, whmcs.part()) == b"v1"

    async def is_newer() -> bool:
        return await peeked(one) == [b"v2"]

    await until(is_newer)
    assert (whmcs.calls, whmcs.most_at_once) == (2, 1)
    newer = await one.read(ADA, [whmcs.part()], within=WITHIN)
    assert newer.expires_at > snapshot.expires_at


async def test_a_failure_is_nobodys(fleet: Fleet, whmcs: Whmcs) -> None:
    """What is stored is shown as long as it would have been."""
    cache = await fleet.settled()
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    whmcs.fails_with = errors.BillingUnavailable("down")
    cache.refresh(ADA, snapshot.nonce, [whmcs.part()])
    await until(lambda: whmcs.calls == 2 and whmcs.at_once == 0)
    await asyncio.sleep(0.1)
    assert await value(cache, whmcs.part()) == b"v1"
    assert whmcs.calls == 2


async def test_what_a_clear_has_ended_is_not_brought_back(fleet: Fleet, whmcs: Whmcs) -> None:
    """F2: neither what was to be fetched anew nor what is being fetched."""
    cache = await fleet.settled()
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    whmcs.latency = 0.5
    cache.refresh(ADA, snapshot.nonce, [whmcs.part()])
    await until(lambda: whmcs.calls == 2)
    await cache.clear(ADA)
    whmcs.version = 2
    assert await value(cache, whmcs.part()) == b"v2"
    cache.refresh(ADA, snapshot.nonce, [whmcs.part()])
    await asyncio.sleep(1.0)
    assert await peeked(cache) == [b"v2"]
    assert whmcs.calls == 3
