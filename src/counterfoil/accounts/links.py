"""What staff decided about a WHMCS user: clients linked or unlinked over WHMCS's memberships, and the staff console.

A decision is about the user, whatever address they take. `email` is the address by which they were found then.
Rows without a user are from before, or of a WHMCS without users (before version 8.1): accounts without a user go by the
address. Of anybody else such a row grants nothing, and an unlink among them still refuses whoever has the address.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Table, Text, and_, cast, delete, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts.emails import normalised
from counterfoil.accounts.notices import notify
from counterfoil.accounts.people import Account
from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import Action, Entry
from counterfoil.db import tables
from counterfoil.db.engine import transaction
from counterfoil.db.upsert import insert_new

State = Literal["linked", "unlinked"]


class Person(Struct, frozen=True):
    """Whom a decision is about. `user_id` is None where WHMCS has no users that it could list."""

    email: str
    user_id: int | None


class Link(Struct, frozen=True):
    email: str
    user_id: int | None
    client_id: int
    state: State
    created_at: datetime
    by: str


class StaffMember(Struct, frozen=True):
    email: str
    user_id: int | None
    created_at: datetime


class Decisions(Struct, frozen=True):
    """All that staff decided about one person."""

    linked: frozenset[int]
    unlinked: frozenset[int]
    is_staff: bool


async def decisions(engine: AsyncEngine, person: Account) -> Decisions:
    link, staff = tables.link, tables.staff
    unbound = and_(link.c.user_id.is_(None), link.c.email == normalised(person.email), link.c.state == "unlinked")
    async with transaction(engine) as connection:
        links = select(link.c.client_id, link.c.state).where(or_(_about(link, person.email, person.user_id), unbound))
        rows = (await connection.execute(links)).all()
        member = select(staff.c.email).where(_about(staff, person.email, person.user_id))
        is_staff = (await connection.execute(member)).first() is not None
    unlinked = frozenset(row.client_id for row in rows if row.state == "unlinked")
    return Decisions(frozenset(row.client_id for row in rows if row.state == "linked") - unlinked, unlinked, is_staff)


def _about(table: Table, email: str, user_id: int | None) -> ColumnElement[bool]:
    if user_id is not None:
        return table.c.user_id == user_id
    return and_(table.c.user_id.is_(None), table.c.email == normalised(email))


async def decide(engine: AsyncEngine, person: Person, client_id: int, state: State, by: str) -> bool:
    """Whether that was not so already. The last word counts, and holds against WHMCS's memberships."""
    link, email = tables.link, normalised(person.email)
    theirs = and_(link.c.client_id == client_id, _about(link, email, person.user_id))
    row = {"email": email, "user_id": person.user_id, "state": state, "created_at": datetime.now(UTC), "by": by}
    async with transaction(engine) as connection:
        # The write comes first (SQLite); a row that says so already keeps its date and author.
        was_unbound = await _replace_unbound(connection, link, person, link.c.client_id == client_id)
        changes = {"state": state, "created_at": row["created_at"], "by": by}
        changed = await connection.execute(link.update().where(theirs, link.c.state != state).values(changes))
        if not changed.rowcount:
            if (await connection.execute(select(link.c.email).where(theirs))).first() is not None:
                return was_unbound
            await _free_address(connection, link, email, link.c.client_id == client_id)
            await insert_new(connection, link, {**row, "client_id": client_id})
        action = Action.LINKED if state == "linked" else Action.UNLINKED
        await _tell(connection, person, Entry(action, by=by, client_id=client_id))
        return True


async def forget(engine: AsyncEngine, person: Person, client_id: int, by: str) -> bool:
    """From now on it is as WHMCS says. Whether it was not so already. Rows of nobody known go by their address."""
    async with transaction(engine) as connection:
        mine = and_(tables.link.c.client_id == client_id, _reaches(tables.link, person))
        result = await connection.execute(delete(tables.link).where(mine))
        await _tell(connection, person, Entry(Action.LINK_FORGOTTEN, by=by, client_id=client_id))
        return bool(result.rowcount)


async def bind_unlinks(engine: AsyncEngine, person: Account) -> None:
    """Of somebody who has just shown that the address is theirs: what refused the address refuses the user from now on,
    whatever address they take next.
    """
    link = tables.link
    unbound = and_(link.c.user_id.is_(None), link.c.email == normalised(person.email), link.c.state == "unlinked")
    other = link.alias()
    bound = select(other.c.client_id).where(other.c.user_id == person.user_id).scalar_subquery()
    async with transaction(engine) as connection:
        bind = link.update().where(unbound, link.c.client_id.not_in(bound)).values(user_id=person.user_id)
        await connection.execute(bind)


