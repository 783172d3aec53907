"""How a session begins, is renewed, switched and ended, for programs and for people; and its cookie."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, suppress

from litestar.datastructures import Cookie

from counterfoil.accounts.emails import counted_as
from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.audit.entries import Action, Entry
from counterfoil.errors import NotFound, NotSignedIn, Unavailable
from counterfoil.settings import Settings
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.visits import session_of, visit_of
from counterfoil.web.services import Services
from counterfoil.web.sign_in.outcomes import admitted, noting_refusal


async def open_session(request: AnyRequest, services: Services, email: str, password: str) -> Cookie:
    """Raises SignInFailed, TwoFactorRequired, RateLimited, BillingUnavailable; NotFound when OIDC is the way in."""
    if services.settings.oidc_issuer:
        raise NotFound
    async with noting_refusal(request, services, email), counting_failures(request, services, email):
        account = await services.sign_in.with_password(email, password)
    return session_cookie(services.settings, await admitted(request, services, account, time.time()))


def counting_failures(request: AnyRequest, services: Services, email: str) -> AbstractAsyncContextManager[None]:
    """Around every look at a password: guesses count together, wherever they are made."""
    where = context_of(request.scope).address
    return services.limits.failures(("sign_in_user", counted_as(email)), ("sign_in_address", where))


async def client_names(services: Services, viewer: Viewer) -> list[str]:
    """As WHMCS has them now; what the session remembers (up to a minute) while WHMCS does not answer."""

    async def name_of(access: ClientAccess) -> str:
        try:
            return await services.clients.name(access.client_id)
        except Unavailable:
            return access.name

    return await asyncio.gather(*map(name_of, viewer.clients))


async def switch_session(request: AnyRequest, services: Services, client_id: int) -> Cookie:
    """Raises ClientNotFound for any client that is not this person's."""
    return session_cookie(services.settings, await services.sessions.switch(session_of(request), client_id))


async def renew_session(request: AnyRequest, services: Services) -> None:
    """After the client's language was changed: errors are told in what this session remembers of it."""
    with suppress(Unavailable):  # then it remembers the old one, for a minute
        await services.sessions.find(session_of(request))


async def close_session(request: AnyRequest, services: Services) -> Cookie:
    """Returns when the session is dead in every process; raises CacheUnavailable when that cannot be said."""
    visit = visit_of(request)
    if visit is None:
        raise NotSignedIn
    account_id = await services.sessions.close(visit.handle)
    await services.live.sign_out(visit.handle.key)
    if account_id is not None:
        address = context_of(request.scope).address
        await services.audit.record(Entry(Action.SIGNED_OUT, account_id=account_id, address=address))
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
