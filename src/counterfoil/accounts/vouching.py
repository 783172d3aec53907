"""People for whom an OpenID Connect provider vouches: which WHMCS user each of them is, decided once.

A person is (issuer, subject). The first time, a verified address leads to the one WHMCS user who has exactly it; from
then on it is that user, whatever address they take and whoever takes theirs.
"""

from typing import NamedTuple

import structlog
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts import emails
from counterfoil.accounts.directory import AmbiguousAddress, NoUserList, UserLookup, find_by_email, find_user
from counterfoil.accounts.notices import notify
from counterfoil.accounts.people import Account, Identity, account_of
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account
from counterfoil.errors import Refused, SignInFailed, Unavailable
from counterfoil.model import User, full_name

_log = structlog.get_logger(__name__)


class ProviderUnavailable(Unavailable):
    """It gave no whole answer in time, or says of itself what cannot be. `args`: why, for the log."""

    code, title = "identity_provider_unavailable", "Sign-in service unavailable"
    detail = "The sign-in service did not answer as it should. Please try again."


class IdentityNotProven(SignInFailed):
    """The provider answered, but not with a proof of who came back."""

    code, status = "identity_not_proven", 403
    title = "Sign-in not completed"
    detail = "The answer of the sign-in service does not prove who you are, so nobody was signed in. Please try again."


class SignInNotBegun(SignInFailed):
    """Somebody comes back who did not set out from here, or a second time."""

    code, status = "sign_in_not_begun", 400
    title = "Sign-in not completed"
    detail = "This sign-in was not begun in this browser, took too long, or was used already. Please begin again."


class SignInCancelled(Refused):
    code, status = "sign_in_cancelled", 403
    title, detail = "Sign-in cancelled", "The sign-in was cancelled."


class EmailNotVerified(Refused):
    code, status = "email_not_verified", 403
    title = "E-mail address not confirmed"
    detail = "The sign-in service has not confirmed your e-mail address. Confirm it there, then sign in again."


class NoBillingUser(Refused):
    code, status = "no_billing_user", 403
    title = "No billing account"
    detail = "No billing account belongs to the e-mail address that you signed in with."


class Vouched(Struct, frozen=True):
    """What a provider says of somebody who came from it, proven. `email` is "" unless it is verified."""

    issuer: str
    subject: str
    email: str
    name: str
    is_staff: bool
    proven_at: float | None = None
    """Unix seconds: when they proved to the provider who they are. None: it does not say."""


class _Found(NamedTuple):
    user_id: int
    email: str
    name: str


async def identify(engine: AsyncEngine, users: UserLookup, said: Vouched) -> Identity:
    """Who that is in WHMCS. Staff by a claim need not be anybody there.

    Raises NoBillingUser, EmailNotVerified, and BillingUnavailable when WHMCS does not say.
    """
    known = await _known(engine, said)
    if known is not None and known.is_staff and not said.is_staff:
        await _take_back(engine, known)
    if known is not None and known.user_id is not None:
        found = await _bound(users, said, known, known.user_id)
    else:
        try:
            found = await _by_email(users, said)
        except (NoBillingUser, EmailNotVerified):
            if not said.is_staff:
                raise
            return Identity(said.issuer, said.subject, said.email, said.name or said.email, None, is_staff=True)
    return Identity(said.issuer, said.subject, found.email, found.name, found.user_id, is_staff=said.is_staff)


async def _known(engine: AsyncEngine, said: Vouched) -> Account | None:
    query = select(account).filter_by(issuer=said.issuer, subject=said.subject)
    async with transaction(engine) as connection:
        row = (await connection.execute(query)).first()
    return None if row is None else account_of(row)


async def _bound(users: UserLookup, said: Vouched, known: Account, user_id: int) -> _Found:
    """The user of the first time, under the address that they have by now."""
    addresses = dict.fromkeys(emails.normalised(each) for each in (said.email, known.email) if each)
    for address in addresses:
        try:
            user = await find_user(users, address, user_id)
        except NoUserList:
            return _Found(user_id, known.email, known.name)
        if user is not None:
            return _found(user)
    _log.warning("the WHMCS user of a known person is not found by any address of theirs", user_id=user_id)
    raise NoBillingUser


async def _by_email(users: UserLookup, said: Vouched) -> _Found:
    if not said.email:
        raise EmailNotVerified
    try:
        user = await find_by_email(users, said.email)
    except AmbiguousAddress:
        _log.warning("several WHMCS users have the address of somebody who signs in: nobody is taken for one of them")
        raise NoBillingUser from None
    except NoUserList:
        _log.error("this WHMCS cannot list users (before 8.1): nobody can be recognised by an address")
        raise NoBillingUser from None
    if user is None:
        raise NoBillingUser
    return _found(user)


def _found(user: User) -> _Found:
    return _Found(user.id, user.email, full_name(user.first_name, user.last_name) or user.email)


async def _take_back(engine: AsyncEngine, person: Account) -> None:
    """The provider calls them staff no more: older sessions lose it too, in every process, whoever else they are."""
    async with transaction(engine) as connection:
        await connection.execute(account.update().where(account.c.id == person.id).values(is_staff=False))
        await notify(connection, person.email, person.user_id)
