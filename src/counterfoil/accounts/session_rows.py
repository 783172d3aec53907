"""The rows of sessions: how they begin, last and end. What a session is worth: sessions.py."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts.people import AnyRow
from counterfoil.cache.scopes import session_scope
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account, session

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
MOST_PER_ACCOUNT = 10
LAST_SEEN_STEP = timedelta(minutes=1)
"""How often "last seen" is written. It lags by up to this and a copy's life, so idle ends up to 2 minutes early."""


class CachedCopy(NamedTuple):
    """Where the cache's copy of a session lies."""

    scope: str
    key: str


class Arrival(NamedTuple):
    """How somebody came in. `proven_at`: when they showed who they are; None where nobody says."""

    address: str = ""
    user_agent: str = ""
    proven_at: datetime | None = None

    def columns(self) -> dict[str, object]:
        """What browsers send is cut."""
        return {"address": self.address[:64], "user_agent": self.user_agent[:256], "proven_at": self.proven_at}


UNSEEN = Arrival()


class Person(NamedTuple):
    account_id: int
    rights: str
    """What they may see and do, as doubts.py writes it."""


async def begin(
    connection: AsyncConnection, person: Person, key: str, now: datetime, **about: object
) -> list[CachedCopy]:
    """Returns the oldest ones, which had to go."""
    account_id = person.account_id
    # Also a lock: of two sign-ins at once, the second counts the first one's session.
    signed_in = {"signed_in_at": now, "rights": person.rights}
    await connection.execute(update(account).where(account.c.id == account_id).values(signed_in))
    times = {"created_at": now, "last_seen_at": now, "expires_at": now + ABSOLUTE}
    await connection.execute(session.insert().values(id_hash=key, account_id=account_id, **about, **times))
    others = of_account(account_id) & ~named(key)
    newest = select(session.c.id_hash).where(others, ~has_ended(now))
    newest = newest.order_by(session.c.created_at.desc(), session.c.id_hash)
    return cached_copies(await end(connection, others & session.c.id_hash.not_in(newest.limit(MOST_PER_ACCOUNT - 1))))


async def living(engine: AsyncEngine, key: str, now: datetime) -> AnyRow | None:
    """The row with its account's columns."""
    mine = named(key)
    about = (session.c.client_id, session.c.last_seen_at, session.c.expires_at, session.c.doubted_at)
    wanted = [*account.c, *about]
    async with transaction(engine) as connection:
        row = (await connection.execute(select(*wanted).join_from(session, account).where(mine))).first()
    if row is None or row.expires_at <= now or row.last_seen_at + IDLE <= now:
        return None
    return row


async def those_that_live(engine: AsyncEngine, keys: Collection[str], now: datetime) -> set[str]:
    if not keys:
        return set()
    query = select(session.c.id_hash).where(session.c.id_hash.in_(keys), ~has_ended(now))
    async with transaction(engine) as connection:
        return set(await connection.scalars(query))


async def proven_at(engine: AsyncEngine, key: str) -> datetime | None:
    """When its person showed who they are. None: nobody says, or it has ended."""
    async with transaction(engine) as connection:
        return (await connection.execute(select(session.c.proven_at).where(named(key)))).scalar()


async def end(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[AnyRow]:
    """Returns what has ended: `client_id`, `id_hash`, `account_id`."""
    columns = (session.c.client_id, session.c.id_hash, session.c.account_id)
    return (await connection.execute(delete(session).where(which).returning(*columns))).all()


def counted(rows: Sequence[AnyRow]) -> Counter[int]:
    """How many of each account have ended."""
    return Counter(row.account_id for row in rows)


def cached_copies(rows: Sequence[AnyRow]) -> list[CachedCopy]:
    return [CachedCopy(session_scope(row.client_id), row.id_hash) for row in rows]


def id_of(key: str) -> str:
    """How a session is named outside: its key is also that of its copies."""
    return blake2b(key.encode(), digest_size=8, person=b"session").hexdigest()


def named(key: str) -> ColumnElement[bool]:
    return session.c.id_hash == key


def of_account(account_id: int) -> ColumnElement[bool]:
    return session.c.account_id == account_id


def has_ended(now: datetime) -> ColumnElement[bool]:
    return or_(session.c.expires_at <= now, session.c.last_seen_at <= now - IDLE)
