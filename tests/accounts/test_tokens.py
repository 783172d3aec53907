"""What an access token is worth: one client, one scope, until a day, and never more than its person."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from counterfoil.accounts.cookies import Handle
from counterfoil.accounts.token_text import key_of_token
from counterfoil.accounts.tokens import MOST_PER_ACCOUNT, Scope, Tokens, TooManyTokens, Wanted, handle_of
from counterfoil.accounts.viewer import Viewer
from counterfoil.db import tables
from counterfoil.errors import NotFound
from counterfoil.model import Membership
from tests.accounts.portal import Portal
from tests.accounts.whmcs import CHIDI, PASSWORD

pytestmark = pytest.mark.anyio


class Programs:
    """The tokens of a portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.tokens = Tokens(portal.engine, portal.cache, portal.rights, portal.clock)

    async def account(self, email: str) -> int:
        return (await self.portal.sign_in.with_password(email, PASSWORD)).id

    async def make(self, email: str, client_id: int, *, scope: Scope = "read", days: int = 30) -> Handle:
        day = (datetime.now(UTC) + timedelta(days=days)).date()
        _, token = await self.tokens.make(await self.account(email), Wanted("books", scope, client_id, day))
        key = key_of_token(token)
        assert key is not None
        return handle_of(key, client_id)

    async def peek(self, handle: Handle) -> bytes | None:
        return (await self.portal.cache.peek(handle.scope, [], session=handle.key)).session


@pytest.fixture
def programs(portal: Portal) -> Programs:
    return Programs(portal)


async def test_a_token_sees_one_client(programs: Programs) -> None:
    """Of Chidi's three it is let in to this one, with his permissions there; nothing of staff. The cache has a copy."""
    handle = await programs.make("chidi@example.com", 4, scope="pay")
    viewer = await programs.tokens.find(handle)
    assert viewer is not None
    assert (viewer.client_id, [each.client_id for each in viewer.clients]) == (4, [4])
    assert (viewer.permissions, viewer.is_staff, viewer.token_scope) == ({"invoices"}, False, "pay")
    assert await programs.peek(handle) is not None


async def test_only_a_hash_is_stored(programs: Programs) -> None:
    """In no column of any row stands the token."""
    account_id = await programs.account("ada@example.com")
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    _, token = await programs.tokens.make(account_id, Wanted("books", "read", 1, day))
    async with programs.portal.engine.connect() as connection:
        rows = (await connection.execute(select(tables.access_token))).all()
    assert len(rows) == 1
    assert token[3:] not in str(rows)


async def test_a_token_loses_what_its_person_loses(programs: Programs) -> None:
    """A permission at once, and the client altogether."""
    handle = await programs.make("chidi@example.com", 4)
    assert await programs.tokens.find(handle) is not None
    programs.portal.whmcs.permissions[(3, 4)] = frozenset({"tickets"})
    await programs.portal.forgetting.user(CHIDI.id)
    viewer = await programs.tokens.find(handle)
    assert viewer is not None
    assert viewer.permissions == {"tickets"}
    programs.portal.whmcs.change(CHIDI, clients=(Membership(3, is_owner=True),))
    await programs.portal.forgetting.user(CHIDI.id)
    viewer = await programs.tokens.find(handle)
    assert viewer is not None
    assert (viewer.client_id, viewer.clients) == (None, ())


async def test_a_token_ends(programs: Programs) -> None:
    """By its person, in the cache too; nobody else can end it; by its day; and with its person."""
    portal = programs.portal
    handle, other = await programs.make("ada@example.com", 1), await programs.make("ada@example.com", 1, days=2)
    ada, bob = await programs.account("ada@example.com"), await programs.account("bob@example.com")
    assert await programs.tokens.find(handle) is not None
    newest, oldest = await programs.tokens.all_of(ada)
    assert oldest.last_used_at is not None
    assert newest.last_used_at is None
    with pytest.raises(NotFound):
        await programs.tokens.end(bob, oldest.id)
    await programs.tokens.end(ada, oldest.id)
    assert await programs.peek(handle) is None
    assert await programs.tokens.find(handle) is None
    assert await programs.tokens.client_of(handle.key) is None
    assert await programs.tokens.find(other) is not None
    portal.clock.ahead = timedelta(days=4).total_seconds()
    assert await programs.tokens.find(other) is None
    assert await programs.tokens.all_of(ada) == []
    assert await programs.tokens.sweep() == 1


async def test_tokens_end_like_sessions(programs: Programs) -> None:
    """Another password; a change of the user that does not show; a user who is gone."""
    for number, happened in enumerate(("password", "unknown", "gone")):
        handle = await programs.make("ada@example.com", 1)
        cookie = await programs.portal.cookie("ada@example.com")
        assert await programs.tokens.find(handle) is not None, number
        if happened == "password":
            await programs.portal.forgetting.sign_out(1)
            assert await programs.peek(handle) is None
        elif happened == "unknown":
            await programs.portal.forgetting.user(1)
        else:
            del programs.portal.whmcs.users[1]
            await programs.portal.forgetting.user(1)
        assert await programs.tokens.find(handle) is None, happened
        assert await programs.portal.who(cookie) is None, happened


async def test_nobody_has_endless_tokens(programs: Programs) -> None:
    for _ in range(MOST_PER_ACCOUNT):
        await programs.make("ada@example.com", 1)
    with pytest.raises(TooManyTokens):
        await programs.make("ada@example.com", 1)
    await programs.make("bob@example.com", 2)
    assert len(await programs.tokens.all_of(await programs.account("ada@example.com"))) == MOST_PER_ACCOUNT


async def test_a_token_that_ends_meanwhile_is_not_brought_back(programs: Programs) -> None:
    """A read under way puts no copy of what was ended while WHMCS was asked."""
    handle = await programs.make("ada@example.com", 1)
    ada = await programs.account("ada@example.com")
    (only,) = await programs.tokens.all_of(ada)

    async def end_it() -> None:
        programs.portal.whmcs.before_name = None
        await programs.tokens.end(ada, only.id)

    programs.portal.whmcs.before_name = end_it
    found: Viewer | None = await programs.tokens.find(handle)
    assert found is None
    assert await programs.peek(handle) is None
