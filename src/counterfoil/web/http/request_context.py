"""What is known about a request before any route is: its id, its headers as a mapping, who sent it."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from litestar import Request
from litestar.types import HTTPScope
from msgspec import Struct

from counterfoil.networks import Network, is_in, parse_ip, unmapped, without_port

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
    account_id: int = 0
    client_id: int = 0
    """Who asks, and for which WHMCS client: for the log. 0 while that is not known."""
    code: str = ""
    """Of the error that is answered."""


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
    if not trusted or b"x-forwarded-for" not in headers or not is_in(address, trusted):
        return address
    for named in reversed(_forwarded_for(scope).split(",")):
        candidate = without_port(named.strip())
        if parse_ip(candidate) is None:
            break
        address = unmapped(candidate)
        if not is_in(address, trusted):
            break
    return address


def _peer(scope: HTTPScope) -> str:
    client = scope.get("client")
    return unmapped(client[0]) if client else ""


def _forwarded_for(scope: HTTPScope) -> str:
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")


def is_near(scope: HTTPScope, trusted: Sequence[Network]) -> bool:
    """Whether the connection itself comes from this machine or a trusted proxy, with nobody further behind it."""
    headers = context_of(scope).headers
    address = address_of(scope, headers, trusted)
    if address == _peer(scope) and not _FORWARDED.isdisjoint(headers):
        return False  # through a proxy of this machine that TRUSTED_PROXIES does not name
    parsed = parse_ip(address)
    return parsed is not None and (parsed.is_loopback or is_in(address, trusted))
