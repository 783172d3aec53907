"""The JSON API for signing in, switching between client accounts and signing out."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from hashlib import blake2b
from typing import Annotated

import structlog
from litestar import Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import Meta, Struct

from counterfoil.accounts.emails import skeleton
from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.errors import CounterfoilError, NotFound, NotSignedIn, Unavailable
from counterfoil.settings import Settings
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.response_cache import Visit
from counterfoil.web.services import GivenServices, Services

_log = structlog.get_logger(__name__)

NO_STORE = {"cache-control": "no-store"}

FORGET = {**NO_STORE, "clear-site-data": '"cache", "storage"'}
"""For whoever has signed out: the Back button of a shared computer must not show invoices."""


class Credentials(Struct):
    email: Annotated[str, Meta(min_length=3, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class ClientChoice(Struct):
    client_id: int


class Person(Struct, frozen=True):
    email: str
    name: str


class ClientItem(Struct, frozen=True):
    client_id: int
    name: str
    permissions: list[str]


class SessionDetail(Struct, frozen=True):
    user: Person
    client_id: int | None
    clients: list[ClientItem]
    staff: bool


@post("/api/v1/session", public=True, status_code=204)
async def sign_in(request: AnyRequest, services: GivenServices, data: JSONBody[Credentials]) -> Response[None]:
    cookie = await open_session(request, services, data.email, data.password)
    return Response(None, status_code=204, cookies=[cookie], headers=NO_STORE)


@get("/api/v1/session", signed_in=True)
async def show_session(request: AnyRequest, services: GivenServices) -> Response[SessionDetail]:
    viewer = viewer_of(request)
    names = await client_names(services, viewer)
    shown = SessionDetail(
        user=Person(viewer.email, viewer.name),
        client_id=viewer.client_id,
        clients=[
            ClientItem(each.client_id, name, sorted(each.permissions))
            for each, name in zip(viewer.clients, names, strict=True)
        ],
        staff=viewer.is_staff,
    )
    return Response(shown, headers=NO_STORE)


@put("/api/v1/session/client", signed_in=True, status_code=204)
async def switch_client(request: AnyRequest, services: GivenServices, data: JSONBody[ClientChoice]) -> Response[None]:
    cookie = await switch_session(request, services, data.client_id)
    return Response(None, status_code=204, cookies=[cookie], headers=NO_STORE)


@delete("/api/v1/session", public=True, status_code=204)
async def sign_out(request: AnyRequest, services: GivenServices) -> Response[None]:
    cookie = await close_session(request, services)
    return Response(None, status_code=204, cookies=[cookie], headers=FORGET)


async def client_names(services: Services, viewer: Viewer) -> list[str]:
    """As WHMCS has them now; what the session remembers (up to a minute) while WHMCS does not answer."""

    async def name_of(access: ClientAccess) -> str:
        try:
            return await services.clients.name(access.client_id)
        except Unavailable:
            return access.name

    return await asyncio.gather(*map(name_of, viewer.clients))


async def open_session(request: AnyRequest, services: Services, email: str, password: str) -> Cookie:
    """Raises SignInFailed, TwoFactorRequired, RateLimited, BillingUnavailable; NotFound when OIDC is the way in."""
    if services.settings.oidc_issuer:
        raise NotFound
    where = context_of(request.scope).address
    try:
        async with counting_failures(request, services, email):
            account = await services.sign_in.with_password(email, password)
    except CounterfoilError as error:
        _log.info("sign-in refused", code=error.code, address=where)
        raise
    visit: Visit | None = request.scope["state"].get("visit")
    cookie = await services.sessions.open(
        account,
        replaces=visit and visit.handle,
        address=where,
        user_agent=request.headers.get("user-agent", ""),
    )
    _log.info("signed in", account=account.id, address=where)
    return session_cookie(services.settings, cookie)


def counting_failures(request: AnyRequest, services: Services, email: str) -> AbstractAsyncContextManager[None]:
    """Around every look at a password: guesses count together, wherever they are made."""
    # As a hash: people type their password into the wrong field, too.
    who = blake2b(skeleton(email).encode("utf-8", "replace"), digest_size=16).hexdigest()
    where = context_of(request.scope).address
    return services.limits.failures(("sign_in_user", who), ("sign_in_address", where))


async def switch_session(request: AnyRequest, services: Services, client_id: int) -> Cookie:
    """Raises ClientNotFound for any client that is not this person's."""
    visit: Visit = request.scope["state"]["visit"]
    return session_cookie(services.settings, await services.sessions.switch(visit.handle, client_id))


async def renew_session(request: AnyRequest, services: Services) -> None:
    """After the client's language was changed: errors are told in what this session remembers of it."""
    visit: Visit = request.scope["state"]["visit"]
    with suppress(Unavailable):  # then it remembers the old one, for a minute
        await services.sessions.find(visit.handle)


async def close_session(request: AnyRequest, services: Services) -> Cookie:
    """Returns when the session is dead in every process; raises CacheUnavailable when that cannot be said."""
    visit: Visit | None = request.scope["state"].get("visit")
    if visit is None:
        raise NotSignedIn
    await services.sessions.close(visit.handle)
    await services.live.sign_out(visit.handle.key)
    return session_cookie(services.settings, "", max_age=0)


def cookie_name(settings: Settings) -> str:
    return "__Host-counterfoil_session" if settings.is_https else "counterfoil_session"


def session_cookie(settings: Settings, value: str, max_age: int | None = None) -> Cookie:
    """Without an age the browser drops it at its end; the session's own limits are the server's."""
    return Cookie(
        key=cookie_name(settings),
        value=value,
        path="/",
        max_age=max_age,
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