async def known_links(engine: AsyncEngine, person: Person | None = None) -> Sequence[Link]:
    """Of one person, or all of them, by address and client."""
    query = select(tables.link).order_by(tables.link.c.email, tables.link.c.client_id)
    if person is not None:
        query = query.where(_reaches(tables.link, person))
    async with transaction(engine) as connection:
        rows = await connection.execute(query)
        return [Link(row.email, row.user_id, row.client_id, row.state, row.created_at, row.by) for row in rows]


async def links_of_client(engine: AsyncEngine, client_id: int) -> Sequence[Link]:
    query = select(tables.link).where(tables.link.c.client_id == client_id).order_by(tables.link.c.email)
    async with transaction(engine) as connection:
        rows = await connection.execute(query)
        return [Link(row.email, row.user_id, row.client_id, row.state, row.created_at, row.by) for row in rows]


async def grant_staff(engine: AsyncEngine, person: Person, by: str) -> bool:
    """Whether that was not so already."""
    staff, email = tables.staff, normalised(person.email)
    row = {"email": email, "user_id": person.user_id, "created_at": datetime.now(UTC)}
    async with transaction(engine) as connection:
        await _replace_unbound(connection, staff, person)  # the write comes first (SQLite)
        if (await connection.execute(select(staff.c.email).where(_about(staff, email, person.user_id)))).first():
            return False
        await _free_address(connection, staff, email)
        await insert_new(connection, staff, row)
        await _tell(connection, person, Entry(Action.STAFF_GRANTED, by=by))
        return True


async def revoke_staff(engine: AsyncEngine, person: Person, by: str) -> bool:
    """Whether that was not so already. What was granted by this address goes too: taking away may reach too far."""
    staff = tables.staff
    async with transaction(engine) as connection:
        gone = delete(staff).where(_reaches(staff, person)).returning(staff.c.email, staff.c.user_id)
        rows = (await connection.execute(gone)).all()
        for row in rows:
            await _tell(connection, Person(row.email, row.user_id), Entry(Action.STAFF_REVOKED, by=by))
        return bool(rows)


async def known_staff(engine: AsyncEngine) -> Sequence[StaffMember]:
    async with transaction(engine) as connection:
        rows = await connection.execute(select(tables.staff).order_by(tables.staff.c.email))
        return [StaffMember(row.email, row.user_id, row.created_at) for row in rows]


async def unresolved(engine: AsyncEngine) -> list[str]:
    """The addresses of decisions that are bound to no WHMCS user."""
    async with transaction(engine) as connection:
        found = [
            await connection.scalars(select(table.c.email).where(table.c.user_id.is_(None)))
            for table in (tables.link, tables.staff)
        ]
    return sorted({email for emails in found for email in emails})


def _reaches(table: Table, person: Person) -> ColumnElement[bool]:
    """Rows about this person, and those that were made by this address, whoever has it now."""
    by_address = table.c.email == normalised(person.email)
    return by_address if person.user_id is None else or_(by_address, table.c.user_id == person.user_id)


async def _tell(connection: AsyncConnection, person: Person, entry: Entry) -> None:
    """Every process, and the audit trail."""
    accounts = await notify(connection, person.email, person.user_id)
    details = {} if person.user_id is None else {"user_id": person.user_id}
    entry = replace(entry, account_id=next(iter(accounts), None), details=details)
    await append(connection, [Dated(datetime.now(UTC), entry)])


async def _replace_unbound(
    connection: AsyncConnection, table: Table, person: Person, *which: ColumnElement[bool]
) -> bool:
    """A row that is bound to nobody makes way for what is said of a user. Whether there was one."""
    unbound = and_(table.c.email == normalised(person.email), table.c.user_id.is_(None), *which)
    if person.user_id is None:
        unbound = false()
    return bool((await connection.execute(delete(table).where(unbound))).rowcount)


async def _free_address(connection: AsyncConnection, table: Table, email: str, *which: ColumnElement[bool]) -> None:
    """An address that changed hands: the row of who had it keeps its user, under a name that is no address."""
    former = email + " (formerly user " + cast(table.c.user_id, Text) + ")"
    await connection.execute(table.update().where(table.c.email == email, *which).values(email=former))
