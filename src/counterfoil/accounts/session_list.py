"""The open sessions of one person, as they and staff see them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.session_rows import has_ended, id_of, of_account
from counterfoil.db.engine import transaction
from counterfoil.db.tables import session


class OpenSession(Struct, frozen=True):
    """One line of "where you are signed in"."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str
    is_this: bool


async def open_sessions(engine: AsyncEngine, account_id: int, now: datetime, this: str = "") -> Sequence[OpenSession]:
    """Those that live, latest first. `this`: the key of the one that is asking."""
    own = select(session).where(of_account(account_id), ~has_ended(now))
    async with transaction(engine) as connection:
        rows = await connection.execute(own.order_by(session.c.last_seen_at.desc(), session.c.created_at.desc()))
        return [
            OpenSession(
                id_of(row.id_hash), row.created_at, row.last_seen_at, row.address, row.user_agent, row.id_hash == this
            )
            for row in rows
        ]


async def key_of_session(engine: AsyncEngine, account_id: int, session_id: str) -> str | None:
    """None for what is no session of this person's."""
    own = select(session.c.id_hash).where(of_account(account_id))
    async with transaction(engine) as connection:
        return next((key for key in await connection.scalars(own) if id_of(key) == session_id), None)
