"""Which WHMCS user somebody is for whom an OpenID Connect provider vouches: decided once, by a verified address."""

import msgspec
import pytest
from sqlalchemy import select

from counterfoil.accounts.notices import noticed_accounts
from counterfoil.accounts.rights import Rights
from counterfoil.accounts.vouching import EmailNotVerified, NoBillingUser, Vouched
from counterfoil.db import tables
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Membership, User
from tests.accounts.portal import Portal
from tests.accounts.whmcs import ADA, BOB, CHIDI, NAMESAKE

pytestmark = pytest.mark.anyio

ISSUER = "https://login.example"


def said(subject: str = "sub-1", email: str = "ada@example.com", *, is_staff: bool = False) -> Vouched:
    return Vouched(ISSUER, subject, email, "Somebody", is_staff)


async def test_a_verified_address_leads_to_the_one_user_who_has_it(portal: Portal) -> None:
    """Under WHMCS's spelling and name; the case of the address does not matter, what only begins like it is nobody."""
    account = await portal.sign_in.with_provider(said(email="CHIDI@example.com"))
    assert (account.user_id, account.email, account.name) == (CHIDI.id, "chidi@example.com", "Chidi Okafor")


@pytest.mark.parametrize("email", ["nobody@example.com", "ada@example", "ada@example.com.au"])
async def test_an_address_that_nobody_has_opens_nothing(portal: Portal, email: str) -> None:
    """However much it looks like somebody's."""
    with pytest.raises(NoBillingUser):
        await portal.sign_in.with_provider(said(email=email))


async def test_an_address_that_is_not_verified_opens_nothing(portal: Portal) -> None:
    """The provider leaves it out then, as it does where it knows none."""
    with pytest.raises(EmailNotVerified):
        await portal.sign_in.with_provider(said(email=""))


async def test_two_users_with_one_address_are_nobody(portal: Portal) -> None:
    """Which of the two is meant, nobody can tell."""
    portal.whmcs.change(BOB, email="ada@example.com")
    with pytest.raises(NoBillingUser):
        await portal.sign_in.with_provider(said())


async def test_who_is_known_stays_who_they_are(portal: Portal) -> None:
    """The subject counts from the second time on: with Bob's address at the provider Ada is not Bob."""
    first = await portal.sign_in.with_provider(said())
    again = await portal.sign_in.with_provider(said(email="bob@example.com"))
    assert (again.id, again.user_id) == (first.id, ADA.id)


async def test_who_takes_an_address_does_not_take_the_person(portal: Portal) -> None:
    """Ada changed her address in WHMCS and at the provider; Bob took the old one. Each stays who they were."""
    await portal.sign_in.with_provider(said("sub-ada"))
    portal.whmcs.change(ADA, email="countess@example.com")
    portal.whmcs.change(BOB, email="ada@example.com")
    ada = await portal.sign_in.with_provider(said("sub-ada", "countess@example.com"))
    bob = await portal.sign_in.with_provider(said("sub-bob", "ada@example.com"))
    assert (ada.user_id, ada.email) == (ADA.id, "countess@example.com")
    assert bob.user_id == BOB.id


async def test_a_known_person_who_is_no_user_any_more_is_nobody(portal: Portal) -> None:
    """Nor whoever has the address now."""
    await portal.sign_in.with_provider(said())
    portal.whmcs.users.pop(ADA.id)
    portal.whmcs.change(NAMESAKE, email="ada@example.com")
    with pytest.raises(NoBillingUser):
        await portal.sign_in.with_provider(said())


async def test_two_issuers_vouch_for_two_people(portal: Portal) -> None:
    """The same subject of another issuer is somebody else."""
    ada = await portal.sign_in.with_provider(said())
    other = msgspec.structs.replace(said(email="bob@example.com"), issuer="https://other.example")
    bob = await portal.sign_in.with_provider(other)
    assert (ada.user_id, bob.user_id) == (ADA.id, BOB.id)


async def test_an_outage_is_no_missing_account(portal: Portal) -> None:
    """While WHMCS is away nobody is told that they have no billing account."""
    portal.whmcs.is_down = True
    with pytest.raises(BillingUnavailable):
        await portal.sign_in.with_provider(said())


async def test_staff_by_a_claim_need_not_be_customers(portal: Portal) -> None:
    """They see no client, and stop being staff at the first sign-in without the claim."""
    rights = Rights(portal.engine, portal.cache, portal.whmcs, portal.whmcs.name_and_language, claims_count=True)
    staff = await portal.sign_in.with_provider(said(email="staff@operator.example", is_staff=True))
    granted = await rights.of(staff)
    assert granted is not None
    assert (staff.user_id, granted.is_staff, granted.clients) == (None, True, ())
    with pytest.raises(NoBillingUser):
        await portal.sign_in.with_provider(said(email="staff@operator.example"))
    async with portal.engine.connect() as connection:
        assert not (await connection.execute(select(tables.account.c.is_staff))).scalar_one()
    assert await noticed_accounts(portal.engine) == [staff.id]


async def test_a_claim_that_is_taken_away_is_gone_in_older_sessions(portal: Portal) -> None:
    """In every process, with the next look at what was decided."""
    rights = Rights(portal.engine, portal.cache, portal.whmcs, portal.whmcs.name_and_language, claims_count=True)
    before = await portal.sign_in.with_provider(said(is_staff=True))
    assert (await rights.of(before)).is_staff  # type: ignore[union-attr]
    after = await portal.sign_in.with_provider(said())
    assert after.id == before.id
    assert not (await rights.of(after)).is_staff  # type: ignore[union-attr]


async def test_a_claim_counts_only_where_the_operator_says_so(portal: Portal) -> None:
    """Without OIDC_STAFF_CLAIM what was stored of one means nothing."""
    granted = await portal.rights.of(await portal.sign_in.with_provider(said(is_staff=True)))
    assert granted is not None
    assert not granted.is_staff


async def test_a_customer_who_was_staff_first_is_found_later(portal: Portal) -> None:
    """Staff who become customers are recognised when WHMCS has them."""
    before = await portal.sign_in.with_provider(said(email="new@example.com", is_staff=True))
    portal.whmcs.users[40] = User(40, "new@example.com", "New", "Customer", (Membership(40, is_owner=True),))
    after = await portal.sign_in.with_provider(said(email="new@example.com", is_staff=True))
    assert (after.id, before.user_id, after.user_id) == (before.id, None, 40)
