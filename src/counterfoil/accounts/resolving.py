"""From the address that an operator types to the WHMCS user whom it means, at the moment when the command runs."""

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts import emails
from counterfoil.accounts.directory import AmbiguousAddress, NoUserList, UserLookup, find_by_email
from counterfoil.accounts.links import Person
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account
from counterfoil.errors import BillingUnavailable

NO_USERS = (
    " This WHMCS has no users that it could list (before version 8), so it holds for the address: for whoever has it."
)


async def resolved(engine: AsyncEngine, users: UserLookup, email: str) -> Person:
    """Without a user where WHMCS has none. Raises ClickException for an address that is nobody's: whoever took it later
    would get what is decided now.
    """
    try:
        user = await find_by_email(users, email)
    except AmbiguousAddress:
        raise click.ClickException(f"several WHMCS users have the address {email}. Nothing was changed.") from None
    except NoUserList:
        return await _by_sign_in(engine, email)
    except BillingUnavailable:
        raise click.ClickException("WHMCS does not say whose address that is. Nothing was changed.") from None
    if user is None:
        raise click.ClickException(f"WHMCS has no user with the address {email}. Nothing was changed.")
    return Person(email, user.id)


async def resolved_if_known(engine: AsyncEngine, users: UserLookup, email: str) -> Person:
    """For looking and for taking away: what was stored under the address can be found without WHMCS."""
    try:
        return await resolved(engine, users, email)
    except click.ClickException:
        return Person(email, None)


async def _by_sign_in(engine: AsyncEngine, email: str) -> Person:
    """WHMCS 8.0 has users and does not list them: of who has signed in, it has told the number."""
    async with transaction(engine) as connection:
        rows = (await connection.execute(select(account.c.email, account.c.whmcs_user_id))).all()
    found = {row.whmcs_user_id for row in rows if row.whmcs_user_id and emails.same(row.email, email)}
    if len(found) != 1:
        problem = f"this WHMCS does not list its users, and whose address {email} is, no sign-in has told yet"
        raise click.ClickException(f"{problem}. Nothing was changed.")
    return Person(email, found.pop())
