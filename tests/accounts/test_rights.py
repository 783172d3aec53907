"""Which clients a person sees, and what they may do there."""

import asyncio

import pytest

from counterfoil.accounts import links
from counterfoil.accounts.links import Person
from counterfoil.accounts.people import Account
from counterfoil.accounts.rights import AHEAD, ALL_PERMISSIONS, LIFETIME, Granted, Rights
from counterfoil.cache import Cache
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Membership, User
from tests.accounts.portal import Portal
from tests.accounts.whmcs import ADA, CHIDI, NAMESAKE, PASSWORD
from tests.cache.fleet import until

pytestmark = pytest.mark.anyio

EMAIL = CHIDI.email


def of(user: User) -> Person:
    return Person(user.email, user.id)


async def account(portal: Portal, email: str = EMAIL) -> Account:
    return await portal.sign_in.with_password(email, PASSWORD)


async def seen(portal: Portal, person: Account) -> dict[int, frozenset[str]]:
    """The clients in the order in which they are offered."""
    granted = await portal.rights.of(person)
    assert granted is not None
    return {access.client_id: access.permissions for access in granted.clients}


async def test_owner_may_everything_and_guests_what_whmcs_says(portal: Portal) -> None:
    """Chidi owns one client and is a guest of two others, each with its own permissions. His own comes first."""
    permissions = await seen(portal, await account(portal))
    assert permissions == {3: ALL_PERMISSIONS, 1: {"profile", "products"}, 4: {"invoices"}}
    assert list(permissions) == [3, 1, 4]


async def test_names_stand_beside_the_clients(portal: Portal) -> None:
    """The account switcher says whose accounts they are."""
    granted = await portal.rights.of(await account(portal))
    assert granted is not None
    assert [access.name for access in granted.clients] == ["Client 3 Ltd.", "Client 1 Ltd.", "Client 4 Ltd."]


async def test_success_without_permissions_permits_nothing(portal: Portal) -> None:
    """WHMCS may answer "success" and name no permission: that is none, not all."""
    portal.whmcs.permissions[3, 1] = frozenset()
    assert (await seen(portal, await account(portal)))[1] == frozenset()


async def test_membership_that_whmcs_denies_is_not_visible(portal: Portal) -> None:
    """The user list still names a client, the permissions say "not associated": it is not shown."""
    del portal.whmcs.permissions[3, 4]
    assert 4 not in await seen(portal, await account(portal))


async def test_two_calls_a_minute_however_many_requests(portal: Portal) -> None:
    """Ten requests within a minute cost one GetUsers, and one GetUserPermissions for each invitation."""
    person = await account(portal)
    portal.whmcs.calls.clear()
    for _ in range(10):
        await seen(portal, person)
    assert sorted(portal.whmcs.calls) == ["GetUserPermissions", "GetUserPermissions", "GetUsers"]


class Later:
    """The portal's cache, some seconds later by its clock."""

    def __init__(self, cache: Cache, seconds: float) -> None:
        self.read, self.peek, self.clear, self.refresh = cache.read, cache.peek, cache.clear, cache.refresh
        self.now = lambda: cache.now() + seconds


async def test_nobody_waits_for_whmcs_once_a_minute(portal: Portal) -> None:
    """Whoever comes in the last seconds gets what is known, and has it asked for anew; earlier, nothing is."""
    person = await account(portal)
    await seen(portal, person)
    for seconds, asked in ((LIFETIME - AHEAD - 5, []), (LIFETIME - AHEAD, ["GetUserPermissions"] * 2 + ["GetUsers"])):
        portal.whmcs.calls.clear()
        later = Later(portal.cache, seconds)
        rights = Rights(portal.engine, later, portal.whmcs, portal.whmcs.name_and_language)
        granted = await rights.of(person)
        assert granted is not None
        await until(lambda asked=asked: sorted(portal.whmcs.calls) == asked)


def test_a_copy_is_looked_at_again_before_its_rights_end() -> None:
    """So that they are asked for in time; then it lasts as long as they do, and never longer."""
    granted = Granted((), (), is_staff=False, expires_at=1060.0)
    assert [granted.lasts(now) for now in (1000.0, 1040.0, 1049.5, 1055.0)] == [50.0, 10.0, 10.5, 5.0]


async def test_rights_are_believed_for_a_minute(portal: Portal) -> None:
    """What WHMCS takes away is gone after 60 s, counted from the question."""
    granted = await portal.rights.of(await account(portal))
    assert granted is not None
    assert granted.expires_at - portal.cache.now() <= 60


async def test_session_copy_ends_with_the_rights_behind_it(portal: Portal) -> None:
    """The copy of a session never outlives its rights, or a minute would become two. Shown with rights that the
    cache believes for 2 s only, since they were just cleared.
    """
    cookie = await portal.cookie("ada@example.com")
    await portal.cache.clear("u1")
    assert await portal.who(cookie) is not None
    assert await portal.peek(cookie) is not None
    await asyncio.sleep(2.05)
    assert await portal.peek(cookie) is None


