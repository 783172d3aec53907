"""What staff decided about an address: clients linked or unlinked over WHMCS's memberships, and the staff console."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.emails import normalised
from counterfoil.db import tables
from counterfoil.db.engine import transaction
from counterfoil.db.upsert import insert_new

State = Literal["linked", "unlinked"]


class Link(Struct, frozen=True):
    email: str
    client_id: int
    state: State
    created_at: datetime
    by: str


class Decisions(Struct, frozen=True):
    """All that staff decided about one address."""

    linked: frozenset[int]
    unlinked: frozenset[int]
    is_staff: bool


async def decisions(engine: AsyncEngine, email: str) -> Decisions:
    address = normalised(email)
    states = select(tables.link.c.client_id, tables.link.c.state).filter_by(email=address)
    async with transaction(engine) as connection:
        rows = (await connection.execute(states)).all()
        staff = (await connection.execute(select(tables.staff.c.email).filter_by(email=address))).first()
    by_state = {wanted: frozenset(row.client_id for row in rows if row.state == wanted) for wanted in _STATES}
    return Decisions(by_state["linked"], by_state["unlinked"], staff is not None)


_STATES: tuple[State, State] = ("linked", "unlinked")


async def decide(engine: AsyncEngine, email: str, client_id: int, state: State, by: str) -> bool:
    """Whether that was not so already. The last word counts, and holds against WHMCS's memberships."""
    key = {"email": normalised(email), "client_id": client_id}
    async with transaction(engine) as connection:
        # The write comes first (SQLite); a row that says so already keeps its date and author.
        row = {**key, "state": state, "created_at": datetime.now(UTC), "by": by}
        if await insert_new(connection, tables.link, row):
            return True
        changed = tables.link.update().filter_by(**key).where(tables.link.c.state != state)
        result = await connection.execute(changed.values(state=state, created_at=row["created_at"], by=by))
        return bool(result.rowcount)


async def known_links(engine: AsyncEngine, email: str | None = None) -> Sequence[Link]:
    """Of one address, or all of them, by address and client."""
    query = select(tables.link).order_by(tables.link.c.email, tables.link.c.client_id)
    async with transaction(engine) as connection:
        rows = await connection.execute(query if email is None else query.filter_by(email=normalised(email)))
        return [Link(row.email, row.client_id, row.state, row.created_at, row.by) for row in rows]


async def has_signed_in(engine: AsyncEngine, email: str) -> bool:
    """Whether somebody with this address has ever been here."""
    async with transaction(engine) as connection:
        emails = await connection.scalars(select(tables.account.c.email))
        return normalised(email) in {normalised(each) for each in emails}


async def grant_staff(engine: AsyncEngine, email: str) -> bool:
    """Whether that was not so already."""
    async with transaction(engine) as connection:
        row = {"email": normalised(email), "created_at": datetime.now(UTC)}
        return await insert_new(connection, tables.staff, row)


async def revoke_staff(engine: AsyncEngine, email: str) -> bool:
    """Whether that was not so already."""
    async with transaction(engine) as connection:
        result = await connection.execute(delete(tables.staff).filter_by(email=normalised(email)))
        return bool(result.rowcount)
