"""A session that has ended stays dead: whatever is in flight, in whichever process, and whatever the cache forgets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from counterfoil.accounts.viewer import Viewer
from counterfoil.cache import CacheUnavailable
from counterfoil.errors import NotSignedIn
from tests.accounts.portal import Portal, running
from tests.accounts.whmcs import ADA, PASSWORD, Whmcs
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio


class Held:
    """WHMCS holds back one answer: the request that needs it stands still, with what it has read so far."""

    def __init__(self) -> None:
        self.reached, self.released = asyncio.Event(), asyncio.Event()
        self._is_first = True

    async def __call__(self) -> None:
        if self._is_first:
            self._is_first = False
            self.reached.set()
            await self.released.wait()


async def in_flight(portal: Portal, cookie: str) -> tuple[Held, asyncio.Task[Viewer | None]]:
    """A request that has read its session and its rights, and waits for the name of a client."""
    held = portal.whmcs.before_name = Held()
    request = asyncio.create_task(portal.sessions.find(portal.handle(cookie)))
    await asyncio.wait_for(held.reached.wait(), 60)
    return held, request


async def test_request_in_flight_does_not_revive(portal: Portal) -> None:
    """Sign-out while a request is under way: the request is not answered, and its session does not come back."""
    cookie = await portal.cookie("ada@example.com")
    held, request = await in_flight(portal, cookie)
    await portal.sessions.close(portal.handle(cookie))
    held.released.set()
    assert await request is None
    assert await portal.peek(cookie) is None
    assert await portal.rows() == 0


async def test_switch_in_flight_does_not_revive(portal: Portal) -> None:
    """Sign-out while a switch is under way: the switch fails, there is no session."""
    cookie = await portal.cookie("chidi@example.com")
    held = portal.whmcs.before_name = Held()
    switch = asyncio.create_task(portal.sessions.switch(portal.handle(cookie), 4))
    await asyncio.wait_for(held.reached.wait(), 60)
    await portal.sessions.close(portal.handle(cookie))
    held.released.set()
    with pytest.raises(NotSignedIn):
        await switch
    assert await portal.rows() == 0


async def test_request_in_flight_keeps_no_copy_of_the_client_before(portal: Portal) -> None:
    """A switch while a request is under way: no copy says afterwards that the old client is looked at."""
    cookie = await portal.cookie("chidi@example.com")
    held, request = await in_flight(portal, cookie)
    switched = await portal.sessions.switch(portal.handle(cookie), 4)
    held.released.set()
    assert await request is not None
    assert await portal.peek(cookie) is None
    viewer = await portal.who(switched)
    assert viewer is not None
    assert viewer.client_id == 4


async def test_request_in_flight_does_not_keep_old_rights(portal: Portal) -> None:
    """WHMCS says that a user changed while a request is under way: no copy of the old rights outlives that."""
    cookie = await portal.cookie("ada@example.com")
    held, request = await in_flight(portal, cookie)
    portal.whmcs.change(ADA, clients=())
    await portal.forgetting.user(ADA.id)
    held.released.set()
    await request
    assert await portal.peek(cookie) is None
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.clients == ()


@pytest.fixture
async def processes(empty_postgres: str, redis_server: RedisServer) -> AsyncIterator[tuple[Portal, Portal]]:
    """Two processes of one portal."""
    whmcs = Whmcs()
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(running(empty_postgres, redis_server.url, whmcs))
        there = await stack.enter_async_context(running(empty_postgres, redis_server.url, whmcs))
        yield here, there


async def test_sign_out_is_dead_in_every_process(processes: tuple[Portal, Portal]) -> None:
    """Signed out in one process, Ada is signed out in the other with the next request."""
    here, there = processes
    cookie = await here.cookie("ada@example.com")
    assert await there.who(cookie) is not None
    assert await here.peek(cookie) is not None
    await here.sessions.close(here.handle(cookie))
    assert await there.peek(cookie) is None
    assert await there.who(cookie) is None


async def test_cache_that_forgets_does_not_revive(processes: tuple[Portal, Portal], redis_server: RedisServer) -> None:
    """Redis is flushed between the sign-out and the end of a request in flight elsewhere: still dead."""
    here, there = processes
    cookie = await here.cookie("ada@example.com")
    held, request = await in_flight(there, cookie)
    await here.sessions.close(here.handle(cookie))
    redis_server.flush()
    held.released.set()
    assert await request is None
    assert await here.peek(cookie) is None


async def test_sign_out_without_the_cache(processes: tuple[Portal, Portal], redis_server: RedisServer) -> None:
    """Redis hangs: sign-out says that it cannot be sure, the row is gone all the same, and the second try holds."""
    here, there = processes
    cookie = await here.cookie("ada@example.com")
    assert await here.who(cookie) is not None
    redis_server.child.pause()
    try:
        with pytest.raises(CacheUnavailable):
            await here.sessions.close(here.handle(cookie))
        assert await here.rows() == 0
        assert await here.who(cookie) is None
    finally:
        redis_server.child.resume()
    async with asyncio.timeout(60):
        while True:
            try:
                await here.sessions.close(here.handle(cookie))
                break
            except CacheUnavailable:
                await asyncio.sleep(0.05)
    assert await there.who(cookie) is None


async def test_signing_in_works_without_the_cache(processes: tuple[Portal, Portal], redis_server: RedisServer) -> None:
    """Redis hangs: people still get in, and the database says who they are."""
    here, _ = processes
    redis_server.child.pause()
    try:
        account = await here.sign_in.with_password("ada@example.com", PASSWORD)
        cookie = await here.sessions.open(account)
        assert await here.who(cookie) is not None
    finally:
        redis_server.child.resume()
