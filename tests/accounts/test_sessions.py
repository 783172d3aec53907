"""A session: its cookie, its row and its copy; signing out here and everywhere; switching to another client."""

import asyncio

import msgspec
import pytest
from sqlalchemy import delete, select

from counterfoil.accounts.cookies import CookieJar
from counterfoil.accounts.session_rows import Arrival
from counterfoil.accounts.viewer import Viewer
from counterfoil.db import tables
from counterfoil.errors import ClientNotFound, NotSignedIn
from tests.accounts.portal import KEY, Portal
from tests.accounts.whmcs import PASSWORD

pytestmark = pytest.mark.anyio


async def test_session_is_found_and_then_kept_in_the_cache(portal: Portal) -> None:
    """The first request asks the database; the next ones are told by the cache who it is."""
    cookie = await portal.cookie("ada@example.com")
    assert await portal.peek(cookie) is None
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert (viewer.email, viewer.name, viewer.client_id, viewer.is_staff) == (
        "ada@example.com",
        "Ada Lovelace",
        1,
        False,
    )
    assert await portal.peek(cookie) == viewer


async def test_only_the_hash_is_stored(portal: Portal) -> None:
    """Who reads the database cannot sign in with what stands there."""
    cookie = await portal.cookie("ada@example.com")
    random = cookie.split(".")[1]
    async with portal.engine.connect() as connection:
        row = (await connection.execute(select(tables.session))).one()
    assert random not in repr(row)
    assert row.id_hash == portal.handle(cookie).key


async def test_planted_cookie_is_nothing(portal: Portal) -> None:
    """A cookie that somebody planted before sign-in, even one that this portal once signed, is not the session."""
    planted = CookieJar([KEY]).write("p" * 43, 1)
    assert await portal.who(planted) is None
    account = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    cookie = await portal.sessions.open(account, replaces=portal.handle(planted))
    assert cookie.split(".")[1] != "p" * 43
    assert await portal.who(planted) is None
    assert await portal.who(cookie) is not None


async def test_reading_writes_no_rows(portal: Portal) -> None:
    """A row is made at sign-in only: not by visitors, not by forged cookies, not by sessions long gone."""
    cookie = await portal.cookie("ada@example.com")
    await portal.sessions.close(portal.handle(cookie))
    await portal.who(cookie)
    await portal.who(CookieJar([KEY]).write("p" * 43, 1))
    assert await portal.rows() == 0


async def test_new_sign_in_replaces_this_browsers_session(portal: Portal) -> None:
    """Every sign-in has a new id, and the one that this browser had is dead at once."""
    first = await portal.cookie("ada@example.com")
    assert await portal.who(first) is not None
    account = await portal.sign_in.with_password("bob@example.com", PASSWORD)
    second = await portal.sessions.open(account, replaces=portal.handle(first))
    assert await portal.who(first) is None
    viewer = await portal.who(second)
    assert viewer is not None
    assert viewer.email == "bob@example.com"


async def test_sign_out_ends_one_session_only(portal: Portal) -> None:
    """Signing out here leaves the other devices alone."""
    here, there = await portal.cookie("ada@example.com"), await portal.cookie("ada@example.com")
    assert await portal.who(here) is not None
    await portal.sessions.close(portal.handle(here))
    assert await portal.who(here) is None
    assert await portal.who(there) is not None
    await portal.sessions.close(portal.handle(here))  # again is no error


async def test_sign_out_when_only_the_copy_is_left(portal: Portal) -> None:
    """The first try deleted the row and failed at the cache: the second one still ends the copy."""
    cookie = await portal.cookie("ada@example.com")
    assert await portal.who(cookie) is not None
    async with portal.engine.begin() as connection:
        await connection.execute(delete(tables.session))
    await portal.sessions.close(portal.handle(cookie))
    assert await portal.peek(cookie) is None


async def test_sign_out_everywhere(portal: Portal) -> None:
    """Ada ends all her other sessions, then all; Bob's stays."""
    cookies = [await portal.cookie("ada@example.com") for _ in range(3)]
    bob = await portal.cookie("bob@example.com")
    viewers = [await portal.who(cookie) for cookie in cookies]
    account_id = next(viewer.account_id for viewer in viewers if viewer)
    await portal.sessions.close_all(account_id, but=portal.handle(cookies[0]))
    assert [await portal.who(cookie) is not None for cookie in cookies] == [True, False, False]
    await portal.sessions.close_all(account_id)
    assert await portal.who(cookies[0]) is None
    assert await portal.who(bob) is not None


