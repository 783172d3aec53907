"""The description of the JSON API for programs: OpenAPI 3.1. For people: pages/api_docs.py."""

from typing import Any

import msgspec
from litestar import Litestar, Response, get

from counterfoil.settings import Settings
from counterfoil.web.api.description.document import described
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.responses import respond_uncached
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.sessions import cookie_name


@get("/api/openapi.json", public=True, include_in_schema=False)
async def openapi_json(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """Made once: it takes 40 ms of everybody's time, and anybody may ask for it."""
    made: bytes | None = request.app.state.get("openapi_json")
    if made is None:
        made = request.app.state["openapi_json"] = msgspec.json.encode(description_of(request.app, services.settings))
    return respond_uncached(request, made, media_type="application/json")


def description_of(app: Litestar, settings: Settings) -> dict[str, Any]:
    return described(app, cookie=cookie_name(settings), features=settings.features)
