"""Which requests are for this portal and come from its own pages: Host, Origin, Sec-Fetch-Site. Nothing here knows a
route, and the fastest answer pays for it: one pass over the headers.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from litestar.types import HTTPScope

from counterfoil.errors import CrossSiteRequest
from counterfoil.settings import Settings
from counterfoil.urls import is_loopback, origin

_log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PROBED_BY_ADDRESS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by orchestrators at a container's address, so any single Host will do. They name no link and set no cookie."""

ONCE = (b"host", b"origin", b"sec-fetch-site", b"content-length", b"transfer-encoding")
"""Two of one of these, and proxies and we may disagree about which counts."""

MOST_WARNINGS, LONGEST_HOST = 10, 255
"""Of wrong hosts, for each process. Anybody can name one."""

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
        self._warned_of: set[bytes] = set()

    def knows_host(self, host: bytes) -> bool:
        if host.lower() in self._hosts:
            return True
        return self._any_loopback and _LOOPBACK.fullmatch(host) is not None

    def warn_of(self, host: bytes) -> None:
        """Once for each, so that a proxy that names another one is found, and not for everybody who guesses."""
        if host not in self._warned_of and len(self._warned_of) < MOST_WARNINGS:
            self._warned_of.add(host)
            said = host[:LONGEST_HOST].decode("latin-1") or "missing"
            _log.warning(f"Host is {said}, BASE_URL says {self.origin.decode()}", host=said)

    def check_origin(self, headers: Mapping[bytes, bytes]) -> None:
        """For unsafe methods. Neither header: not a browser. Raises CrossSiteRequest."""
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


_WITHOUT_HOST = ("1.0", "1")
"""As ASGI writes it, and as Granian does."""


def is_probe(scope: HTTPScope, host: bytes) -> bool:
    """HTTP/1.0 ("1" to Granian), which some load balancers still speak to look after us, has no Host."""
    return scope["path"] in PROBED_BY_ADDRESS and (bool(host) or scope["http_version"] in {"1", "1.0"})


def has_unknown_coding(headers: Mapping[bytes, bytes]) -> bool:
    """The server reads "gzip, chunked" as chunked and hands on what is still compressed."""
    coding = headers.get(b"transfer-encoding")
    return coding is not None and coding.strip().lower() != b"chunked"


def is_ambiguous(scope: HTTPScope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a header that may come once came twice; `headers` are the scope's as a mapping."""
    if len(headers) == len(list(scope["headers"])):
        return False
    names = [name for name, _ in scope["headers"]]
    return any(names.count(name) > 1 for name in ONCE)
