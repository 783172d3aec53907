"""What a change of a WHMCS user means for their sessions.

WHMCS says that a user changed, and not what. What shows (a name, clients, permissions) explains it, and the sessions go
on by it. Where nothing shows it was the password, or something as good as that: then they end. They end too when the
user is gone or has another address, and when their last client was deleted.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts import session_rows
from counterfoil.accounts.notices import notify_of_ends
from counterfoil.accounts.people import AnyRow
from counterfoil.accounts.rights import Granted
from counterfoil.accounts.session_rows import CachedCopy, cached_copies
from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import WHMCS, Action, Detail, Entry
from counterfoil.db.engine import transaction
from counterfoil.db.tables import access_token, account, session

USER_GONE, USER_CHANGED, PASSWORD_CHANGED, CLIENT_DELETED = (
    "user_gone",
    "user_changed",
    "password_changed",
    "client_deleted",
)


class _Seen(Struct, frozen=True):
    """What shows of a person. `clients`: number -> WHMCS's names of permissions."""

    name: str
    clients: dict[str, list[str]]
    closed: list[int]


_seen = msgspec.json.Decoder(_Seen)


def seen_rights(granted: Granted) -> str:
    clients = {str(each.client_id): sorted(each.permissions) for each in granted.clients}
    return msgspec.json.encode(_Seen(granted.name, clients, sorted(granted.closed))).decode()


async def doubt(engine: AsyncEngine, user_id: int) -> None:
    """WHMCS says that this user changed: each session and token of theirs is looked at when it is used next."""
    theirs = select(account.c.id).where(account.c.whmcs_user_id == user_id).scalar_subquery()
    async with transaction(engine) as connection:
        for table in (session, access_token):
            doubted = update(table).where(table.c.account_id.in_(theirs))
            await connection.execute(doubted.values(doubted_at=datetime.now(UTC)))


async def end_of_user(engine: AsyncEngine, user_id: int, why: str) -> list[CachedCopy]:
    """Ends all sessions and tokens of a WHMCS user."""
    theirs = select(account.c.id).where(account.c.whmcs_user_id == user_id)
    async with transaction(engine) as connection:
        return await end_all(connection, (await connection.scalars(theirs)).all(), WHMCS, why)


async def settle(engine: AsyncEngine, row: AnyRow, granted: Granted | None, *, is_left_alone: bool) -> list[CachedCopy]:
    """What has ended, of the session or token in `row` and its person's others: nothing, mostly. `granted` is what they
    may see now, `is_left_alone`: their last client was deleted.
    """
    rights, ends = "" if granted is None else seen_rights(granted), ""
    if granted is None or is_left_alone:
        ends = USER_GONE if granted is None else CLIENT_DELETED
    elif row.doubted_at is not None and rights == row.rights:
        ends = USER_CHANGED
    if ends:
        async with transaction(engine) as connection:
            return await end_all(connection, [row.id], WHMCS, ends, only_doubted=ends == USER_CHANGED)
    if rights != row.rights:
        await _explain(engine, row, rights)
    return []


async def end_all(
    connection: AsyncConnection,
    accounts: Sequence[int],
    by: str,
    why: str,
    *,
    only_doubted: bool = False,
    address: str = "",
) -> list[CachedCopy]:
    """Ends sessions and tokens, on record; last in its transaction. The caller drops the copies. `address`: from where
    it is done.
    """
    ended = []
    for table in (session, access_token):
        gone = delete(table).where(table.c.account_id.in_(accounts))
        if only_doubted:
            gone = gone.where(table.c.doubted_at.is_not(None))
        columns = (table.c.client_id, table.c.id_hash, table.c.account_id)
        ended.append((await connection.execute(gone.returning(*columns))).all())
    sessions, tokens = ended
    await notify_of_ends(connection, [*sessions, *tokens])
    entries = [
        Entry(action, by, account_id, details={what: times, "why": why}, address=address)
        for action, what, rows in (
            (Action.SESSION_ENDED, "sessions", sessions),
            (Action.TOKEN_ENDED, "tokens", tokens),
        )
        for account_id, times in session_rows.counted(rows).items()
    ]
    await append(connection, [Dated(datetime.now(UTC), entry) for entry in entries])
    return cached_copies([*sessions, *tokens])


async def _explain(engine: AsyncEngine, row: AnyRow, rights: str) -> None:
    """From now on this is what shows of the person."""
    stored = update(account).where(account.c.id == row.id, account.c.rights.is_not_distinct_from(row.rights))
    async with transaction(engine) as connection:
        is_first = (await connection.execute(stored.values(rights=rights))).rowcount
        if row.doubted_at is not None:
            for table in (session, access_token):
                trusted = update(table).where(table.c.account_id == row.id, table.c.doubted_at <= row.doubted_at)
                await connection.execute(trusted.values(doubted_at=None))
        if is_first and row.rights is not None:
            changed = _changes(_seen.decode(row.rights), _seen.decode(rights))
            entries = [Entry(Action.PERMISSIONS_CHANGED, WHMCS, row.id, *each) for each in changed]
            await append(connection, [Dated(datetime.now(UTC), entry) for entry in entries])


def _changes(before: _Seen, now: _Seen) -> list[tuple[int, dict[str, Detail]]]:
    """For each client that differs, what was given and what was taken."""
    found = []
    for client in sorted({*before.clients, *now.clients}, key=int):
        had, has = set(before.clients.get(client, ())), set(now.clients.get(client, ()))
        details: dict[str, Detail] = {"given": sorted(has - had), "taken": sorted(had - has)}
        if had != has:
            found.append((int(client), {name: names for name, names in details.items() if names}))
    return found
