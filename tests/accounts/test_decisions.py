"""What staff decide is about a WHMCS user, whatever address they take, and holds at once."""

import pytest

from counterfoil.accounts import links
from counterfoil.accounts.links import Person
from counterfoil.accounts.notices import Notices
from counterfoil.accounts.rights import ALL_PERMISSIONS
from tests.accounts.portal import Portal
from tests.accounts.test_rights import account, of, seen
from tests.accounts.whmcs import ADA, BOB, CHIDI

pytestmark = pytest.mark.anyio


async def test_unlink_follows_the_user_to_another_address(portal: Portal) -> None:
    """Who is shut out and takes another address in WHMCS stays out; whoever takes the old one is not shut out."""
    await links.decide(portal.engine, of(ADA), 1, "unlinked", by="test")
    portal.whmcs.change(ADA, email="ada@elsewhere.example")
    portal.whmcs.change(BOB, email="ada@example.com")
    assert await seen(portal, await account(portal, "ada@elsewhere.example")) == {}
    assert await seen(portal, await account(portal, "ada@example.com")) == {2: ALL_PERMISSIONS}


async def test_what_was_granted_to_a_user_is_not_for_who_takes_the_address(portal: Portal) -> None:
    """Neither a linked client nor the staff console."""
    await links.decide(portal.engine, of(ADA), 5, "linked", by="test")
    await links.grant_staff(portal.engine, of(ADA), by="test")
    portal.whmcs.change(ADA, email="ada@elsewhere.example")
    portal.whmcs.change(BOB, email="ada@example.com")
    stranger = await portal.rights.of(await account(portal, "ada@example.com"))
    assert stranger is not None
    assert ([each.client_id for each in stranger.clients], stranger.is_staff) == ([2], False)
    granted = await portal.rights.of(await account(portal, "ada@elsewhere.example"))
    assert granted is not None
    assert ([each.client_id for each in granted.clients], granted.is_staff) == ([1, 5], True)


async def test_two_users_who_had_the_same_address_one_after_the_other(portal: Portal) -> None:
    """Each keeps what was decided about them."""
    await links.decide(portal.engine, of(ADA), 5, "linked", by="test")
    await links.grant_staff(portal.engine, of(ADA), by="test")
    assert await links.decide(portal.engine, Person(ADA.email, BOB.id), 5, "unlinked", by="test")
    assert await links.grant_staff(portal.engine, Person(ADA.email, BOB.id), by="test")
    found = {each.user_id: each.state for each in await links.known_links(portal.engine)}
    assert found == {BOB.id: "unlinked", ADA.id: "linked"}
    assert {each.user_id for each in await links.known_staff(portal.engine)} == {ADA.id, BOB.id}
    assert await links.revoke_staff(portal.engine, Person(ADA.email, BOB.id), by="test")
    assert {each.user_id for each in await links.known_staff(portal.engine)} == {ADA.id}


async def test_what_is_bound_to_nobody_grants_nothing_and_goes_on_refusing(portal: Portal) -> None:
    """As an upgrade leaves it: a link and a staff grant of an address give nothing to whoever has it. An unlink refuses
    them, and follows them from their next sign-in on.
    """
    nobody = Person(CHIDI.email, None)
    await links.decide(portal.engine, nobody, 2, "linked", by="test")
    await links.decide(portal.engine, nobody, 4, "unlinked", by="test")
    await links.grant_staff(portal.engine, nobody, by="test")
    assert await links.unresolved(portal.engine) == [CHIDI.email]
    granted = await portal.rights.of(await account(portal))
    assert granted is not None
    assert ([each.client_id for each in granted.clients], granted.is_staff) == ([3, 1], False)
    portal.whmcs.change(CHIDI, email="chidi@elsewhere.example")
    assert 4 not in await seen(portal, await account(portal, "chidi@elsewhere.example"))


async def test_a_decision_can_be_taken_back(portal: Portal) -> None:
    """Then it is as WHMCS says, which is neither linked nor unlinked."""
    await links.decide(portal.engine, of(ADA), 1, "unlinked", by="test")
    assert await links.forget(portal.engine, of(ADA), 1, by="test")
    assert not await links.forget(portal.engine, of(ADA), 1, by="test")
    assert await seen(portal, await account(portal, "ada@example.com")) == {1: ALL_PERMISSIONS}


async def test_a_decision_holds_at_once_in_a_process_that_remembers(portal: Portal) -> None:
    """The copy of the session and its live stream end at the next look, not within a minute."""
    notices, heard = Notices(portal.engine, portal.effects), list[str]()
    portal.cache.listen(lambda topic, message: heard.append(topic))
    cookie = await portal.cookie("ada@example.com")
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.client_id == 1
    await notices.look()
    await links.decide(portal.engine, of(ADA), 1, "unlinked", by="test")
    await notices.look()
    viewer = await portal.who(cookie)
    assert viewer is not None
    assert viewer.clients == ()
