"""Staff look at an account as its people see it: read-only, with a reason, for half an hour, and for one session of
theirs at a time. Who may: web/http/guard.py. Nothing of the person who is looked at is written or renewed by it.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.people import Account, AnyRow
from counterfoil.accounts.rights import Granted
from counterfoil.accounts.viewer import Viewer, Viewing
from counterfoil.db.console_tables import staff_view
from counterfoil.db.engine import transaction
from counterfoil.errors import ClientNotFound

LASTS = timedelta(minutes=30)

LONGEST_REASON = 300
"""Characters. The customer reads it."""


class RightsReader(Protocol):
    """rights.Rights is one."""

    async def of(self, account: Account) -> Granted | None: ...


class StaffViews:
    """Every method with I/O raises TemporarilyUnavailable when the database is away."""

    def __init__(self, engine: AsyncEngine, rights: RightsReader) -> None:
        self._engine = engine
        self._rights = rights

    async def require_theirs(self, person: Account, client_id: int) -> None:
        """Raises ClientNotFound when this person does not see that client; BillingUnavailable."""
        granted = await self._rights.of(person)
        if granted is None or client_id not in {*(each.client_id for each in granted.clients), *granted.closed}:
            raise ClientNotFound

    async def begin(self, session: str, person: Account, client_id: int, reason: str) -> None:
        """In place of the one that this session has. `session` as the database names it."""
        whom = {"account_id": person.id, "user_id": person.user_id, "email": person.email, "name": person.name}
        about = {"client_id": client_id, "reason": reason[:LONGEST_REASON], "expires_at": datetime.now(UTC) + LASTS}
        async with transaction(self._engine) as connection:
            await connection.execute(delete(staff_view).filter_by(session_id=session))
            await connection.execute(staff_view.insert().values(session_id=session, **whom, **about))

    async def end(self, session: str) -> tuple[int, int] | None:
        """Account and client that were looked at; None: nothing was."""
        gone = delete(staff_view).filter_by(session_id=session)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(gone.returning(staff_view.c.account_id, staff_view.c.client_id))).first()
        return (row.account_id, row.client_id) if row else None

    async def is_looking(self, session: str) -> bool:
        return await self._living(session) is not None

    async def _living(self, session: str) -> AnyRow | None:
        living = select(staff_view).filter_by(session_id=session).where(staff_view.c.expires_at > datetime.now(UTC))
        async with transaction(self._engine) as connection:
            return (await connection.execute(living)).first()

    async def seen_by(self, session: str, staff: Viewer) -> Viewer | None:
        """What the person would see now. None: there is no view, or its time is up. Raises BillingUnavailable."""
        row = await self._living(session)
        if row is None:
            return None
        person = Account(row.account_id, row.email, row.name, row.user_id)
        granted = await self._rights.of(person)
        clients = granted.clients if granted else ()
        is_open = row.client_id in {each.client_id for each in clients}
        return Viewer(
            person.id,
            person.email,
            person.name,
            person.user_id,
            row.client_id if is_open else None,
            clients,
            is_staff=False,
            is_closed=not is_open,
            closed=granted.closed if granted else (),
            viewing=Viewing(staff.account_id, staff.name, row.reason, row.expires_at),
        )
