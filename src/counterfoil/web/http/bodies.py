"""Request bodies: how large one may be, and what a broken one means. Nothing here reads what a body says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.types import HTTPReceiveMessage, HTTPScope, Message, Receive, Send

from counterfoil.web.http.http_errors import BadRequest, ContentTooLarge, UnsupportedMediaType
from counterfoil.web.http.request_context import context_of

MAX_BODY = 64 * 1024

_DRAIN_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 5.0


class LimitedBody:
    """`receive`, but of at most MAX_BODY bytes. Raises ContentTooLarge and BadRequest to whoever reads."""

    def __init__(self, receive: Receive) -> None:
        self._receive = cast("Callable[[], Awaitable[HTTPReceiveMessage]]", receive)
        self._taken = 0
        self._ended = False

    async def __call__(self) -> HTTPReceiveMessage:
        message = await self._receive()
        if self._ended:
            return message
        if message["type"] != "http.request":
            # Granian reports a bad chunk size like this. To a caller who is really gone the answer does no harm.
            raise BadRequest
        self._taken += len(message["body"])
        self._ended = not message.get("more_body", False)
        if self._taken > MAX_BODY:
            await self.drain()
            raise ContentTooLarge
        return message

    async def drain(self) -> None:
        """Takes what is still coming, within bounds.

        A caller in the middle of sending would see a reset connection instead of the answer, and one who keeps the
        connection would find it closed under the next request.
        """
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._ended and self._taken < _DRAIN_BYTES:
                    message = await self._receive()
                    if message["type"] != "http.request":
                        return
                    self._taken += len(message["body"])
                    self._ended = not message.get("more_body", False)
        except TimeoutError:
            pass

    def before_answer(self, send: Send) -> Send:
        """`send`, after what nobody has read of the body."""

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and not self._ended:
                await self.drain()
            await send(message)

        return send_after_body


async def limited(scope: HTTPScope, receive: Receive) -> LimitedBody:
    """Raises ContentTooLarge at once when the request says so itself."""
    body = LimitedBody(receive)
    headers = context_of(scope).headers
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) <= MAX_BODY:
        return body
    if b"expect" not in headers:  # whoever waits for "100 Continue" has sent nothing yet
        await body.drain()
    raise ContentTooLarge


class BodyRequest(Request[Any, Any, Any]):
    """Litestar's, whose JSON may also be broken in the two ways that it does not take for the caller's fault."""

    async def form(self) -> FormMultiDict:
        """No form of ours sends files, and a part may claim any character set."""
        if self.content_type[0].startswith("multipart/"):
            raise UnsupportedMediaType
        return await super().form()

    async def json(self) -> Any:
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            raise BadRequest from error
