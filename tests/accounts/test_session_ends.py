"""How long a session lives: idle, used, looked at by an open page, over a new key and an outage of WHMCS."""

import asyncio

import pytest
from sqlalchemy import select

from counterfoil.db import tables
from counterfoil.errors import BillingUnavailable
from tests.accounts.portal import KEY, Portal
from tests.accounts.whmcs import ADA

pytestmark = pytest.mark.anyio


MINUTE = 60.0


async def test_idle_session_ends(portal: Portal) -> None:
    """After half an hour without a request the session is over, and its row goes with the sweep."""
    cookie = await portal.cookie("ada@example.com")
    portal.clock.ahead += 30 * MINUTE - 1
    assert await portal.who(cookie) is not None
    await portal.copies_expire(cookie)
    portal.clock.ahead += 30 * MINUTE + 1
    await asyncio.sleep(0.002)
    assert await portal.who(cookie) is None
    assert await portal.sessions.sweep() == 1
    assert await portal.rows() == 0


async def test_an_open_page_keeps_no_session_alive(portal: Portal) -> None:
    """Its stream comes back and it reads itself again for as long as it is open: half an hour after the person did
    something the session is over all the same.
    """
    cookie = await portal.cookie("ada@example.com")
    handle = portal.handle(cookie)
    for _ in range(29):
        portal.clock.ahead += MINUTE
        assert await portal.sessions.find(handle, is_active=False) is not None
    assert await portal.sessions.living([handle.key, "other"]) == {handle.key}
    portal.clock.ahead += MINUTE + 1
    assert await portal.sessions.find(handle, is_active=False) is None
    assert await portal.sessions.living([handle.key, "other"]) == set()


async def test_an_open_page_does_not_hide_what_the_person_does(portal: Portal) -> None:
    """What it asks for leaves no copy behind that would answer the person unseen by the database."""
    cookie = await portal.cookie("ada@example.com")
    portal.clock.ahead += 2 * MINUTE
    assert await portal.sessions.find(portal.handle(cookie), is_active=False) is not None
    assert await portal.peek(cookie) is None
    assert await portal.who(cookie) is not None
    portal.clock.ahead += 29 * MINUTE
    assert await portal.sessions.find(portal.handle(cookie), is_active=False) is not None


async def test_used_session_lives_until_its_absolute_end(portal: Portal) -> None:
    """Whoever works on is not interrupted, until twelve hours after the sign-in."""
    cookie = await portal.cookie("ada@example.com")
    for _ in range(35):
        portal.clock.ahead += 20 * MINUTE
        await portal.copies_expire(cookie)
        await asyncio.sleep(0.002)
        assert await portal.who(cookie) is not None
    portal.clock.ahead += 20 * MINUTE
    await portal.copies_expire(cookie)
    await asyncio.sleep(0.002)
    assert await portal.who(cookie) is None


async def test_last_seen_is_written_at_most_once_a_minute(portal: Portal) -> None:
    """A busy session costs one write a minute."""
    cookie = await portal.cookie("ada@example.com")

    async def seen() -> object:
        async with portal.engine.connect() as connection:
            return (await connection.execute(select(tables.session.c.last_seen_at))).scalar_one()

    first = await seen()
    portal.clock.ahead += 59
    await portal.sessions.find(portal.handle(cookie))
    assert await seen() == first
    portal.clock.ahead += 2
    await portal.sessions.find(portal.handle(cookie))
    await portal.sessions.last_seen.written()
    assert await seen() != first


async def test_rotated_key_keeps_people_signed_in(portal: Portal) -> None:
    """The operator puts a new key first: Ada's cookie still works; without the old key it is nothing."""
    cookie = await portal.cookie("ada@example.com")
    rotated = portal.with_keys(b"n" * 32, KEY)
    handle = rotated.read_cookie(cookie)
    assert handle is not None
    assert await rotated.find(handle) is not None
    assert portal.with_keys(b"n" * 32).read_cookie(cookie) is None


async def test_outage_of_whmcs_does_not_sign_out(portal: Portal) -> None:
    """While WHMCS cannot say what Ada may see she gets the honest error, and afterwards is still signed in."""
    cookie = await portal.cookie("ada@example.com")
    await portal.cache.clear("u1")
    portal.whmcs.is_down = True
    with pytest.raises(BillingUnavailable):
        await portal.who(cookie)
    portal.whmcs.is_down = False
    await portal.cache.clear("u1")
    assert await portal.who(cookie) is not None


@pytest.mark.parametrize("email", ["somebody.else@example.com", "ada@example.com.ng"])
async def test_user_who_is_gone_is_not_signed_in(portal: Portal, email: str) -> None:
    """A user whose address is another one now, be it that it begins alike, must sign in again."""
    cookie = await portal.cookie("ada@example.com")
    portal.whmcs.change(ADA, email=email)
    await portal.forgetting.user(1)
    assert await portal.who(cookie) is None
