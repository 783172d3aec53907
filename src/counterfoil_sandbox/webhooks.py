"""Signs and delivers Standard Webhooks, with retries, as the addon in a real installation does. Sends ids only."""

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import secrets
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

RETRY_AFTER = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each further attempt; shorter than the addon's, so that a demo heals while one looks."""

ATTEMPT_TIMEOUT = 10.0

# A proxy from the environment is for the outside, never for a portal on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Event(msgspec.Struct, frozen=True):
    type: str
    data: dict[str, int]


class Delivery(msgspec.Struct, kw_only=True):
    """One message and how it fared. `statuses`: the HTTP status of each attempt, 0 when there was no answer."""

    id: str
    type: str
    data: dict[str, Any]
    made_at: float
    statuses: list[int] = []
    answered_at: float | None = None
    """CLOCK_MONOTONIC of the 2xx."""
    state: str = "waiting"


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header. `secret` is "whsec_" and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class WebhookSender:
    """Delivers each message by a task of its own. `deliveries` is what happened, newest last."""

    def __init__(self, url: str, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self.url = url
        self.secret = secret
        self.deliveries: deque[Delivery] = deque(maxlen=5000)
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def send(
        self, event: Event, *, delay: float = 0.0, message_id: str = "", retry_after: tuple[float, ...] = RETRY_AFTER
    ) -> Delivery:
        """Hands over; needs a running loop only when there is an address to deliver to."""
        delivery = Delivery(
            id=message_id or "msg_" + secrets.token_urlsafe(18),
            type=event.type,
            data=dict(event.data),
            made_at=time.monotonic(),
        )
        self.deliveries.append(delivery)
        if not (self.url and self.secret):
            delivery.state = "no address"
            return delivery
        task = asyncio.get_running_loop().create_task(self._deliver(delivery, delay, retry_after))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def _deliver(self, delivery: Delivery, delay: float, retry_after: tuple[float, ...]) -> None:
        await asyncio.sleep(delay)
        made = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = json.dumps({"type": delivery.type, "timestamp": made, "data": delivery.data}).encode()
        for pause in (*retry_after, None):
            status = await asyncio.to_thread(_post, self.url, body, self._headers(delivery.id, body))
            delivery.statuses.append(status)
            if 200 <= status < 300:
                delivery.answered_at, delivery.state = time.monotonic(), "delivered"
                return
            if pause is not None:
                await asyncio.sleep(pause)
        delivery.state = "given up"

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        timestamp = int(self._clock())
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.secret, message_id, timestamp, body),
        }

    async def settled(self, within: float = 30.0) -> None:
        """Waits until nothing is under way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._tasks:
                    await asyncio.wait(set(self._tasks), return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    # The standard library's client, in a thread: the portal's own HTTP client is not for stand-ins.
    request = urllib.request.Request(url, body, dict(headers), method="POST")  # noqa: S310 # the operator's own address
    try:
        with _OPENER.open(request, timeout=ATTEMPT_TIMEOUT) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, http.client.HTTPException):
        return 0
