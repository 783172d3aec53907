"""Adds entries to the trail. One row, the head, is locked meanwhile: it says which entry is the last."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from counterfoil.audit.chain import START, digest_of, hash_of
from counterfoil.audit.entries import PORTAL, Action, Entry
from counterfoil.db.tables import account, audit_entry, audit_head
from counterfoil.db.upsert import insert_new

HEAD = {"name": "head"}


class Dated(NamedTuple):
    at: datetime
    entry: Entry


async def append(connection: AsyncConnection, dated: Sequence[Dated]) -> None:
    """The last thing in its transaction: from here to the commit, every other process waits to add its own."""
    if not dated:
        return
    last, previous = await _locked_head(connection)
    if last is None:
        last, previous = await _new_head(connection)
        if last:  # somebody has removed it, and perhaps what it told of; that shall show for ever
            dated = [Dated(dated[0].at, Entry(Action.HEAD_MISSING, by=PORTAL)), *dated]
    # What somebody put past the end shall show, too, and hinder nobody.
    last = max(last, await connection.scalar(select(func.max(audit_entry.c.number))) or 0)
    rows = []
    for each in dated:
        last += 1
        row = await _row(connection, last, each)
        previous = row["hash"] = hash_of(previous, row)
        rows.append(row)
    await connection.execute(insert(audit_entry), rows)
    await connection.execute(update(audit_head).filter_by(**HEAD).values(last=last, last_hash=previous))


async def _locked_head(connection: AsyncConnection) -> tuple[int | None, str]:
    locked = update(audit_head).filter_by(**HEAD).values(last=audit_head.c.last)
    row = (await connection.execute(locked.returning(audit_head.c.last, audit_head.c.last_hash))).first()
    return (None, "") if row is None else (row.last, row.last_hash)


async def _new_head(connection: AsyncConnection) -> tuple[int, str]:
    newest = select(audit_entry.c.number, audit_entry.c.hash).order_by(audit_entry.c.number.desc()).limit(1)
    row = (await connection.execute(newest)).first()
    last, last_hash = (0, START) if row is None else (row.number, row.hash)
    first = await connection.scalar(select(func.min(audit_entry.c.number)))
    values = {"before": (first or 1) - 1, "before_hash": START, "last": last, "last_hash": last_hash}
    await insert_new(connection, audit_head, {**HEAD, **values})
    return last, last_hash


async def _row(connection: AsyncConnection, number: int, dated: Dated) -> dict[str, Any]:
    entry = dated.entry
    account_id = entry.account_id
    if account_id is None and entry.email:
        account_id = await _account_with(connection, entry.email)
    personal = {name: value for name, value in (("address", entry.address), ("reason", entry.reason)) if value}
    said = _json(personal) if personal else None
    salt = secrets.token_hex(16) if said else None
    return {
        "number": number,
        "at": dated.at,
        "action": entry.action.value,
        "by": entry.by,
        "account_id": account_id,
        "client_id": entry.client_id,
        "details": _json(entry.details),
        "personal": said,
        "salt": salt,
        "personal_digest": digest_of(salt, said) if said and salt else "",
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _account_with(connection: AsyncConnection, email: str) -> int | None:
    newest = select(account.c.id).where(func.lower(account.c.email) == email)
    found: int | None = await connection.scalar(newest.order_by(account.c.signed_in_at.desc()).limit(1))
    return found
