"""What is known about a request before any route is: its id, its headers as a mapping, who sent it."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from litestar import Request
from litestar.types import HTTPScope
from msgspec import Struct

from counterfoil.networks import Network, is_in, parse_ip, unmapped, without_port

AnyRequest: TypeAlias = Request[Any, Any, Any]

_FORWARDED = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via"})
"""By these a proxy says that somebody stands behind it."""


class Caller(NamedTuple):
    """Who sent a request, as far as the connection and its headers say."""

    peer: str
    """Of the connection; "" when the server does not know."""
    forwarded_for: tuple[bytes, ...]
    """What each header of that name says."""
    trusted: Sequence[Network]

    @property
    def address(self) -> str:
        """The nearest address that is not one of our own proxies: everything left of it is hearsay."""
        address = self.peer
        if not self.trusted or not self.forwarded_for or not is_in(address, self.trusted):
            return address
        for named in reversed(b",".join(self.forwarded_for).decode("latin-1").split(",")):
            candidate = without_port(named.strip())
            if parse_ip(candidate) is None:
                break
            address = unmapped(candidate)
            if not is_in(address, self.trusted):
                break
        return address


class RequestContext(Struct):
    request_id: str
    headers: dict[bytes, bytes]
    """Names in lower case; of a header that came twice the last value."""
    caller: Caller
    is_head: bool = False
    status: int = 0
    """Of the answer, once it has started."""

    @property
    def address(self) -> str:
        """The caller's, or what a trusted proxy says of it. Worked out for those who ask: reading addresses took as
        long as half a warm read, which needs none.
        """
        return self.caller.address


class RequestIds:
    """80 random bits each: enough to never meet another one's log lines. Each worker has one of its own, made after its
    fork: all would go on from the same state.
    """

    AT_ONCE, BYTES = 64, 10
    """Asking the kernel for each alone took a twentieth of a warm read."""

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def new(self) -> str:
        if not self._drawn:
            drawn = os.urandom(self.AT_ONCE * self.BYTES).hex()
            self._drawn = [drawn[at : at + 2 * self.BYTES] for at in range(0, len(drawn), 2 * self.BYTES)]
        return self._drawn.pop()


def attach(scope: HTTPScope, context: RequestContext) -> None:
    scope.setdefault("state", {})["context"] = context


def context_of(scope: HTTPScope) -> RequestContext:
    return cast("RequestContext", scope["state"]["context"])


def route_of(scope: HTTPScope) -> str:
    """The route's template, "-" when none matched: paths may carry anything, and are no label and no log field."""
    return scope.get("path_template") or "-"


def caller_of(scope: HTTPScope, headers: Mapping[bytes, bytes], trusted: Sequence[Network]) -> Caller:
    """`headers` are the scope's as a mapping."""
    client = scope.get("client")
    named: tuple[bytes, ...] = ()
    if b"x-forwarded-for" in headers:
        named = tuple(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return Caller(unmapped(client[0]) if client else "", named, trusted)


def is_near(scope: HTTPScope) -> bool:
    """Whether the connection itself comes from this machine or a trusted proxy, with nobody further behind it."""
    context = context_of(scope)
    address = context.address
    if address == context.caller.peer and not _FORWARDED.isdisjoint(context.headers):
        return False  # through a proxy of this machine that TRUSTED_PROXIES does not name
    parsed = parse_ip(address)
    return parsed is not None and (parsed.is_loopback or is_in(address, context.caller.trusted))
