"""Every error, whoever raised it, becomes one answer here: problem+json for programs, a page for people."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope, Send
from msgspec.structs import replace

from counterfoil.accounts.console.failures import RecentFailures
from counterfoil.accounts.viewer import Viewer
from counterfoil.billing.profile.contents import contents_of
from counterfoil.billing.profile.edits import Conflict
from counterfoil.errors import (
    AccountChanged,
    ClientNotFound,
    CounterfoilError,
    NotSignedIn,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Unavailable,
    ValidationFailed,
)
from counterfoil.model import Client
from counterfoil.web.http.guard import BY_ITSELF
from counterfoil.web.http.http_errors import TokenInvalid, UnderMaintenance, public
from counterfoil.web.http.request_context import address_of_form, context_of, page_address
from counterfoil.web.http.visits import Visit
from counterfoil.web.pages.error_notes import note
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.text.catalogue import translator
from counterfoil.web.views.errors import NoClient, OtherAccount, Problem
from counterfoil.web.views.navigation import word_for
from counterfoil.web.views.rendering import PageBroken, Renderer
from counterfoil.web.views.shell import Shell, View, shell_with
from counterfoil.web.views.sign_in import ClientChoice

MOST_OTHERS = 5
"""Accounts that a page about a missing permission leads to; the switcher has them all."""

FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/static/")


def leave_to_the_edge(_request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Litestar's handler of every exception. It could not wait for what an answer is made of, which the edge can."""
    raise error


class Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ErrorAnswers:
    """`documentation` is the address of the page that lists the codes."""

    def __init__(
        self,
        renderer: Renderer,
        cached_client: Callable[[int], Awaitable[Client | None]],
        documentation: str,
        failures: RecentFailures,
    ) -> None:
        self._failures = failures
        self._renderer = renderer
        self._cached_client = cached_client
        self._documentation = documentation

    async def send(self, scope: HTTPScope, error: Exception, send: Send) -> None:
        answer = await self._answer(scope, error)
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _answer(self, scope: HTTPScope, error: Exception) -> Answer:
        known = public(error)
        note(scope, known, error, self._failures)
        headers = _headers(known, error)
        # A script is told so: what the sign-in page redirects to may be another host, where it could not follow.
        if is_for_page(scope) and isinstance(known, NotSignedIn) and BY_ITSELF not in context_of(scope).headers:
            return Answer(303, [(b"location", sign_in_address(scope).encode()), *headers], b"")
        viewer = _viewer(scope)
        client = await self._cached_client(viewer.client_id) if viewer and viewer.client_id else None
        shell = shell_with(Request(scope), viewer, client)
        if scope["method"] in {"GET", "HEAD"}:
            # Not found, not theirs, a draft: the same page, whatever was asked for.
            shell = replace(shell, here="")
        if is_for_page(scope):
            content_type = b"text/html; charset=utf-8"
            try:
                body = await self._page(scope, known, viewer, shell)
            except PageBroken as broken:
                # A template of the operator's that is on this page too: it is ours then, and a fault whatever it was.
                known = public(broken)
                note(scope, known, broken, self._failures)
                body = self._renderer.our_page(Problem(known, context_of(scope).request_id), shell)
        else:
            content_type, body = b"application/problem+json", self._problem(scope, known, shell.language)
        return Answer(known.status, [(b"content-type", content_type), *headers], body)

    def _problem(self, scope: HTTPScope, error: CounterfoilError, language: str) -> bytes:
        text = translator(language)
        problem: dict[str, Any] = {
            "type": f"{self._documentation}#{error.code}",
            "title": text(error.title),
            "status": error.status,
            "detail": error.words if isinstance(error, UnderMaintenance) else text(error.detail),
            "code": error.code,
            "request_id": context_of(scope).request_id,
        }
        if isinstance(error, OutcomeUnknown):
            problem["outcome"] = "unknown"
        if isinstance(error, Conflict):
            problem |= {"changed": sorted(error.changed), "current": contents_of(error.now)}
        if isinstance(error, PermissionDenied) and _missing(error, frozenset()):
            problem["permissions"] = " ".join(error.args).split()
        if isinstance(error, ValidationFailed):
            worded = ((field, text(message)) for field, message in error.errors)
            named = error.names
            problem["errors"] = [
                {"field": field, "message": words % named if named else words} for field, words in worded
            ]
        return msgspec.json.encode(problem)

    async def _page(self, scope: HTTPScope, error: CounterfoilError, viewer: Viewer | None, shell: Shell) -> bytes:
        again = page_address(scope)
        back = "" if again else _page_of_form(scope)
        if isinstance(error, ValidationFailed) and again and not scope["path"].endswith(".csv"):
            back = again.partition("?")[0]
        problem = Problem(error, context_of(scope).request_id, retry_href=again, back_href=back)
        view: View = problem
        if isinstance(error, ClientNotFound) and viewer is not None and not viewer.clients:
            view = NoClient(email=viewer.email)
        if isinstance(error, PermissionDenied) and viewer is not None:
            missing, others = _missing(error, viewer.permissions), await self._permitting(error, viewer)
            view = replace(problem, missing=missing, others=others, is_deed=not again)
        if isinstance(error, AccountChanged) and viewer is not None:
            view = _other_account(error, viewer, shell, context_of(scope).request_id)
        return self._renderer.page(view, shell)

    async def _permitting(self, error: PermissionDenied, viewer: Viewer) -> tuple[ClientChoice, ...]:
        """Accounts in which it is permitted. Without the name that WHMCS is known to have now there is a number."""
        needed = [set(name.split()) for name in error.args]
        found = [each.client_id for each in viewer.clients if any(map(each.permissions.issuperset, needed))]
        named = [(number, await self._cached_client(number)) for number in found[:MOST_OTHERS]]
        return tuple(ClientChoice(number, client.name if client else f"#{number}") for number, client in named)


