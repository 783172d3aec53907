"""One log line for each request, made by hand: it is written for the fastest answers too.

It names the route, not the address asked for: paths and queries may carry anything.
"""

import asyncio
import sys
import time
from collections.abc import Callable

from msgspec import Struct


class Served(Struct, frozen=True, gc=False):
    """A request that was answered. `method` and `route` are tokens, so they need no escaping."""

    method: str
    route: str
    status: int
    seconds: float
    request_id: str
    account_id: int = 0
    client_id: int = 0
    code: str = ""
    """Of an error."""


def as_json(served: Served, now: str) -> str:
    who = f',"account":{served.account_id},"client":{served.client_id or "null"}' if served.account_id else ""
    code = f',"code":"{served.code}"' if served.code else ""
    return (
        f'{{"event":"request","level":"info","timestamp":"{now}","request_id":"{served.request_id}",'
        f'"method":"{served.method}","route":"{served.route}","status":{served.status},'
        f'"duration_ms":{served.seconds * 1000:.2f}{who}{code}}}\n'
    )


def as_text(served: Served, now: str) -> str:
    who = f" account={served.account_id} client={served.client_id or '-'}" if served.account_id else ""
    code = f" code={served.code}" if served.code else ""
    return (
        f"{now} [info     ] request  {served.method} {served.route} {served.status} "
        f"{served.seconds * 1000:.2f} ms{who}{code} request_id={served.request_id}\n"
    )


WRITTEN_EVERY = 0.01
"""Seconds. A line waits no longer, and on an idle server not at all; under load a write each was a twelfth of a warm
read."""


class AccessLog:
    """Lines leave together. `flush` when the process ends."""

    def __init__(self, log_format: str, write: Callable[[str], object] = sys.stderr.write) -> None:
        self._line = as_text if log_format == "console" else as_json
        self._write = write
        self._waiting: list[str] = []
        self._write_at = 0.0
        self._stamp_of = 0
        self._stamp = ""

    def record(self, served: Served) -> None:
        if not self._waiting:
            loop = asyncio.get_running_loop()
            self._write_at = max(loop.time(), self._write_at + WRITTEN_EVERY)
            loop.call_at(self._write_at, self.flush)
        self._waiting.append(self._line(served, self._now()))

    def _now(self) -> str:
        """Made once for all requests of a millisecond."""
        now = int(time.time() * 1000)
        if now != self._stamp_of:
            self._stamp_of = now
            self._stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now // 1000))}.{now % 1000:03}Z"
        return self._stamp

    def flush(self) -> None:
        lines, self._waiting = "".join(self._waiting), []
        if lines:
            self._write(lines)
