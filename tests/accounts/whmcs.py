"""As much of WHMCS as accounts ask of it, without HTTP: the people, their clients, and switches for what may happen.

The whole way over the wire is tested with the sandbox.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from counterfoil.errors import BillingUnavailable, SignInFailed
from counterfoil.model import Membership, User
from counterfoil.whmcs.results import Login, WhmcsDetails

PASSWORD = "demo-password-1"

ADA = User(1, "ada@example.com", "Ada", "Lovelace", (Membership(1, is_owner=True),))
BOB = User(2, "bob@example.com", "Bob", "Baker", (Membership(2, is_owner=True),))
CHIDI = User(
    3,
    "chidi@example.com",
    "Chidi",
    "Okafor",
    (Membership(1, is_owner=False), Membership(3, is_owner=True), Membership(4, is_owner=False)),
)
YUKI = User(4, "Yuki@Example.com", "Yuki", "Tanaka", (Membership(5, is_owner=True),))
TESS = User(5, "tess@example.com", "Tess", "Two", (Membership(6, is_owner=True),))
NAMESAKE = User(31, "chidi@example.com.ng", "Chidi", "Obi", (Membership(31, is_owner=True),))


@dataclass
class Whmcs:
    users: dict[int, User] = field(
        default_factory=lambda: {user.id: user for user in (ADA, BOB, NAMESAKE, CHIDI, YUKI, TESS)}
    )
    permissions: dict[tuple[int, int], frozenset[str]] = field(
        default_factory=lambda: {(3, 1): frozenset({"profile", "products"}), (3, 4): frozenset({"invoices"})}
    )
    version: str = "8.13.1"
    is_down: bool = False
    former_addresses: dict[str, int] = field(default_factory=dict)
    """With which ValidateLogin still lets people in."""
    contacts: set[str] = field(default_factory=set)
    """Addresses with which a contact of a client signs in, as before version 8."""
    closed: set[int] = field(default_factory=set)
    """Clients that are closed or deleted."""
    calls: list[str] = field(default_factory=list)
    before_users: Callable[[], Awaitable[None]] | None = None
    before_name: Callable[[], Awaitable[None]] | None = None
    """These run before the answer is given, so that it can be held back or fail."""

    async def validate_login(self, email: str, password: str) -> Login:
        self._called("ValidateLogin")
        for user in self.users.values():
            is_theirs = user.email.lower() == email.lower() or self.former_addresses.get(email) == user.id
            if is_theirs and password == PASSWORD:
                return Login(user_id=user.id, two_factor=user.id == TESS.id, names_contact=email in self.contacts)
        raise SignInFailed

    async def get_users(self, search: str) -> list[User]:
        self._called("GetUsers")
        if self.version < "8.1":
            raise BillingUnavailable("GetUsers: Command Not Found")
        texts = [(user, [user.email, user.first_name, user.last_name]) for user in self.users.values()]
        found = [user for user, each in texts if any(text.lower().startswith(search.lower()) for text in each)]
        if self.before_users is not None:
            await self.before_users()
        return found

    async def get_user_permissions(self, user_id: int, client_id: int) -> frozenset[str] | None:
        self._called("GetUserPermissions")
        return self.permissions.get((user_id, client_id))

    async def whmcs_details(self) -> WhmcsDetails:
        self._called("WhmcsDetails")
        return WhmcsDetails(self.version)

    async def name_and_language(self, client_id: int) -> tuple[str, str] | None:
        if self.before_name is not None:
            await self.before_name()
        if client_id in self.closed:
            return None
        return f"Client {client_id} Ltd.", "german"

    def _called(self, action: str) -> None:
        self.calls.append(action)
        if self.is_down:
            raise BillingUnavailable("down")

    def change(self, user: User, *, clients: tuple[Membership, ...] | None = None, email: str = "") -> None:
        """What an administrator does to a user in WHMCS."""
        memberships = user.memberships if clients is None else clients
        self.users[user.id] = User(user.id, email or user.email, user.first_name, user.last_name, memberships)
