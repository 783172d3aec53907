"""Binding somebody of the provider to a WHMCS user, by staff. Of most it is decided by their address: vouching.py."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.doubts import end_all
from counterfoil.accounts.links import Person
from counterfoil.accounts.session_rows import CachedCopy
from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import Action, Entry
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account
from counterfoil.db.upsert import insert_new

WHY = "identity"


class Identified(NamedTuple):
    """Whom the provider calls `subject`; `user_id` is None while no WHMCS user is known for them."""

    subject: str
    email: str
    user_id: int | None


class Decided(NamedTuple):
    """`changed`: it was not so already. `ended`: copies of sessions and tokens that ended with it."""

    changed: bool
    ended: list[CachedCopy]


async def bind(engine: AsyncEngine, issuer: str, subject: str, person: Person, by: str) -> Decided:
    """From their next sign-in on they are this user, whatever address they have. Whoever was in as another is out."""
    now, key = datetime.now(UTC), {"issuer": issuer, "subject": subject}
    said = {"email": person.email, "name": person.email, "whmcs_user_id": person.user_id}
    async with transaction(engine) as connection:
        # The write comes first (SQLite).
        is_new = await insert_new(connection, account, {**key, **said, "created_at": now, "signed_in_at": now})
        row = (await connection.execute(select(account.c.id, account.c.whmcs_user_id).filter_by(**key))).one()
        if not is_new and row.whmcs_user_id == person.user_id:
            return Decided(changed=False, ended=[])
        await connection.execute(account.update().where(account.c.id == row.id).values(**said, rights=None))
        ended = await end_all(connection, [row.id], by, WHY)
        bound = Entry(Action.IDENTITY_BOUND, by, row.id, details={"user_id": person.user_id or 0})
        await append(connection, [Dated(now, bound)])
        return Decided(changed=True, ended=ended)


async def release(engine: AsyncEngine, issuer: str, subject: str, by: str) -> Decided:
    """From their next sign-in on their address says again who they are."""
    mine = account.update().filter_by(issuer=issuer, subject=subject).where(account.c.whmcs_user_id.is_not(None))
    async with transaction(engine) as connection:
        freed = mine.values(whmcs_user_id=None, rights=None).returning(account.c.id)
        account_id: int | None = (await connection.execute(freed)).scalar()
        if account_id is None:
            return Decided(changed=False, ended=[])
        ended = await end_all(connection, [account_id], by, WHY)
        await append(connection, [Dated(datetime.now(UTC), Entry(Action.IDENTITY_RELEASED, by, account_id))])
        return Decided(changed=True, ended=ended)


async def identities(engine: AsyncEngine, issuer: str) -> Sequence[Identified]:
    """All whom this provider has sent, or staff have named."""
    known = select(account.c.subject, account.c.email, account.c.whmcs_user_id).where(account.c.issuer == issuer)
    async with transaction(engine) as connection:
        rows = await connection.execute(known.order_by(account.c.email, account.c.subject))
        return [Identified(*row) for row in rows]
