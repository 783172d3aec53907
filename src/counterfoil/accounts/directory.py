"""Finds a person among WHMCS's users. What that person may do: rights.py."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from counterfoil.accounts import emails
from counterfoil.errors import BillingTooOld, BillingUnavailable
from counterfoil.model import User
from counterfoil.whmcs.versions import is_too_old, number

_LISTS_USERS = (8, 1)

_log = structlog.get_logger(__name__)


class _Version(Protocol):
    @property
    def version(self) -> str: ...


class UserLookup(Protocol):
    """What of WHMCS is needed here; whmcs.api.WhmcsApi is one."""

    async def get_users(self, search: str) -> Sequence[User]: ...

    async def whmcs_details(self) -> _Version: ...


class NoUserList(Exception):
    """WHMCS 8.0 has users, but cannot list them."""


class AmbiguousAddress(Exception):
    """Several users have this address."""


async def find_user(users: UserLookup, email: str, user_id: int) -> User | None:
    """The user with this id *and* this address. WHMCS's search only compares beginnings, of names too.

    None: there is none. Raises NoUserList, BillingTooOld, and BillingUnavailable when WHMCS does not say.
    """
    try:
        candidates = await users.get_users(email.strip())
    except BillingUnavailable:
        # An old WHMCS refuses the action in much the same words as one that is set up wrongly: its version tells.
        await _explain_by_version(users)
        raise
    found = [user for user in candidates if user.id == user_id and emails.same(user.email, email)]
    return found[0] if found else None


async def find_by_email(users: UserLookup, email: str) -> User | None:
    """The one user with exactly this address. Raises as `find_user` does, and AmbiguousAddress."""
    try:
        candidates = await users.get_users(email)
    except BillingUnavailable:
        await _explain_by_version(users)
        raise
    found = [user for user in candidates if emails.same(user.email, email)]
    if len({user.id for user in found}) > 1:
        raise AmbiguousAddress
    return found[0] if found else None


async def _explain_by_version(users: UserLookup) -> None:
    version = (await users.whmcs_details()).version
    if is_too_old(version):
        _log.error("this version of WHMCS is not supported: nobody can sign in", version=version[:40])
        raise BillingTooOld("WHMCS is older than version 8") from None
    known = number(version)
    if known and known < _LISTS_USERS:
        _log.info("this WHMCS cannot list users: only linked clients are shown", version=version[:40])
        raise NoUserList from None
