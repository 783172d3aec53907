"""The one way to take a webhook, whoever sends it."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from litestar import Litestar, Request, Response, post
from litestar.types import Receive, Scope, Send
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from counterfoil.errors import CounterfoilError
from counterfoil.salesforce.webhooks import read_nudge
from counterfoil.web.http.limits import TABLE, Limits
from counterfoil.web.http.request_context import Caller, RequestContext, attach
from counterfoil.web.webhooks.verification import verified
from counterfoil.whmcs.webhooks import read_event

pytestmark = pytest.mark.anyio

Read = Callable[[str, bytes], Any]

SECRET, OTHER = b"s" * 32, b"o" * 32
FROM_WHMCS = json.dumps({"type": "ping", "timestamp": "t", "data": {}}).encode()
FROM_SALESFORCE = json.dumps({"type": "ping", "data": {"order_id": "801000000000001AAA"}}).encode()

both = pytest.mark.parametrize(
    ("read", "body"), [(read_event, FROM_WHMCS), (read_nudge, FROM_SALESFORCE)], ids=["whmcs", "salesforce"]
)


class Receiver:
    """An application of one route, which takes webhooks as ours do."""

    def __init__(self, read: Read, secrets: Sequence[bytes] = (SECRET,)) -> None:
        limits = Limits()

        @post("/", status_code=200)
        async def take(request: Request[Any, Any, Any]) -> dict[str, str]:
            message = await verified(request, limits, secrets, read)
            return {"id": message.id, "type": message.type}

        self._app = Litestar([take], exception_handlers={CounterfoilError: _refused}, logging_config=None)
        self.address = "192.0.2.1"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        attach(scope, RequestContext("request", dict(scope["headers"]), Caller(self.address, (), ())))  # type: ignore[arg-type]
        await self._app(scope, receive, send)

    async def send(self, body: bytes, secret: bytes = SECRET) -> tuple[int, dict[str, str]]:
        """As the public library signs it."""
        now = datetime.now(UTC)
        signature = Webhook(base64.b64encode(secret).decode()).sign("msg_1", now, body.decode())
        sent = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self), base_url="http://portal", timeout=60
        ) as client:
            answer = await client.post("/", content=body, headers=sent)
        return answer.status_code, answer.json()


def _refused(_request: Request[Any, Any, Any], error: CounterfoilError) -> Response[dict[str, str]]:
    return Response({"code": error.code}, status_code=error.status)


@both
async def test_a_genuine_message_is_read(read: Read, body: bytes) -> None:
    """With any of the secrets that are set, as while they rotate."""
    assert await Receiver(read, [OTHER, SECRET]).send(body) == (200, {"id": "msg_1", "type": "ping"})


@both
async def test_without_a_secret_there_is_no_such_address(read: Read, body: bytes) -> None:
    """An empty one would verify what anyone can forge."""
    assert await Receiver(read, []).send(body) == (404, {"code": "not_found"})


@both
async def test_what_is_not_genuine_is_refused_and_logged(read: Read, body: bytes) -> None:
    """The log says why, and nothing of the message."""
    with capture_logs() as lines:
        assert await Receiver(read).send(body, OTHER) == (401, {"code": "bad_signature"})
    assert lines == [{"event": "webhook refused", "log_level": "warning", "reason": "no signature matches"}]


@both
async def test_genuine_nonsense_is_a_bad_request(read: Read, body: bytes) -> None:
    """Trying again is no use."""
    with capture_logs() as lines:
        assert await Receiver(read).send(body[:-1]) == (400, {"code": "bad_request"})
    assert [line["event"] for line in lines] == ["webhook not understood"]


async def test_only_bad_messages_are_limited() -> None:
    """By the address that they come from: a storm of genuine ones all take effect, from there too."""
    receiver = Receiver(read_event)
    for _ in range(TABLE["bad_webhook"].times):
        assert (await receiver.send(FROM_WHMCS, OTHER))[0] == 401
    assert (await receiver.send(FROM_WHMCS, OTHER))[0] == 429
    assert (await receiver.send(FROM_WHMCS))[0] == 200
    receiver.address = "192.0.2.2"
    assert (await receiver.send(FROM_WHMCS, OTHER))[0] == 401
