"""The way to the OpenID Connect provider and back. Whatever goes wrong on it is a page with the way to try again."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.response import Redirect

from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.sign_in.refused import refused
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.sign_in.with_provider import come_back, forget_flow, set_out


@get("/sign-in/start", public=True, include_in_schema=False)
async def start(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """A link, not a form: the browser's form-action would mind every host to which the provider sends people on. So it
    is asked where the link stood: other sites' lead to our page with the button.
    """
    next_address, afresh = safe_next(request.query_params.get("next", "")), "again" in request.query_params
    if services.provider is not None and request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        address = f"/sign-in?next={quote(next_address, safe='/')}"
        return Redirect(address, status_code=303, headers=NO_STORE)
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
