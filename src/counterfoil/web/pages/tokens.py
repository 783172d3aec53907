"""One's own access tokens, as a page: make one, which is shown once; end one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts.tokens import LONGEST_LIFE
from counterfoil.audit.entries import Action
from counterfoil.errors import NotFound, ValidationFailed
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.sign_in.new_tokens import AskedToken, make_token
from counterfoil.web.sign_in.sessions import client_names
from counterfoil.web.views.access.tokens import Choice, TokenForm, TokensPage

USUAL_LIFE = timedelta(days=90)


class TokenEntered(Struct):
    name: str = ""
    scope: str = ""
    client_id: int = 0
    expires_on: str = ""


@get("/tokens", signed_in=True, feature=Feature.TOKENS, include_in_schema=False)
async def tokens_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    return await _page(request, services, _empty(request), has_ended="ended" in request.query_params)


@post("/tokens", signed_in=True, feature=Feature.TOKENS, same_account=True, include_in_schema=False)
async def make(request: AnyRequest, services: GivenServices, data: URLEncodedBody[TokenEntered]) -> Response[bytes]:
    entered = TokenForm(data.name[:200], data.scope[:10], data.client_id, data.expires_on[:20])
    try:
        asked = AskedToken(data.name, data.scope, data.client_id, _day(data.expires_on))
        _, token = await make_token(request, services, asked)
    except ValidationFailed as invalid:
        return await _page(request, services, entered, messages=dict(invalid.errors), status=invalid.status)
    return await _page(request, services, _empty(request), made=token)


@post("/tokens/{token_id:str}/end", signed_in=True, feature=Feature.TOKENS, same_account=True, include_in_schema=False)
async def end(request: AnyRequest, services: GivenServices, token_id: FromPath[str]) -> Response[Any]:
    back = Redirect("/tokens?ended=1", status_code=303, headers=NO_STORE)
    try:
        await services.tokens.end(viewer_of(request).account_id, token_id)
    except NotFound:
        return back  # it has ended already: a second click, or another tab
    await record(request, services, Action.TOKEN_ENDED, {"token": token_id, "why": "by themselves"})
    return back


def _empty(request: AnyRequest) -> TokenForm:
    usual = (datetime.now(UTC) + USUAL_LIFE).date().isoformat()
    return TokenForm(client_id=viewer_of(request).client_id or 0, expires_on=usual)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _page(
    request: AnyRequest,
    services: Services,
    form: TokenForm,
    *,
    made: str = "",
    has_ended: bool = False,
    messages: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    viewer, today = viewer_of(request), datetime.now(UTC).date()
    names = await client_names(services, viewer)
    page = TokensPage(
        tokens=tuple(await services.tokens.all_of(viewer.account_id)),
        choices=tuple(Choice(each.client_id, name) for each, name in zip(viewer.clients, names, strict=True)),
        form=form,
        first=today + timedelta(days=1),
        last=today + LONGEST_LIFE,
        made=made,
        has_ended=has_ended,
        messages=messages or {},
    )
    return await respond_unstored(request, services, page, status=status)
