"""For orchestrators and Prometheus. WHMCS and Salesforce are not asked whether they are well: what the last calls met
is told, and makes nobody unready.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.enums import MediaType
from prometheus_client import CONTENT_TYPE_LATEST

from counterfoil.errors import NotFound
from counterfoil.web.http.request_context import is_near
from counterfoil.web.services import GivenServices

_log = structlog.get_logger(__name__)

TIMEOUT = 2.0
"""Seconds for a neighbour's answer; orchestrators give up soon after."""


@get("/healthz", public=True, media_type=MediaType.TEXT, include_in_schema=False)
async def alive() -> str:
    return "ok\n"


@get("/readyz", public=True, include_in_schema=False)
async def ready(services: GivenServices) -> Response[dict[str, object]]:
    """The database decides: with one that only reads nobody could sign in, sign out or order. A cache that is away
    costs time and edits, and all processes have lost the same one: whoever took them away for it would make a slow
    portal none at all.
    """
    database, cache = await asyncio.gather(
        _answers("database", services.database.check()), _answers("cache", services.cache.ping())
    )
    state = {"database": "ok" if database else "away", "cache": "ok" if cache else "degraded"}
    state |= {name: look() for name, look in services.upstreams.items()}
    if services.settings.template_dir or services.settings.texts_dir:
        state["templates"] = "degraded" if services.renderer.broken else "ok"
    return Response({"ready": database, "neighbours": state}, status_code=200 if database else 503)


@get("/metrics", public=True, include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], services: GivenServices) -> Response[bytes]:
    """Only for this machine and the trusted proxies, and only while there is no port of its own for it."""
    if services.settings.metrics_port is not None or not is_near(request.scope):
        raise NotFound
    # As a header: a media type would get a second charset.
    return Response(await services.metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})


async def _answers(name: str, question: Awaitable[None]) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT):
            await question
    except Exception as error:  # noqa: BLE001 - whatever it is, the neighbour does not answer
        _log.warning("neighbour does not answer", neighbour=name, reason=type(error).__name__)
        return False
    return True
