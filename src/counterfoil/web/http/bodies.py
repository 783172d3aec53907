"""Request bodies: how large and how slow one may be, and what a broken one means. Nothing here reads what a body says.

A server that closes a connection with a body still coming resets it: a proxy takes that for a failure of ours, and
after one leaves us alone for ten seconds (nginx's defaults). So whatever answers, and however early: what is still
coming is taken first, within bounds, or the answer says that the connection ends with it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, cast
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.types import Empty, HTTPReceiveMessage, Message, Receive, Send

from counterfoil.web.http.http_errors import BadRequest, ContentTooLarge, UnsupportedMediaType
from counterfoil.web.http.origin_policy import SAFE_METHODS

MAX_BODY = 64 * 1024

BODY_SECONDS = 20.0
"""For a whole body."""
PATIENCE = 5.0
"""Seconds in which nothing need come."""
SLOWEST = 1024
"""Bytes a second after that."""
MOST_AWAITED = 1024
"""Bodies of a process that are still coming. With one more the oldest is given up: honest ones are there at once."""

_DRAIN_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 5.0


class RequestBody:
    """`receive`, but of at most MAX_BODY bytes. Raises ContentTooLarge and BadRequest to whoever reads."""

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes], awaited: "dict[RequestBody, None]") -> None:
        self._receive = cast("Callable[[], Awaitable[HTTPReceiveMessage]]", receive)
        self._announced = headers.get(b"content-length", b"0")
        # Whoever waits for "100 Continue" has sent nothing; the server says it at the first look at the body.
        self._must_be_asked_for = b"expect" in headers
        self._awaited = awaited
        self._began = asyncio.get_running_loop().time()
        self._limit: asyncio.Timeout | None = None
        self._taken = 0
        self._ended = self._is_broken = False

    def __enter__(self) -> Self:
        if len(self._awaited) >= MOST_AWAITED:
            next(iter(self._awaited)).give_up()
        self._awaited[self] = None
        return self

    def __exit__(self, *_: object) -> None:
        self._awaited.pop(self, None)

    def give_up(self) -> None:
        self._awaited.pop(self, None)
        self._is_broken = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(0)

    def check_length(self) -> None:
        """Raises ContentTooLarge when the request says so itself."""
        if not self._announced.isdigit() or int(self._announced[:20]) > MAX_BODY:
            raise ContentTooLarge

    async def __call__(self) -> HTTPReceiveMessage:
        if self._ended:
            return await self._receive()
        seconds = min(BODY_SECONDS, PATIENCE + self._taken / SLOWEST)
        message = None if self._is_broken else await self._next(self._began + seconds)
        if message is None:
            # To a caller who is really gone the answer does no harm.
            raise BadRequest
        if self._taken > MAX_BODY:
            raise ContentTooLarge
        return message

    async def _next(self, until: float) -> HTTPReceiveMessage | None:
        """None: it is broken, or comes too slowly."""
        try:
            async with asyncio.timeout_at(until) as self._limit:
                message = await self._receive()
        except TimeoutError:
            message = None
        finally:
            self._limit = None
        # Granian reports a bad chunk size as a caller who went away.
        if message is None or message["type"] != "http.request":
            self._is_broken = True
            return None
        self._must_be_asked_for = False
        self._taken += len(message["body"])
        if not message.get("more_body", False):
            self._ended = True
            self._awaited.pop(self, None)
        return message

    async def drain(self) -> None:
        """Takes what is still coming, within bounds."""
        until = asyncio.get_running_loop().time() + _DRAIN_SECONDS
        while not self._ended and not self._is_broken and self._taken < _DRAIN_BYTES:
            await self._next(until)

    def before_answer(self, send: Send) -> Send:
        """`send`, after what nobody has read of the body."""

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and not self._ended:
                if not self._must_be_asked_for:
                    await self.drain()
                if not self._ended:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        return send_after_body


def announces_body(headers: Mapping[bytes, bytes]) -> bool:
    """Of any method: a GET may have one too."""
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Before the handler's own arguments are taken from it: see BodyRequest.form."""
    if request.scope["method"] not in SAFE_METHODS:
        await request.form()


class BodyRequest(Request[Any, Any, Any]):
    """Litestar's, whose JSON may also be broken in the two ways that it does not take for the caller's fault."""

    async def form(self) -> FormMultiDict:
        """No form of ours sends files, and a part may claim any character set.

        Litestar's own way remembers the last thousand forms, with the passwords in them, however long they are.
        """
        if self.content_type[0].startswith("multipart/"):
            raise UnsupportedMediaType
        state, body = self._connection_state, await self.body()
        if state.form is Empty and self.content_type[0] == RequestEncodingType.URL_ENCODED:
            fields: dict[str, list[str]] = {}
            for name, value in parse_qsl(body.decode("latin-1"), keep_blank_values=True):
                fields.setdefault(name, []).append(value)
            state.form = {name: found if len(found) > 1 else found[0] for name, found in fields.items()}
        return await super().form()

    async def json(self) -> Any:
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            raise BadRequest from error
