"""What the settings of the OpenID Connect provider must have together. What each means: docs/sign-in.md."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from counterfoil.urls import is_loopback


def openid_problems(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names without the prefix, and what is wrong. Values that were wrong by themselves are not there."""
    issuer = values.get("oidc_issuer")
    if not issuer:
        return
    if values.get("oidc_client_id") == "":
        yield "OIDC_CLIENT_ID", "is missing, but OIDC_ISSUER is set"
    if bool(values.get("oidc_staff_claim")) != bool(values.get("oidc_staff_value")):
        yield "OIDC_STAFF_CLAIM", "and OIDC_STAFF_VALUE only mean something together"
    base_url = values.get("base_url")
    if _is_here(issuer) and base_url and not _is_here(base_url):
        yield (
            "OIDC_ISSUER",
            "is on this machine, as the sandbox's provider is, but BASE_URL is not: nobody could sign in",
        )


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")
