"""What is known about a request before any route is: its id, its headers as a mapping, who sent it."""

import ipaddress
import os
from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from litestar import Request
from litestar.types import HTTPScope
from msgspec import Struct

from counterfoil.settings import Network

AnyRequest: TypeAlias = Request[Any, Any, Any]

_FORWARDED = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via"})
"""By these a proxy says that somebody stands behind it."""


class RequestContext(Struct):
    request_id: str
    headers: dict[bytes, bytes]
    """Names in lower case; of a header that came twice the last value."""
    address: str
    """The caller's, or what a trusted proxy says of it; "" when the server does not know."""
    is_head: bool = False
    status: int = 0
    """Of the answer, once it has started."""


def new_request_id() -> str:
    """80 random bits: enough to never meet another one's log lines."""
    # The kernel's: workers are forks, and would all go on from the same state of a generator of our own.
    return os.urandom(10).hex()


def attach(scope: HTTPScope, context: RequestContext) -> None:
    scope.setdefault("state", {})["context"] = context


def context_of(scope: HTTPScope) -> RequestContext:
    return cast("RequestContext", scope["state"]["context"])


def route_of(scope: HTTPScope) -> str:
    """The route's template, "-" when none matched: paths may carry anything, and are no label and no log field."""
    return scope.get("path_template") or "-"


def address_of(scope: HTTPScope, headers: dict[bytes, bytes], trusted: Sequence[Network]) -> str:
    """The nearest address that is not one of our own proxies: everything left of it is hearsay."""
    address = _peer(scope)
    if not trusted or b"x-forwarded-for" not in headers or not _is_in(address, trusted):
        return address
    named = [text.strip() for text in _forwarded_for(scope).split(",")]
    for candidate in reversed(named):
        if not _is_address(candidate):
            break
        address = _plain(candidate)
        if not _is_in(address, trusted):
            break
    return address


def _peer(scope: HTTPScope) -> str:
    client = scope.get("client")
    return _plain(client[0]) if client else ""


def _plain(address: str) -> str:
    """A server that listens on "::" names IPv4 callers "::ffff:192.0.2.1", which no list of IPv4 networks holds."""
    return address.removeprefix("::ffff:") if "." in address else address


def _forwarded_for(scope: HTTPScope) -> str:
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def is_near(scope: HTTPScope, trusted: Sequence[Network]) -> bool:
    """Whether the connection itself comes from this machine or a trusted proxy, with nobody further behind it."""
    headers = context_of(scope).headers
    address = address_of(scope, headers, trusted)
    if address == _peer(scope) and not _FORWARDED.isdisjoint(headers):
        return False  # through a proxy of this machine that TRUSTED_PROXIES does not name
    return _is_address(address) and (ipaddress.ip_address(address).is_loopback or _is_in(address, trusted))
