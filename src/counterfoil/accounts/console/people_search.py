"""For staff: who somebody is, by address or by client, whether or not they have ever signed in."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.directory import AmbiguousAddress, NoUserList, UserLookup, find_by_email
from counterfoil.accounts.emails import normalised, same
from counterfoil.accounts.people import Account, account_of
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account, link, session
from counterfoil.model import User, full_name

MOST = 50
"""People at once."""


class PeopleSearch:
    """Raises TemporarilyUnavailable, and BillingUnavailable when WHMCS is asked and does not say."""

    def __init__(self, engine: AsyncEngine, users: UserLookup) -> None:
        self._engine = engine
        self._users = users

    async def by_id(self, account_id: int) -> Account | None:
        found = await self._accounts(account.c.id == account_id)
        return found[0] if found else None

    async def by_email(self, email: str) -> tuple[Sequence[Account], User | None]:
        """Who has signed in under it, and WHMCS's user of now, whose account is 0 if they never did."""
        user = await self._user(email)
        wanted: list[ColumnElement[bool]] = [account.c.email == each for each in {email, normalised(email)}]
        if user is not None:
            wanted.append(account.c.whmcs_user_id == user.id)
        known = [each for each in await self._accounts(or_(*wanted)) if same(each.email, email) or _is(each, user)]
        return _with_user(known, user), user

    async def of_client(
        self, client_id: int, owner_user_id: int | None, email: str, others: Iterable[int] = ()
    ) -> Sequence[Account]:
        """The owner, and whoever looked at this client or was linked to it; `others`: accounts known to be about it.
        WHMCS's API does not list whom a client has invited: those who never signed in are not found.
        """
        users = select(link.c.user_id).where(link.c.client_id == client_id, link.c.user_id.is_not(None))
        looking = select(session.c.account_id).where(session.c.client_id == client_id)
        wanted: list[ColumnElement[bool]] = [
            account.c.whmcs_user_id.in_(users),
            account.c.id.in_(looking),
            account.c.id.in_(list(others)),
        ]
        if owner_user_id is not None:
            wanted.append(account.c.whmcs_user_id == owner_user_id)
        known = await self._accounts(or_(*wanted))
        if owner_user_id is None or any(each.user_id == owner_user_id for each in known):
            return known
        user = await self._user(email)
        return _with_user(known, user if user and user.id == owner_user_id else None)

    async def _user(self, email: str) -> User | None:
        try:
            return await find_by_email(self._users, email)
        except (AmbiguousAddress, NoUserList):
            return None

    async def _accounts(self, which: ColumnElement[bool]) -> list[Account]:
        wanted = select(account).where(which).order_by(account.c.signed_in_at.desc()).limit(MOST)
        async with transaction(self._engine) as connection:
            return [account_of(row) for row in await connection.execute(wanted)]


def _is(known: Account, user: User | None) -> bool:
    return user is not None and known.user_id == user.id


def _with_user(known: Sequence[Account], user: User | None) -> Sequence[Account]:
    if user is None or any(_is(each, user) for each in known):
        return known
    return [*known, Account(0, user.email, full_name(user.first_name, user.last_name) or user.email, user.id)]
