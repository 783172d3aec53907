"""Who gets in, and as whom."""

import asyncio

import pytest
from sqlalchemy import select

from counterfoil.accounts.emails import normalised, same, skeleton
from counterfoil.db import tables
from counterfoil.errors import BillingTooOld, BillingUnavailable, SignInFailed, TwoFactorRequired
from tests.accounts.portal import Portal
from tests.accounts.whmcs import ADA, CHIDI, PASSWORD

pytestmark = pytest.mark.anyio


async def test_right_password_signs_in(portal: Portal) -> None:
    """Ada signs in with the password that WHMCS knows, and is Ada."""
    account = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    assert (account.email, account.name, account.user_id) == ("ada@example.com", "Ada Lovelace", 1)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
        ("   ", PASSWORD),
        ("ada@example.com", ""),
        ("a" * 255, PASSWORD),
        ("ada@example.com", "x" * 1025),
    ],
)
async def test_wrong_password_is_refused(portal: Portal, email: str, password: str) -> None:
    """A wrong password, an unknown address and nonsense all fail alike, and leave no account."""
    with pytest.raises(SignInFailed):
        await portal.sign_in.with_password(email, password)
    async with portal.engine.connect() as connection:
        assert (await connection.execute(select(tables.account))).all() == []


async def test_two_factor_is_refused(portal: Portal) -> None:
    """WHMCS says "success" for Tess, whose second factor nobody has asked for: she is sent to WHMCS."""
    with pytest.raises(TwoFactorRequired):
        await portal.sign_in.with_password("tess@example.com", PASSWORD)


async def test_case_of_address_does_not_matter(portal: Portal) -> None:
    """Yuki may type her address as she likes; it is the same account, under WHMCS's spelling."""
    first = await portal.sign_in.with_password(" yuki@EXAMPLE.com ", PASSWORD)
    again = await portal.sign_in.with_password("Yuki@Example.com", PASSWORD)
    assert first == again
    assert first.email == "Yuki@Example.com"


async def test_namesake_is_somebody_else(portal: Portal) -> None:
    """WHMCS's search compares beginnings only: chidi@example.com also finds chidi@example.com.ng, who is not meant."""
    account = await portal.sign_in.with_password("chidi@example.com", PASSWORD)
    assert account.user_id == CHIDI.id


async def test_user_that_is_not_listed_does_not_get_in(portal: Portal) -> None:
    """The address alone is not enough, nor the id alone: WHMCS must list both together."""
    portal.whmcs.change(CHIDI, email="chidi@elsewhere.com")
    portal.whmcs.former_addresses["chidi@example.com"] = CHIDI.id
    with pytest.raises(SignInFailed):
        await portal.sign_in.with_password("chidi@example.com", PASSWORD)


async def test_address_that_is_listed_for_somebody_else_does_not_get_in(portal: Portal) -> None:
    """WHMCS lets Ada in under an address that its list has for Bob: she is not taken for him."""
    portal.whmcs.former_addresses["bob@example.com"] = ADA.id
    with pytest.raises(SignInFailed):
        await portal.sign_in.with_password("bob@example.com", PASSWORD)


async def test_outage_is_no_wrong_password(portal: Portal) -> None:
    """While WHMCS is away nobody is told that their password is wrong."""
    portal.whmcs.is_down = True
    with pytest.raises(BillingUnavailable):
        await portal.sign_in.with_password("ada@example.com", PASSWORD)


async def test_outage_of_the_user_list_stays_an_outage(portal: Portal) -> None:
    """A WHMCS that checks passwords but cannot list its users now is down, not old."""

    async def fails() -> None:
        raise BillingUnavailable("GetUsers timed out")

    portal.whmcs.before_users = fails
    with pytest.raises(BillingUnavailable):
        await portal.sign_in.with_password("ada@example.com", PASSWORD)


async def test_two_first_sign_ins_at_once(portal: Portal) -> None:
    """Eight first sign-ins of one person at the same moment make one account."""
    together = [portal.sign_in.with_password("ada@example.com", PASSWORD) for _ in range(8)]
    accounts = await asyncio.gather(*together)
    assert len(set(accounts)) == 1


async def test_changed_address_is_taken_over(portal: Portal) -> None:
    """The person is (WHMCS, user id): with another address it is still the same account."""
    before = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    portal.whmcs.change(ADA, email="ada@lovelace.example")
    after = await portal.sign_in.with_password("ada@lovelace.example", PASSWORD)
    assert (after.id, after.email) == (before.id, "ada@lovelace.example")


async def test_a_whmcs_that_cannot_list_its_users(portal: Portal) -> None:
    """8.0 has users, and tells who signed in: that is enough for clients that are linked."""
    portal.whmcs.version = "8.0.4"
    account = await portal.sign_in.with_password("ada@example.com", PASSWORD)
    assert account.user_id == 1
    async with portal.engine.connect() as connection:
        assert (await connection.execute(select(tables.account.c.subject))).scalars().all() == ["1"]


@pytest.mark.parametrize("version", ["7.10.3-release.1", "7.2.0", "6.3.2"])
async def test_a_whmcs_without_users_lets_nobody_in(portal: Portal, version: str) -> None:
    """Before 8 the number is a client's, the same for its owner and its contacts: they must never become one person."""
    portal.whmcs.version = version
    with pytest.raises(BillingTooOld):
        await portal.sign_in.with_password("ada@example.com", PASSWORD)
    assert await accounts(portal) == 0


async def test_a_contact_is_nobody_here(portal: Portal) -> None:
    """Whatever version WHMCS says it is: who signs in as a contact is told the client's number, not a user's."""
    portal.whmcs.contacts = {"ada@example.com"}
    for attempt in (
        portal.sign_in.with_password("ada@example.com", PASSWORD),
        portal.sign_in.confirm("ada@example.com", 1, PASSWORD),
    ):
        with pytest.raises(BillingTooOld):
            await attempt
    assert await accounts(portal) == 0


async def accounts(portal: Portal) -> int:
    async with portal.engine.connect() as connection:
        return len((await connection.execute(select(tables.account))).all())


def test_addresses_compare_without_case_and_composition() -> None:
    """One address typed in two ways is one address."""
    assert same("Jürgen@Example.com ", "ju\u0308rgen@example.COM")
    assert not same("ada@example.com", "ada@example.com.ng")


def test_no_letter_poses_as_another() -> None:
    """A look-alike that folds into an ASCII letter (the Kelvin sign) is another address."""
    assert not same("bob@ban\u212a.example", "bob@bank.example")
    assert not normalised("\u212a").isascii()
    assert not same("stra\u00dfe@example.com", "strasse@example.com")


@pytest.mark.parametrize(
    "guess", ["BOB@example.com", " b\u00f6b@example.com", "bob\u00ad@example.com", "bo\0b@example.com"]
)
def test_spellings_of_one_address_are_counted_as_one(guess: str) -> None:
    """MySQL compares without accents and invisible characters: each spelling would be ten more guesses."""
    assert skeleton(guess) == skeleton("bob@example.com")
    assert skeleton("rob@example.com") != skeleton("bob@example.com")
