"""The JSON API for one's own access tokens. Of cookies only: a token makes no tokens."""

from datetime import date, datetime

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from counterfoil.accounts.tokens import Scope
from counterfoil.audit.entries import Action
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.new_tokens import AskedToken, make_token


class TokenItem(Struct, frozen=True):
    """`expires_on` is its last day, in UTC."""

    id: str
    name: str
    scope: Scope
    client_id: int
    created_at: datetime
    expires_on: date
    last_used_at: datetime | None


class TokenItems(Struct, frozen=True):
    items: list[TokenItem]


class NewToken(Struct):
    """`scope`: "read", or "pay", which reads too. `expires_on`: at most a year from now."""

    name: str
    scope: str
    client_id: int
    expires_on: date


class MadeToken(Struct, frozen=True):
    id: str
    token: str


@get("/api/v1/tokens", signed_in=True, feature=Feature.TOKENS)
async def list_tokens(request: AnyRequest, services: GivenServices) -> Response[TokenItems]:
    """Your own, the newest first."""
    found = await services.tokens.all_of(viewer_of(request).account_id)
    items = [
        TokenItem(each.id, each.name, each.scope, each.client_id, each.created_at, each.expires_on, each.last_used_at)
        for each in found
    ]
    return Response(TokenItems(items), headers=NO_STORE)


@post("/api/v1/tokens", signed_in=True, feature=Feature.TOKENS, any_account="it names the client", status_code=201)
async def post_token(request: AnyRequest, services: GivenServices, data: JSONBody[NewToken]) -> Response[MadeToken]:
    """The token is told this once: `Authorization: Bearer cf_...`, never in an address."""
    made = await make_token(request, services, AskedToken(*msgspec.structs.astuple(data)))
    return Response(MadeToken(*made), status_code=201, headers=NO_STORE)


@delete(
    "/api/v1/tokens/{token_id:str}",
    signed_in=True,
    feature=Feature.TOKENS,
    any_account="it is the person's own",
    status_code=204,
)
async def end_token(request: AnyRequest, services: GivenServices, token_id: FromPath[str]) -> Response[None]:
    """It is dead in every process when the answer comes."""
    await services.tokens.end(viewer_of(request).account_id, token_id)
    await record(request, services, Action.TOKEN_ENDED, {"token": token_id, "why": "by themselves"})
    return Response(None, status_code=204, headers=NO_STORE)
