"""How a read of the JSON API answers: encoded once, then from the cache until the data behind it is old."""

from typing import Any

import msgspec
from litestar import Response

from counterfoil.billing.reading import Reading
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import Services

JSON = "application/json"


async def respond_json(
    request: AnyRequest, services: Services, reading: Reading[Any], shown: object, *, seen: str = ""
) -> Response[bytes]:
    """`seen`: as for Responses.respond."""
    return await services.responses.respond(request, reading, msgspec.json.encode(shown), media_type=JSON, seen=seen)
