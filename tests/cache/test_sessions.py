"""Sessions beside the data: found in the same look, gone when dropped."""

import asyncio

import pytest

from tests.cache.fleet import ADA, Fleet

pytestmark = pytest.mark.anyio


async def test_a_session_is_found_by_every_process(fleet: Fleet) -> None:
    first, second = await fleet.process(), await fleet.process()
    await first.put_session(ADA, "key", b"viewer", 60)
    assert (await second.peek(ADA, ["invoices"], "key")).session == b"viewer"
    assert (await second.peek("c2", ["invoices"], "key")).session is None


async def test_a_dropped_session_is_not_put_back(fleet: Fleet) -> None:
    """A request that was under way during the sign-out cannot revive it."""
    first, second = await fleet.process(), await fleet.process()
    await first.put_session(ADA, "key", b"viewer", 60)
    await second.drop_session(ADA, "key")
    await first.put_session(ADA, "key", b"viewer", 60)
    assert (await first.peek(ADA, [], "key")).session is None


async def test_a_session_ends(fleet: Fleet) -> None:
    cache = await fleet.process()
    await cache.put_session(ADA, "key", b"viewer", 0.1)
    await asyncio.sleep(0.12)
    assert (await cache.peek(ADA, [], "key")).session is None


async def test_clearing_data_leaves_sessions(fleet: Fleet) -> None:
    cache = await fleet.process()
    await cache.put_session(ADA, "key", b"viewer", 60)
    await cache.clear(ADA)
    assert (await cache.peek(ADA, [], "key")).session == b"viewer"
