"""One-time links into WHMCS, and what having given one means for what we believe afterwards. What is checked before
one is made stands beside: payments.py, self_service.py.
"""

from typing import Literal, Protocol

import structlog
from msgspec import Struct

from counterfoil.billing.lifetimes import HAND_OFF_WINDOW, RETURN_WINDOW
from counterfoil.cache import Cache
from counterfoil.cache.scopes import client_scope
from counterfoil.whmcs.api import SsoRefused

_log = structlog.get_logger(__name__)

TOKEN_LIFETIME = 60
"""Seconds for which WHMCS accepts the link, once. https://developers.whmcs.com/advanced/sso/"""

Purpose = Literal[
    "pay",
    "pdf",
    "payment_methods",
    "details",
    "cancellation",
    "subscription",
    "quote",
    "add_credit",
    "apply_credit",
    "contacts",
]


class HandOff(Struct, frozen=True):
    """Where to send the customer. Not signed in: WHMCS refused the link, and `url` is its plain page."""

    url: str
    signed_in: bool
    purpose: Purpose = "pay"
    invoice_ids: tuple[int, ...] = ()


class _SsoTokenSource(Protocol):
    async def create_sso_token(self, client_id: int, user_id: int, *, destination: str, path: str = "") -> str: ...


class SsoLinks:
    """`whmcs_url`: where customers open WHMCS, without a slash at its end."""

    def __init__(self, tokens: _SsoTokenSource, cache: Cache, whmcs_url: str) -> None:
        self._tokens = tokens
        self._cache = cache
        self._whmcs_url = whmcs_url

    async def expect_changes(self, client_id: int) -> None:
        """Raises CacheUnavailable."""
        # Every link is a full sign-in: the customer may change anything over there, and no hook may tell us.
        await self._cache.clear(client_scope(client_id), hot_for=HAND_OFF_WINDOW)

    async def returned(self, client_id: int) -> None:
        """The customer is back: what WHMCS still does after a payment takes seconds. Raises CacheUnavailable."""
        await self._cache.clear(client_scope(client_id), hot_for=RETURN_WINDOW)

    def plain(self, path: str) -> str:
        return f"{self._whmcs_url}/{path}"

    async def make(
        self, client_id: int, user_id: int | None, path: str, *, purpose: Purpose, destination: str = ""
    ) -> HandOff:
        """`destination`: WHMCS's own name of the page at `path`, where it has one. Raises BillingUnavailable."""
        plain = HandOff(self.plain(path), signed_in=False, purpose=purpose)
        if user_id is None:
            # Without the user WHMCS would sign the caller in as the client's owner.
            return plain
        try:
            url = await self._one_time(client_id, user_id, path, destination)
        except SsoRefused as refusal:
            _log.warning("WHMCS gave no one-time link", client_id=client_id, **_cause(str(refusal)))
            return plain
        return HandOff(url, signed_in=True, purpose=purpose)

    async def _one_time(self, client_id: int, user_id: int, path: str, destination: str) -> str:
        if destination:
            try:
                return await self._tokens.create_sso_token(client_id, user_id, destination=destination)
            except SsoRefused as refusal:
                # WHMCS 9 does not know its older names of pages, and gives a link to the same page by its path.
                if str(refusal) != "not_supported":
                    raise
        return await self._tokens.create_sso_token(client_id, user_id, destination="sso:custom_redirect", path=path)


def _cause(reason: str) -> dict[str, str]:
    return {"reason": reason} | ({"hint": _HINTS[reason]} if reason in _HINTS else {})


_HINTS = {
    "elsewhere": "WHMCS builds these links from its System URL (General Settings): it must have the scheme, host and "
    "port of WHMCS_PUBLIC_URL, or of WHMCS_URL where that is not set",
    "permission_missing": "give the API role of these credentials the permission for CreateSsoToken",
}
