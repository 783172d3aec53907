"""How a person proves who they are: e-mail and password, checked by WHMCS, or the word of an OpenID Connect provider
(vouching.py). What they may see: rights.py.
"""

import time
from collections.abc import Callable
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.directory import NoUserList, UserLookup, find_user
from counterfoil.accounts.emails import LONGEST
from counterfoil.accounts.links import bind_unlinks
from counterfoil.accounts.people import Account, Identity, remember
from counterfoil.accounts.vouching import Vouched, identify
from counterfoil.errors import BillingTooOld, SignInFailed, TwoFactorRequired
from counterfoil.model import full_name

_log = structlog.get_logger(__name__)

_LONGEST_PASSWORD = 1024


class _Login(Protocol):
    @property
    def user_id(self) -> int: ...

    @property
    def two_factor(self) -> bool: ...

    @property
    def names_contact(self) -> bool: ...


class LoginCheck(UserLookup, Protocol):
    """What of WHMCS is needed here; whmcs.api.WhmcsApi is one."""

    async def validate_login(self, email: str, password: str) -> _Login: ...


class SignIn:
    def __init__(
        self, engine: AsyncEngine, logins: LoginCheck, *, issuer: str, now: Callable[[], float] = time.time
    ) -> None:
        """`issuer`: the URL of the WHMCS installation, whose word it is that counts."""
        self._engine = engine
        self._logins = logins
        self._issuer = issuer
        self._now = now

    async def with_password(self, email: str, password: str) -> Account:
        """Raises SignInFailed, TwoFactorRequired, BillingUnavailable. The password goes to WHMCS and nowhere else."""
        email = email.strip()
        if not (0 < len(email) <= LONGEST and 0 < len(password) <= _LONGEST_PASSWORD):
            raise SignInFailed
        login = await self._validated(email, password)
        return await self._remembered(await self._identity(email, login.user_id))

    async def with_provider(self, said: Vouched) -> Account:
        """Raises NoBillingUser, EmailNotVerified, BillingUnavailable."""
        return await self._remembered(await identify(self._engine, self._logins, said))

    async def _remembered(self, identity: Identity) -> Account:
        person = await remember(self._engine, identity, self._now())
        if person.user_id is not None:
            await bind_unlinks(self._engine, person)
        return person

    async def confirm(self, email: str, user_id: int | None, password: str) -> None:
        """That whoever is signed in as this WHMCS user knows the password. Raises what `with_password` raises."""
        if not 0 < len(password) <= _LONGEST_PASSWORD:
            raise SignInFailed
        login = await self._validated(email, password)
        if user_id is not None and login.user_id != user_id:
            raise SignInFailed

    async def _validated(self, email: str, password: str) -> _Login:
        login = await self._logins.validate_login(email, password)
        if login.names_contact:
            # The number is that of a client, the same for its owner and for each of its contacts.
            _log.error("this version of WHMCS is not supported: it names a contact, not a user")
            raise BillingTooOld("ValidateLogin names a contact")
        if login.two_factor:
            # WHMCS says "success" although the second factor has not been asked for.
            raise TwoFactorRequired
        return login

    async def _identity(self, email: str, user_id: int) -> Identity:
        try:
            user = await find_user(self._logins, email, user_id)
        except NoUserList:
            return Identity(self._issuer, str(user_id), email, email, user_id)
        if user is None:
            _log.warning("WHMCS accepted a sign-in but lists no such user", user_id=user_id)
            raise SignInFailed
        name = full_name(user.first_name, user.last_name)
        return Identity(self._issuer, str(user.id), user.email, name or user.email, user.id)
