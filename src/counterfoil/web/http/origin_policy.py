"""The outermost layer: what every request must satisfy and what every response carries. Nothing here knows a route.

It is paid for by the fastest answer the portal gives, so it makes one pass over the headers and allocates little.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from counterfoil.errors import CrossSiteRequest
from counterfoil.settings import Settings, is_loopback, origin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PROBED_BY_ADDRESS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by orchestrators at a container's address, so any single Host will do. They name no link and set no cookie."""

ONCE = (b"host", b"origin", b"sec-fetch-site", b"content-length", b"transfer-encoding")
"""Two of one of these, and proxies and we may disagree about which counts."""

_LOOPBACK = re.compile(rb"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?")


class OriginPolicy:
    """Which hosts and origins requests may name."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.base_url)
        self.origin = origin(parts).encode()
        scheme, host = self.origin.split(b"://")
        # With the default port too: proxies add it, such as nginx with `Host $host:$server_port`.
        self._hosts = {host, host + (b":443" if scheme == b"https" else b":80")}
        # On a developer's machine the port and the name of the loopback address are a matter of taste.
        self._any_loopback = is_loopback(parts.hostname or "")

    def knows_host(self, host: bytes) -> bool:
        if host.lower() in self._hosts:
            return True
        return self._any_loopback and _LOOPBACK.fullmatch(host) is not None

    def check_origin(self, headers: Mapping[bytes, bytes]) -> None:
        """For unsafe methods (contract.md 3). Neither header: not a browser. Raises CrossSiteRequest."""
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            if site not in (b"same-origin", b"none"):
                raise CrossSiteRequest
            return
        named = headers.get(b"origin")
        if named is None or named == self.origin:
            return
        if not (self._any_loopback and named == b"http://" + headers[b"host"]):
            raise CrossSiteRequest


def is_ambiguous(scope: HTTPScope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a header that may come once came twice; `headers` are the scope's as a mapping."""
    if len(headers) == len(list(scope["headers"])):
        return False
    names = [name for name, _ in scope["headers"]]
    return any(names.count(name) > 1 for name in ONCE)


def security_headers(settings: Settings, form_targets: Iterable[str] = ()) -> tuple[tuple[bytes, bytes], ...]:
    """On every response. `form_targets`: origins a form's answer may redirect to, beside ours and WHMCS's."""
    # Chromium applies form-action to the redirect too: without WHMCS's origin it blocks the 303 to the payment
    # page, and the one-time token is burnt.
    targets = " ".join(["'self'", settings.whmcs_origin, *form_targets])
    policy = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}{_logo_source(settings)}"
    )
    headers = [
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if settings.is_https:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return tuple(headers)


def _logo_source(settings: Settings) -> str:
    parts = urlsplit(settings.brand_logo_url)
    return f"; img-src 'self' {origin(parts)}" if parts.hostname else ""
