"""`counterfoil export` and `counterfoil forget`: what is held about a person, given out, or removed.

What the law asks for stays: orders, and the audit trail without addresses and reasons. Both name the person by a number
of ours, which says nothing to anybody once the account has no name.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts.command_context import email_argument, make_it_hold, opened
from counterfoil.accounts.doubts import end_all
from counterfoil.accounts.emails import normalised
from counterfoil.accounts.people import accounts_of
from counterfoil.accounts.resolving import resolved_if_known
from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import COMMAND_LINE, Action, Detail, Entry
from counterfoil.audit.repository import add
from counterfoil.db.commands import run
from counterfoil.db.console_tables import failure
from counterfoil.db.engine import transaction
from counterfoil.db.tables import access_token, account, audit_entry, link, portal_order, session, staff

_INNER = {"id_hash", "hash", "salt", "personal_digest", "idempotency_key", "body_hash", "owner", "lease_until"}
"""Columns that say nothing about a person, or would let somebody in."""


@click.command()
@email_argument
def export(email: str) -> None:
    """Print what is held about a person, as JSON."""
    click.echo(run(_exported(email)))


async def _exported(email: str) -> str:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        people = await accounts_of(desk.engine, person.user_id, email)
        held: dict[str, Any] = {"email": email}
        entries = [Entry(Action.PERSON_EXPORTED, COMMAND_LINE, each) for each in people]
        await add(desk.engine, [Dated(datetime.now(UTC), entry) for entry in entries])
        async with transaction(desk.engine) as connection:
            held["accounts"] = await _rows(connection, account, account.c.id.in_(people))
            for name, table in _OF_ACCOUNT.items():
                held[name] = await _rows(connection, table, table.c.account_id.in_(people))
            for table in (link, staff):
                held[table.name] = await _rows(connection, table, _about(table, email, person.user_id))
        return msgspec.json.format(msgspec.json.encode(held), indent=2).decode()


_OF_ACCOUNT = {
    "sessions": session,
    "access_tokens": access_token,
    "orders": portal_order,
    "audit": audit_entry,
    "errors": failure,
}


async def _rows(connection: AsyncConnection, table: Table, which: Any) -> list[dict[str, Any]]:
    rows = await connection.execute(select(*(each for each in table.c if each.name not in _INNER)).where(which))
    return [dict(row) for row in rows.mappings()]


def _about(table: Table, email: str, user_id: int | None) -> Any:
    by_address = table.c.email == normalised(email)
    return by_address if user_id is None else or_(by_address, table.c.user_id == user_id)


@click.command()
@email_argument
def forget(email: str) -> None:
    """Remove what is held about a person. Orders stay, and the audit trail without addresses."""
    done = run(_forgotten(email))
    if done is None:
        click.echo(f"Nothing is held about {email}.")
        return
    for what, times in done.items():
        click.echo(f"{what}: {times} removed")
    click.echo("Orders and the audit trail stay, under a number.")


async def _forgotten(email: str) -> dict[str, int] | None:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        people = await accounts_of(desk.engine, person.user_id, email)
        done = await _decisions_removed(desk.engine, email, person.user_id)
        if not people:
            return done if any(done.values()) else None
        async with transaction(desk.engine) as connection:
            # Numbers of accounts are never given again: the row stays, and says nothing.
            for each in people:
                nobody = {
                    "email": "",
                    "name": "",
                    "whmcs_user_id": None,
                    "rights": None,
                    "subject": f"forgotten {each}",
                }
                await connection.execute(update(account).where(account.c.id == each).values(nobody))
            told = audit_entry.c.account_id.in_(people), audit_entry.c.personal.is_not(None)
            unsaid = update(audit_entry).where(*told).values(personal=None, salt=None)
            done["network addresses and reasons"] = (await connection.execute(unsaid)).rowcount
            ended = await end_all(connection, people, COMMAND_LINE, "forgotten")
            gone = delete(failure).where(failure.c.account_id.in_(people))
            done["references of errors"] = (await connection.execute(gone)).rowcount
            done["accounts"], done["sessions and access tokens"] = len(people), len(ended)
            await append(connection, _entries(people, done))
        await make_it_hold(desk, ended)
        return done


async def _decisions_removed(engine: AsyncEngine, email: str, user_id: int | None) -> dict[str, int]:
    done = {}
    async with transaction(engine) as connection:
        for what, table in (("links", link), ("rights of staff", staff)):
            gone = await connection.execute(delete(table).where(_about(table, email, user_id)))
            done[what] = gone.rowcount
    return done


def _entries(people: Sequence[int], done: dict[str, int]) -> list[Dated]:
    details: dict[str, Detail] = dict(done)
    now = datetime.now(UTC)
    return [Dated(now, Entry(Action.PERSON_FORGOTTEN, COMMAND_LINE, each, details=details)) for each in people]
