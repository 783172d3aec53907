"""Live pages: 2,000 streams that come at once, how soon all of them hear of a change, and how soon the server stops."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from time import perf_counter
from typing import NamedTuple

from benchmarks.contestants import LIST, signed_in
from benchmarks.machine import memory_of, worker_of
from benchmarks.pace import keep_pace, percentiles
from proofs.http import Caller
from tests.stack import Stack

STREAMS = 2_000
CHANGES = 5
LAGS = 150
CLIENT = 1
PATIENCE = 30.0


class Lag(NamedTuple):
    """Milliseconds from sending the webhook until an open page has read the change again."""

    p50: float
    p99: float


class Streams(NamedTuple):
    """`served`: got every event. Fan-out in milliseconds from sending the webhook; `kilobytes` each."""

    served: int
    opened_in: float
    kilobytes: float
    fan_out_p99: float
    ended: int
    stopped_in: float


class Listener:
    """One open page's stream: when each event came."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self.heard: list[float] = []
        self.ended = False
        self.opened = asyncio.Event()
        self.changed = asyncio.Event()

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = ["GET /api/v1/events HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Cookie: {self._cookie}", "", ""]
        writer.write("\r\n".join(lines).encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self.opened.set()
                elif line.startswith(b"data: "):
                    self.heard.append(perf_counter())
                    self.changed.set()
                elif line == b"0\r\n":
                    self.ended = True
        finally:
            writer.close()


def lag_of(stack: Stack) -> Lag:
    """While 500 other reads a second are answered."""
    return asyncio.run(_lag(stack))


async def _lag(stack: Stack) -> Lag:
    port, cookie = int(stack.url.rsplit(":", 1)[1]), signed_in(stack.url)
    listener = Listener(port, cookie)
    listening = asyncio.create_task(listener.listen())
    await asyncio.wait_for(listener.opened.wait(), PATIENCE)
    others = asyncio.create_task(keep_pace(port, LIST, {"cookie": signed_in(stack.url)}, LAGS * 0.05))
    page, sender, lags = Caller(port), Caller(port), []
    for _ in range(LAGS):
        listener.changed.clear()
        sent = perf_counter()
        telling = asyncio.create_task(_tell(stack, sender))
        await asyncio.wait_for(listener.changed.wait(), PATIENCE)
        assert (await page.ask("GET", LIST, {"cookie": cookie})).status == 200
        lags.append((perf_counter() - sent) * 1000)
        await telling
        await asyncio.sleep(0.02)
    await others
    listening.cancel()
    for caller in (page, sender):
        caller.close()
    return Lag(*percentiles(lags))


async def _tell(stack: Stack, sender: Caller) -> None:
    body = json.dumps({"type": "invoice.updated", "timestamp": "", "data": {"invoice_id": 1, "client_id": CLIENT}})
    id_, now = f"msg_{secrets.token_hex(8)}", str(int(time.time()))
    key = base64.b64decode(stack.webhook_secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{id_}.{now}.{body}".encode(), hashlib.sha256)).decode()
    headers = {"webhook-id": id_, "webhook-timestamp": now, "webhook-signature": f"v1,{signature}"}
    answer = await sender.ask("POST", "/webhooks/whmcs", headers, body.encode())
    assert answer.status == 204, answer


def streams_of(stack: Stack) -> Streams:
    """Ends the portal."""
    return asyncio.run(_streams(stack))


async def _streams(stack: Stack) -> Streams:
    port, cookie = int(stack.url.rsplit(":", 1)[1]), signed_in(stack.url)
    worker = worker_of(stack.portal.pid)
    before = memory_of(worker).rss
    listeners = [Listener(port, cookie) for _ in range(STREAMS)]
    began = perf_counter()
    listening = [asyncio.create_task(listener.listen()) for listener in listeners]
    opening = [asyncio.create_task(listener.opened.wait()) for listener in listeners]
    await asyncio.wait(opening, timeout=PATIENCE)
    opened_in = perf_counter() - began
    kilobytes = (memory_of(worker).rss - before) * 1024 / STREAMS
    fan_outs = [await _fan_out(stack, listeners, number + 1) for number in range(CHANGES)]
    began = perf_counter()
    stack.portal.signal(stack.portal.end)
    assert stack.portal.process is not None
    await asyncio.to_thread(stack.portal.process.wait, PATIENCE)
    stopped_in = perf_counter() - began
    await asyncio.wait(listening, timeout=PATIENCE)
    served = sum(len(listener.heard) == CHANGES for listener in listeners)
    ended = sum(listener.ended for listener in listeners)
    return Streams(served, opened_in, kilobytes, sorted(fan_outs)[CHANGES // 2], ended, stopped_in)


async def _fan_out(stack: Stack, listeners: list[Listener], number: int) -> float:
    """The 99th percentile over the streams."""
    sender = Caller(int(stack.url.rsplit(":", 1)[1]))
    for listener in listeners:
        listener.changed.clear()
    sent = perf_counter()
    await _tell(stack, sender)
    await asyncio.wait([asyncio.create_task(each.changed.wait()) for each in listeners], timeout=PATIENCE)
    sender.close()
    took = sorted(each.heard[number - 1] - sent for each in listeners if len(each.heard) >= number)
    return took[int(len(took) * 0.99)] * 1000 if took else float("inf")
