"""GET /api/v1/events: the response that stays open. Who is told what: http/live_streams.py."""

import asyncio
import random
from typing import Any

from litestar import Request, get
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from counterfoil.errors import AccountClosed, ClientNotFound
from counterfoil.web.api.description.answers import Sent, request_header
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.live_streams import LiveStreams, Stream
from counterfoil.web.http.request_context import context_of
from counterfoil.web.http.visits import session_of
from counterfoil.web.services import GivenServices

LONGEST = 300.0
"""Seconds. Then the browser comes back, through the guard: sessions end and permissions are taken away meanwhile."""


class EventStream(ASGIResponse):
    """Sends a Stream until it ends, the reader goes, or its time is over."""

    _should_set_content_length = False

    def __init__(self, live: LiveStreams, stream: Stream) -> None:
        # The proxy header is nginx's: it would hold small chunks back.
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(headers=headers, media_type="text/event-stream")
        self._live = live
        self._stream = stream

    async def send_body(self, send: Send, receive: Receive) -> None:
        end = asyncio.get_running_loop().call_later(LONGEST * random.uniform(0.8, 1), self._stream.end)  # noqa: S311 - spreads
        leaving = asyncio.create_task(_left(receive, self._stream))
        try:
            while (chunk := await self._stream.next()) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            end.cancel()
            leaving.cancel()
            self._live.close(self._stream)


async def _left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


@get(
    "/api/v1/events",
    signed_in=True,
    programs="read",
    by_itself=True,
    media_type="text/event-stream",
    summary="Changes, as server-sent events",
    sends=Sent("text/event-stream", 'event: changed\ndata: {"resource":"invoice","id":1001}\n\n'),
    errors=(AccountClosed, ClientNotFound),
    request_headers=(request_header("Last-Event-ID", description="The `id` of the last event that was heard."),),
)
async def events(request: Request[Any, Any, Any], services: GivenServices) -> ASGIResponse:
    """`event: changed`, `data: {"resource", "id"}`: what the current client should read again; null means all of it.

    Resumes after `Last-Event-ID`.
    """
    if context_of(request.scope).is_head:
        return ASGIResponse(media_type="text/event-stream", is_head_response=True)
    viewer = viewer_of(request)
    if viewer.is_closed:
        raise AccountClosed
    last_seen = request.headers.get("last-event-id", "")
    return EventStream(services.live, services.live.open(viewer, session_of(request).key, last_seen))