async def test_list_of_own_sessions(portal: Portal) -> None:
    """Ada sees where she is signed in, and which one is this one; nobody else's sessions are there."""
    account = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    await portal.sessions.open(account, Arrival("192.0.2.1", "Firefox" + "x" * 1000))
    portal.clock.ahead += 1
    this = await portal.sessions.open(account, Arrival("192.0.2.2", "Safari"))
    await portal.cookie("bob@example.com")
    sessions = await portal.sessions.open_sessions(account.id, portal.handle(this))
    assert [(each.address, each.user_agent[:7], each.is_this) for each in sessions] == [
        ("192.0.2.2", "Safari", True),
        ("192.0.2.1", "Firefox", False),
    ]
    assert len(sessions[1].user_agent) == 256


async def test_eleventh_session_drops_the_oldest(portal: Portal) -> None:
    """At most ten sessions a person: the eleventh sign-in ends the oldest, in the cache too."""
    cookies = []
    for _ in range(11):
        portal.clock.ahead += 1
        cookies.append(await portal.cookie("ada@example.com"))
        if len(cookies) == 1:
            assert await portal.who(cookies[0]) is not None
            assert await portal.peek(cookies[0]) is not None
    assert [await portal.who(cookie) is not None for cookie in cookies] == [False] + [True] * 10
    assert await portal.rows() == 10


async def test_concurrent_sign_ins_keep_to_the_limit(portal: Portal) -> None:
    """Fifteen sign-ins at the same moment leave ten sessions that work, and nobody gets an error."""
    account = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    cookies = await asyncio.gather(*(portal.sessions.open(account) for _ in range(15)))
    alive = [cookie for cookie in cookies if await portal.who(cookie) is not None]
    assert len(alive) == await portal.rows() == 10


async def test_switch_to_an_own_client(portal: Portal) -> None:
    """Chidi switches from his own client to one that he was invited to; the old cookie is worth no copy any more."""
    cookie = await portal.cookie("chidi@example.com")
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert (viewer.client_id, viewer.allows("orders")) == (3, True)
    switched = await portal.sessions.switch(portal.handle(cookie), 4)
    assert await portal.peek(cookie) is None
    viewer = await portal.who(switched)
    assert viewer is not None
    assert (viewer.client_id, viewer.scope, viewer.permissions) == (4, "c4", frozenset({"invoices"}))
    assert await portal.peek(switched) == viewer
    # A tab that still sends the old cookie is told what the session looks at now.
    assert await portal.who(cookie) == viewer
    assert await portal.peek(cookie) is None


@pytest.mark.parametrize("client_id", [2, 99, 0, -1, 2**63])
async def test_switch_to_a_foreign_client(portal: Portal, client_id: int) -> None:
    """A client of somebody else, one that does not exist and nonsense are all "not found", and change nothing."""
    cookie = await portal.cookie("chidi@example.com")
    with pytest.raises(ClientNotFound):
        await portal.sessions.switch(portal.handle(cookie), client_id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.client_id == 3


async def test_switch_needs_a_session(portal: Portal) -> None:
    """After sign-out nothing can be switched, and no session comes of it."""
    cookie = await portal.cookie("chidi@example.com")
    await portal.sessions.close(portal.handle(cookie))
    with pytest.raises(NotSignedIn):
        await portal.sessions.switch(portal.handle(cookie), 4)
    assert await portal.rows() == 0


async def test_sign_out_with_the_cookie_from_before_a_switch(portal: Portal) -> None:
    """Two tabs: one switches, the other signs out with the cookie it had. The session is dead under both."""
    before = await portal.cookie("chidi@example.com")
    after = await portal.sessions.switch(portal.handle(before), 4)
    assert await portal.who(after) is not None
    await portal.sessions.close(portal.handle(before))
    assert await portal.who(after) is None
    assert await portal.who(before) is None


def test_a_copy_of_an_earlier_version_is_read() -> None:
    """It knew no languages; a portal that is upgraded meets such copies for a minute."""
    old = b'{"account_id":1,"email":"a@example.com","name":"A","user_id":1,"client_id":1,"is_staff":false,'
    old += b'"clients":[{"client_id":1,"name":"ACME","permissions":["invoices"]}]}'
    assert msgspec.json.decode(old, type=Viewer).language == ""
