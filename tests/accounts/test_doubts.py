"""What a change in WHMCS means for sessions: which go on, which end, and what is said of it."""

import pytest
from msgspec.structs import replace

from counterfoil.audit import repository
from counterfoil.audit.entries import Action
from counterfoil.model import Membership
from tests.accounts.portal import Portal
from tests.accounts.whmcs import ADA, CHIDI

pytestmark = pytest.mark.anyio


async def told(portal: Portal, action: Action) -> list[dict[str, object]]:
    return [dict(each.details) for each in await repository.find(portal.engine, actions=[action])]


async def test_a_change_that_shows_lets_sessions_go_on(portal: Portal) -> None:
    """Another permission or another name is what WHMCS's event was about; the new rights hold at once."""
    cookie = await portal.cookie("chidi@example.com")
    assert await portal.who(cookie) is not None
    portal.whmcs.permissions[(3, 1)] = frozenset({"profile", "invoices"})
    await portal.forgetting.user(CHIDI.id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.clients[1].permissions == {"profile", "invoices"}
    portal.whmcs.users[CHIDI.id] = replace(CHIDI, first_name="Chidiebere")
    await portal.forgetting.user(CHIDI.id)
    assert await portal.who(cookie) is not None
    assert await portal.who(cookie) is not None
    assert await told(portal, Action.PERMISSIONS_CHANGED) == [{"given": ["invoices"], "taken": ["products"]}]


async def test_a_change_that_does_not_show_ends_them(portal: Portal) -> None:
    """It was the password, or as good as that: all sessions of before are out, and the next one is in."""
    first, second = await portal.cookie("ada@example.com"), await portal.cookie("ada@example.com")
    bob = await portal.cookie("bob@example.com")
    assert await portal.who(first) is not None
    await portal.forgetting.user(ADA.id)
    third = await portal.cookie("ada@example.com")
    assert [await portal.who(each) is not None for each in (first, second, third, bob)] == [False, False, True, True]
    assert await told(portal, Action.SESSION_ENDED) == [{"sessions": 2, "why": "user_changed"}]


async def test_a_password_that_changed_ends_them(portal: Portal) -> None:
    """Before anybody asks: rows, copies and live streams."""
    heard: list[str] = []
    portal.cache.listen(lambda topic, message: heard.append(topic))
    cookie = await portal.cookie("ada@example.com")
    assert await portal.who(cookie) is not None
    await portal.forgetting.sign_out(ADA.id)
    assert await portal.rows() == 0
    assert await portal.peek(cookie) is None
    assert await portal.who(cookie) is None
    assert "s" + portal.handle(cookie).key in heard


@pytest.mark.parametrize("happened", ["address", "deleted"])
async def test_somebody_else_now_ends_them(portal: Portal, happened: str) -> None:
    """Another address or no such user: the session does not come back when the address does."""
    cookie = await portal.cookie("ada@example.com")
    assert await portal.who(cookie) is not None
    if happened == "address":
        portal.whmcs.change(ADA, email="countess@example.com")
    else:
        del portal.whmcs.users[ADA.id]
    await portal.forgetting.user(ADA.id)
    assert await portal.who(cookie) is None
    portal.whmcs.users[ADA.id] = ADA
    await portal.forgetting.user(ADA.id)
    assert await portal.who(cookie) is None
    assert await portal.rows() == 0


async def test_the_last_client_deleted_ends_them(portal: Portal) -> None:
    """Where another is left, they go on; where a client was only closed or taken away by staff, too."""
    ada, chidi = await portal.cookie("ada@example.com"), await portal.cookie("chidi@example.com")
    assert await portal.who(ada) is not None
    portal.whmcs.closed.update({1, 3})
    portal.whmcs.change(ADA, clients=())
    portal.whmcs.change(CHIDI, clients=(Membership(4, is_owner=False),))
    await portal.forgetting.clients([1, 3])
    assert await portal.who(ada) is None
    viewer = await portal.who(chidi)
    assert viewer is not None
    assert viewer.is_closed
    assert await portal.rows() == 1


async def test_a_closed_client_ends_nothing(portal: Portal) -> None:
    """Its people are told that it was closed."""
    cookie = await portal.cookie("ada@example.com")
    portal.whmcs.closed.add(1)
    await portal.forgetting.clients([1])
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.is_closed