async def test_user_updated_shows_at_once(portal: Portal) -> None:
    """After WHMCS said that a user changed, the very next request sees the new rights."""
    cookie = await portal.cookie(EMAIL)
    assert await portal.who(cookie) is not None
    portal.whmcs.change(CHIDI, clients=(Membership(3, is_owner=True),))
    await portal.forgetting.user(CHIDI.id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert [access.client_id for access in viewer.clients] == [3]


async def test_client_looked_at_is_taken_away(portal: Portal) -> None:
    """Chidi looks at a client when WHMCS takes it from him: he sees none of it, and may choose another."""
    cookie = await portal.cookie(EMAIL)
    cookie = await portal.sessions.switch(portal.handle(cookie), 4)
    assert await portal.who(cookie) is not None
    portal.whmcs.change(CHIDI, clients=(Membership(3, is_owner=True),))
    await portal.forgetting.user(CHIDI.id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert (viewer.client_id, viewer.permissions, viewer.allows("invoices")) == (None, frozenset(), False)
    assert await portal.peek(cookie) is None
    assert await portal.sessions.switch(portal.handle(cookie), 3)


async def test_unlink_holds_against_membership(portal: Portal) -> None:
    """Staff took a client from its owner here: WHMCS's membership does not bring it back."""
    await links.decide(portal.engine, of(ADA), 1, "unlinked", by="test")
    assert await seen(portal, await account(portal, "ada@example.com")) == {}
    await links.decide(portal.engine, of(ADA), 1, "linked", by="test")
    assert await seen(portal, await account(portal, "ada@example.com")) == {1: ALL_PERMISSIONS}


async def test_staff_link_adds_a_client_that_whmcs_does_not_know_of(portal: Portal) -> None:
    """Linked by staff and unknown to WHMCS: everything. Linked and known: what WHMCS says."""
    await links.decide(portal.engine, of(CHIDI), 5, "linked", by="test")
    await links.decide(portal.engine, of(CHIDI), 4, "linked", by="test")
    permissions = await seen(portal, await account(portal))
    assert permissions[5] == ALL_PERMISSIONS
    assert permissions[4] == {"invoices"}


async def test_link_of_another_address_is_not_mine(portal: Portal) -> None:
    """What was linked to chidi@example.com.ng does not reach chidi@example.com."""
    await links.decide(portal.engine, of(NAMESAKE), 2, "linked", by="test")
    assert 2 not in await seen(portal, await account(portal))


async def test_decisions_are_made_once(portal: Portal) -> None:
    """A repeated link or unlink says that nothing changed, and the last word counts."""
    assert await links.decide(portal.engine, of(CHIDI), 5, "linked", by="a")
    assert not await links.decide(portal.engine, of(CHIDI), 5, "linked", by="b")
    assert await links.decide(portal.engine, of(CHIDI), 5, "unlinked", by="c")
    assert [(each.client_id, each.state, each.by) for each in await links.known_links(portal.engine, of(CHIDI))] == [
        (5, "unlinked", "c")
    ]
    assert await links.known_links(portal.engine, of(ADA)) == []


async def test_person_without_a_client_gets_one_later(portal: Portal) -> None:
    """Who had no client at sign-in looks at the first one that they are given, without signing in again."""
    portal.whmcs.change(ADA, clients=())
    cookie = await portal.cookie("ada@example.com")
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert (viewer.client_id, viewer.clients, viewer.scope) == (None, (), "c0")
    assert await portal.peek(cookie) == viewer
    portal.whmcs.change(ADA, clients=(Membership(1, is_owner=True),))
    await portal.forgetting.user(ADA.id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.client_id == 1


async def test_staff_console(portal: Portal) -> None:
    """Granted and revoked; a repeat says so."""
    assert await links.grant_staff(portal.engine, of(ADA), by="test")
    assert not await links.grant_staff(portal.engine, of(ADA), by="test")
    cookie = await portal.cookie("ada@example.com")
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.is_staff
    assert await links.revoke_staff(portal.engine, of(ADA), by="test")
    assert not await links.revoke_staff(portal.engine, of(ADA), by="test")
    viewer = await portal.sessions.find(portal.handle(cookie))
    assert viewer is not None
    assert not viewer.is_staff


async def test_rights_are_never_guessed(portal: Portal) -> None:
    """When WHMCS does not say who may see what, nobody sees anything, and it is called an outage."""
    person = await account(portal)
    portal.whmcs.is_down = True
    with pytest.raises(BillingUnavailable):
        await portal.rights.of(person)


async def test_old_whmcs_shows_what_staff_linked(portal: Portal) -> None:
    """8.0 has users, but cannot list them, nor say whose clients are whose: only linked ones are shown."""
    portal.whmcs.version = "8.0.4"
    person = await account(portal, "ada@example.com")
    assert await seen(portal, person) == {}
    await links.decide(portal.engine, Person(person.email, person.user_id), 2, "linked", by="test")
    assert await seen(portal, person) == {2: ALL_PERMISSIONS}
    cookie = await portal.sessions.open(person)
    assert await portal.who(cookie) == await portal.peek(cookie) is not None


async def test_guest_of_an_old_whmcs_keeps_whmcs_limits(portal: Portal) -> None:
    """8.0 knows permissions, if not the list: a linked guest may do what WHMCS permits, no more."""
    portal.whmcs.version = "8.0.4"
    await links.decide(portal.engine, of(CHIDI), 4, "linked", by="test")
    assert await seen(portal, await account(portal)) == {4: {"invoices"}}


async def test_copy_lies_in_no_other_drawer_than_its_clients(portal: Portal) -> None:
    """The cookie still says "no client" when the session has one: nothing is kept under the cookie's word."""
    portal.whmcs.change(ADA, clients=())
    cookie = await portal.cookie("ada@example.com")
    portal.whmcs.change(ADA, clients=(Membership(1, is_owner=True),))
    await portal.rights.forget(ADA.id)
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.scope == "c1"
    handle = portal.handle(cookie)
    assert (await portal.cache.peek("c0", [], session=handle.key)).session is None
