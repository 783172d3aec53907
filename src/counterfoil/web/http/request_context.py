"""What is known about a request before any route is: its id, its headers as a mapping, who sent it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast
from urllib.parse import quote, urlsplit

from litestar import Request
from litestar.types import HTTPScope
from msgspec import Struct

from counterfoil.networks import Network, is_in, parse_ip, unmapped, without_port
from counterfoil.web.http.repeatable import repeatable

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


_LISTS = frozenset({b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"if-match", b"if-none-match"})
"""Of which several lines mean one list, RFC 9110 5.3. Where `Host` and its like may come once: origin_policy.ONCE."""


def join_lines(scope: HTTPScope) -> dict[bytes, bytes]:
    """The headers as a mapping, with the cookies and the lists that came in several lines as one, also in the scope:
    HTTP/2 sends each cookie in a line of its own, and what stands in front of us may pass that on (RFC 9113 8.2.3).
    """
    lines = list(scope["headers"])
    headers = dict(lines)
    if len(headers) < len(lines):
        for name in headers.keys() & (_LISTS | {b"cookie"}):
            between = b"; " if name == b"cookie" else b", "
            headers[name] = between.join(value for each, value in lines if each == name)
        joined = {name: headers[name] for name in headers.keys() & (_LISTS | {b"cookie"})}
        scope["headers"] = [*(line for line in lines if line[0] not in joined), *joined.items()]
    return headers


class RequestContext(Struct):
    request_id: str
    headers: dict[bytes, bytes]
    """Names in lower case; of what may not come twice and did, the last value."""
    caller: Caller
    is_head: bool = False
    status: int = 0
    """Of the answer, once it has started."""
    account_id: int = 0
    client_id: int = 0
    """Who asks, and for which WHMCS client: for the log. 0 while that is not known."""
    code: str = ""
    """Of the error that is answered."""
    renewed_cookie: tuple[bytes, bytes] | None = None
    """The header that gives the browser its session's cookie under the key that signs now."""

    @property
    def address(self) -> str:
        """The caller's, or what a trusted proxy says of it. Worked out for those who ask: reading addresses took as
        long as half a warm read, which needs none.
        """
        return self.caller.address


def page_address(scope: HTTPScope) -> str:
    """Path and query of what was asked for, as far as a page may repeat it; empty for a form."""
    if scope["method"] not in {"GET", "HEAD"}:
        return ""
    query = scope["query_string"].decode("latin-1")
    # Two slashes at the beginning would name another host.
    path = "/" + scope["path"].lstrip("/")
    return repeatable(f"{quote(path)}?{query}")


def address_of_form(scope: HTTPScope) -> str:
    """Of the page that the browser says the form is on; empty when it does not, or the page is not ours."""
    headers = context_of(scope).headers
    parts = urlsplit(headers.get(b"referer", b"").decode("latin-1"))
    if parts.netloc.encode() != headers.get(b"host"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


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


def untrusted_proxy(scope: HTTPScope) -> str:
    """Who says that somebody stands behind it, and is not believed: TRUSTED_PROXIES does not name it. "" if nobody."""
    context = context_of(scope)
    peer = context.caller.peer
    if _FORWARDED.isdisjoint(context.headers) or is_in(peer, context.caller.trusted):
        return ""
    return peer


def is_near(scope: HTTPScope) -> bool:
    """Whether the connection itself comes from this machine or a trusted proxy, with nobody further behind it."""
    context = context_of(scope)
    address = context.address
    if address == context.caller.peer and not _FORWARDED.isdisjoint(context.headers):
        return False  # through a proxy of this machine that TRUSTED_PROXIES does not name
    parsed = parse_ip(address)
    return parsed is not None and (parsed.is_loopback or is_in(address, context.caller.trusted))
