"""One-time sign-in tokens: single use, 60 seconds, a full sign-in. And where each destination leads."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

LIFETIME = 60.0

CUSTOM = "sso:custom_redirect"

# https://docs.whmcs.com/8-13/system/authentication/single-sign-on/ (short names of pages)
DESTINATIONS = {
    "": "clientarea.php",
    "clientarea:homepage": "clientarea.php",
    "clientarea:profile": "clientarea.php?action=details",
    "clientarea:billing_info": "index.php?rp=/account/paymentmethods",
    "clientarea:invoices": "clientarea.php?action=invoices",
    "clientarea:services": "clientarea.php?action=services",
    "clientarea:product_details": "clientarea.php?action=services",
    CUSTOM: "clientarea.php",
}


class Grant(NamedTuple):
    user_id: int
    client_id: int
    path: str
    expires_at: float


class Tokens:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, Grant] = {}

    def make(self, user_id: int, client_id: int, path: str) -> str:
        now = self._clock()
        self._grants = {token: grant for token, grant in self._grants.items() if grant.expires_at > now}
        token = secrets.token_hex(20)
        self._grants[token] = Grant(user_id, client_id, path, now + LIFETIME)
        return token

    def redeem(self, token: str) -> Grant | None:
        """Once, in time; else None."""
        grant = self._grants.pop(token, None)
        return grant if grant and grant.expires_at > self._clock() else None
