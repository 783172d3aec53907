"""One worker's own work for warm reads, alone: the portal of this environment's settings, asked in its own process.

For `instructions.py`, which counts what it does. Usage: python -m benchmarks.hot_path HEADERS PATH; HEADERS is JSON. It
waits for a number on its standard input, asks as often, and says "hot", or "made anew" when something was too old.
"""

import asyncio
import json
import sys
from typing import Any

from counterfoil.app import create
from counterfoil.cli.event_loop import new_loop


async def main(headers: list[tuple[bytes, bytes]], path: str) -> None:
    portal = create()
    # Of what runs beside requests only this: the rest would be counted by the second, not by the request.
    await portal.services.cache.start()
    counters, misses = portal.services.cache.counters, 0
    while line := await asyncio.to_thread(sys.stdin.readline):
        for _ in range(int(line)):
            answer = _Answer()
            scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": list(headers)}
            scope |= {"http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", "1"), "state": {}}
            await portal(scope, answer.receive, answer.send)  # type: ignore[arg-type]
            assert answer.status in {200, 304}, answer.status
        print("hot" if counters.misses == misses else "made anew", flush=True)
        misses = counters.misses
    await portal.services.cache.close()


class _Answer:
    status = 0

    async def receive(self) -> Any:
        raise AssertionError("it has no body")

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]


if __name__ == "__main__":
    given = [(name.lower().encode(), value.encode()) for name, value in json.loads(sys.argv[1]).items()]
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main(given, sys.argv[2]))
