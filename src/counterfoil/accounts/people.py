"""Accounts: the people who have signed in, whoever vouched for them. How they sign in: sign_in.py."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.emails import same
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account
from counterfoil.db.upsert import put_row

AnyRow = Row[*tuple[Any, ...]]


class Identity(Struct, frozen=True):
    """What an issuer says of a person. `subject` never changes; the rest may, and is taken over at each sign-in."""

    issuer: str
    subject: str
    email: str
    name: str
    user_id: int | None
    """The WHMCS user; None where WHMCS has none (before version 8), and of staff who are nobody's customers."""
    is_staff: bool = False
    """By a claim of the issuer."""


class Account(Struct, frozen=True):
    """A person as the portal knows them."""

    id: int
    email: str
    name: str
    user_id: int | None
    is_staff: bool = False
    """By the issuer's word at the last sign-in."""


async def remember(engine: AsyncEngine, identity: Identity, now: float) -> Account:
    """The account of this identity, new or known. E-mail addresses do not identify: they change hands."""
    key = {"issuer": identity.issuer, "subject": identity.subject}
    moment = datetime.fromtimestamp(now, UTC)
    said = {"email": identity.email, "name": identity.name, "whmcs_user_id": identity.user_id}
    said |= {"is_staff": identity.is_staff}
    async with transaction(engine) as connection:
        await put_row(connection, account, key, {"created_at": moment}, **said, signed_in_at=moment)
        row = (await connection.execute(select(account).filter_by(**key))).one()
    return account_of(row)


def account_of(row: AnyRow) -> Account:
    """`row` has the columns of the account table."""
    return Account(row.id, row.email, row.name, row.whmcs_user_id, row.is_staff)


async def accounts_of(engine: AsyncEngine, user_id: int | None, email: str) -> Sequence[int]:
    """Every account of a WHMCS user, and those that last had this address: for showing, and for taking away."""
    people = select(account.c.id, account.c.email, account.c.whmcs_user_id)
    async with transaction(engine) as connection:
        rows = (await connection.execute(people)).all()
    is_user = {row.id for row in rows if user_id is not None and row.whmcs_user_id == user_id}
    return sorted(is_user | {row.id for row in rows if same(row.email, email)})
