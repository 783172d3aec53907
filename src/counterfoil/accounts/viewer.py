"""Who is looking, and what they may see: the answer of a session. No I/O."""

from datetime import datetime

from msgspec import Struct

from counterfoil.cache.scopes import session_scope
from counterfoil.errors import AccountClosed, ClientNotFound


class ClientAccess(Struct, frozen=True):
    """One WHMCS client that a person may look at, with WHMCS's names of what they may do there."""

    client_id: int
    name: str
    permissions: frozenset[str]
    language: str = ""
    """In WHMCS's words. Copies of sessions that an earlier version made have none."""


class Viewing(Struct, frozen=True):
    """Staff look at an account as its people see it. `staff_id` is their own account."""

    staff_id: int
    staff_name: str
    reason: str
    until: datetime


class Viewer(Struct, frozen=True):
    """A signed-in person. `user_id` is the WHMCS user, None where WHMCS has none (before version 8)."""

    account_id: int
    email: str
    name: str
    user_id: int | None
    client_id: int | None
    """The client looked at; always one of `clients`, None when there is none."""
    clients: tuple[ClientAccess, ...]
    is_staff: bool
    is_closed: bool = False
    """The client that they looked at is no more; then `client_id` is None."""
    closed: tuple[int, ...] = ()
    """Theirs as well, but closed or deleted in WHMCS: there is nothing to open."""
    viewing: Viewing | None = None
    """It is staff who look, not this person. Never cached."""
    token_scope: str = ""
    """"read" or "pay" of an access token; empty for a person."""

    @property
    def client(self) -> int:
        """Raises ClientNotFound when this person has no client, or has not chosen one; AccountClosed."""
        if self.is_closed:
            raise AccountClosed
        if self.client_id is None:
            raise ClientNotFound
        return self.client_id

    @property
    def counted_as(self) -> str:
        """Whose allowance (web/http/limits.py) it is: what staff look at costs the customer nothing."""
        return f"staff {self.viewing.staff_id}" if self.viewing else str(self.account_id)

    @property
    def scope(self) -> str:
        """The cache's scope that this person reads from, as the cookie must name it."""
        return session_scope(self.client_id)

    @property
    def permissions(self) -> frozenset[str]:
        """On the client looked at."""
        for access in self.clients:
            if access.client_id == self.client_id:
                return access.permissions
        return frozenset()

    @property
    def language(self) -> str:
        """Of the client looked at, as it was up to a minute ago; empty without one."""
        return next((access.language for access in self.clients if access.client_id == self.client_id), "")

    def allows(self, permission: str) -> bool:
        """Of several, with spaces between them, all."""
        return self.permissions.issuperset(permission.split())

    def may_open(self, client_id: int) -> bool:
        return any(access.client_id == client_id for access in self.clients)
