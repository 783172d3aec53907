"""The way to the OpenID Connect provider and back. Whatever goes wrong on it is a page with the way to try again."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.response import Redirect

from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.pages.sign_in.refused import refused
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.sign_in.with_provider import come_back, forget_flow, set_out


@get("/sign-in/start", public=True, include_in_schema=False)
async def start(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """A link, not a form: the browser's form-action would mind every host to which the provider sends people on."""
    next_address, afresh = safe_next(request.query_params.get("next", "")), "again" in request.query_params
    base, host = services.settings.base_url, context_of(request.scope).headers.get(b"host", b"").decode("latin-1")
    if services.provider is not None and host != urlsplit(base).netloc and "moved" not in request.query_params:
        # The provider sends people back to BASE_URL, where a cookie of another name of this machine would be missing.
        here = {"next": next_address, "moved": "1", **({"again": "1"} if afresh else {})}
        return Redirect(f"{base}/sign-in/start", status_code=303, query_params=here, headers=NO_STORE)
    try:
        url, cookie = await set_out(request, services, next_address, afresh=afresh)
    except NotFound:
        raise
    except CounterfoilError as error:
        return refused(request, services, next_address, error)
    return Redirect(url, status_code=303, cookies=[cookie], headers=NO_STORE)


@get("/sign-in/callback", public=True, include_in_schema=False)
async def callback(request: AnyRequest, services: GivenServices) -> Response[Any]:
    try:
        back = await come_back(request, services)
    except NotFound:
        raise
    except CounterfoilError as error:
        response = refused(request, services, "/", error)
        response.set_cookie(forget_flow(services.settings))
        return response
    return Redirect(back.next, status_code=303, cookies=back.cookies, headers=NO_STORE)