def _missing(error: PermissionDenied, granted: frozenset[str]) -> tuple[str, ...]:
    """In words of the menu. Of an argument with spaces in it all are needed; of several arguments any one."""
    names = (name for argument in error.args for name in argument.split() if name not in granted)
    return tuple(filter(None, map(word_for, names)))


def _other_account(error: AccountChanged, viewer: Viewer, shell: Shell, reference: str) -> OtherAccount:
    # Without the cache the name is the session's, which may be a minute old.
    named = next((each.name for each in viewer.clients if each.client_id == viewer.client_id), "-")
    return OtherAccount(error, error.person, error.client, viewer.name, shell.client_name or named, reference)


def _viewer(scope: HTTPScope) -> Viewer | None:
    """As far as it is known by now: the guard may not have come to it."""
    state = scope["state"]
    visit: Visit | None = state.get("visit")
    viewer: Viewer | None = state.get("viewer") or (visit.viewer if visit else None)
    return viewer


def is_for_page(scope: HTTPScope) -> bool:
    """Whether a person looks at the answer. Browsers always say that they accept HTML."""
    if scope["path"].startswith(FOR_PROGRAMS):
        return False
    accept = context_of(scope).headers.get(b"accept", b"")
    return b"text/html" in accept or b"json" not in accept


def sign_in_address(scope: HTTPScope) -> str:
    """Where to sign in, with why if there was a session, and the page to come back to: that of a form for a form."""
    ended = {"expired": "1"} if "visit" in scope["state"] else {}
    back = page_address(scope) or _page_of_form(scope)
    query = urlencode(ended | ({"next": back} if back not in {"", "/"} else {}), safe="/", quote_via=quote)
    return f"/sign-in?{query}" if query else "/sign-in"


def _page_of_form(scope: HTTPScope) -> str:
    """What the route names, else the page that the browser says the form is on; "" when it does not."""
    # None where the edge refused it.
    handler: BaseRouteHandler | None = scope.get("route_handler")
    if handler is not None and (named := handler.opt.get("after_sign_in")):
        return str(named).format_map(scope["path_params"])
    address = address_of_form(scope)
    return safe_next(address) if address else ""


def _headers(known: CounterfoilError, error: Exception) -> list[tuple[bytes, bytes]]:
    headers = [(b"cache-control", b"no-store"), (b"vary", b"Accept, Accept-Language")]
    if isinstance(known, RateLimited | Unavailable):
        headers.append((b"retry-after", str(known.retry_after).encode()))
    if isinstance(known, TokenInvalid):
        headers.append((b"www-authenticate", b'Bearer error="invalid_token"'))
    if isinstance(error, HTTPException) and error.status_code == 405:
        headers += [(b"allow", value.encode()) for name, value in (error.headers or {}).items() if name == "allow"]
    return headers
