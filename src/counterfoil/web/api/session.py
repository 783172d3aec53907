"""The JSON API for signing in, switching between client accounts and signing out."""

from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from counterfoil.errors import (
    BillingUnavailable,
    ClientNotFound,
    NotFound,
    NotSignedIn,
    SignInFailed,
    TwoFactorRequired,
)
from counterfoil.web.api.description.answers import SET_COOKIE
from counterfoil.web.http.conditional import FORGET, NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.sessions import client_names, close_session, open_session, switch_session

_REFUSALS = (SignInFailed, TwoFactorRequired, NotFound, BillingUnavailable)


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


@post("/api/v1/session", public=True, errors=_REFUSALS, sends_headers=SET_COOKIE, status_code=204)
async def sign_in(request: AnyRequest, services: GivenServices, data: JSONBody[Credentials]) -> Response[None]:
    cookie = await open_session(request, services, data.email, data.password)
    return Response(None, status_code=204, cookies=[cookie], headers=NO_STORE)


@get("/api/v1/session", signed_in=True, programs="read")
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


@put(
    "/api/v1/session/client",
    signed_in=True,
    any_account="it names the client",
    errors=(ClientNotFound,),
    sends_headers=SET_COOKIE,
    status_code=204,
)
async def switch_client(request: AnyRequest, services: GivenServices, data: JSONBody[ClientChoice]) -> Response[None]:
    cookie = await switch_session(request, services, data.client_id)
    return Response(None, status_code=204, cookies=[cookie], headers=NO_STORE)


@delete("/api/v1/session", public=True, errors=(NotSignedIn,), sends_headers=SET_COOKIE, status_code=204)
async def sign_out(request: AnyRequest, services: GivenServices) -> Response[None]:
    cookie = await close_session(request, services)
    return Response(None, status_code=204, cookies=[cookie], headers=FORGET)
