"""A web server that does to the wire whatever a test tells it to, also what no server library would let happen."""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

Act = Callable[[asyncio.StreamWriter], Awaitable[bool]]
"""What is done about one request; True keeps the connection open."""

OK = {"result": "success"}


def http(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """A whole response."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(answer: object, status: int = 200) -> Act:
    """A proper JSON answer."""
    return sends(http(json.dumps(answer).encode(), status))


def sends(data: bytes, *, then_close: bool = False) -> Act:
    async def act(writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        await writer.drain()
        return not then_close

    return act


def body(data: bytes, kind: str = "application/json") -> Act:
    return sends(http(data, kind=kind))


def after(seconds: float, act: Act) -> Act:
    async def wait(writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        return await act(writer)

    return wait


def once(moment: asyncio.Event, act: Act) -> Act:
    async def wait(writer: asyncio.StreamWriter) -> bool:
        await moment.wait()
        return await act(writer)

    return wait


async def hangs(_writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(60)
    return False


async def hangs_up(_writer: asyncio.StreamWriter) -> bool:
    return False


async def resets(writer: asyncio.StreamWriter) -> bool:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


async def drips(writer: asyncio.StreamWriter) -> bool:
    """A byte now and then: every single read succeeds, the answer never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(600):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)
    return False


class Scripted:
    """Responses with `script`, one item a request, and then with `default`. `calls` are the forms that came in."""

    def __init__(self) -> None:
        self.script: deque[Act] = deque()
        self.default: Act = says(OK)
        self.calls: list[dict[str, str]] = []
        self.heads: list[str] = []
        self.connections = 0
        self.open = 0
        self.most_at_once = 0
        self._busy = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self.url = ""

    @property
    def actions(self) -> list[str]:
        return [call["action"] for call in self.calls]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        form = (await reader.readexactly(int(fields.get("content-length", "0")))).decode()
        self.heads.append(head)
        self.calls.append(dict(parse_qsl(form, keep_blank_values=True)))
        act = self.script.popleft() if self.script else self.default
        self._busy += 1
        self.most_at_once = max(self.most_at_once, self._busy)
        try:
            return await act(writer)
        finally:
            self._busy -= 1

    async def end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Waits for something that happens by itself, for at most five seconds."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    script = Scripted()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()
        await script.end()
