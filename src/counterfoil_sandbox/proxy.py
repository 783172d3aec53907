"""Serves an ASGI application with Granian, behind a proxy that can break connections when the application says so.

An ASGI application cannot reset a connection or send fewer bytes than it promised; a real network can.
"""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

WIRE = b"x-sandbox-wire: "
"""Header by which the application orders a break: "reset" or "truncate"."""

STOP_WITHIN = 5.0
_CHUNK = 256 * 1024


class CannotListen(Exception):
    """In the system's words."""


async def serve(app: Any, host: str, port: int, listening: Callable[[], None]) -> None:
    """Until SIGINT or SIGTERM. `listening` is called when it does. Raises CannotListen."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running(app, host, port):
        listening()
        await stopped.wait()


@contextlib.asynccontextmanager
async def running(app: Any, host: str, port: int) -> AsyncIterator[int]:
    """Accepts connections inside the block; gives the port (useful with port 0)."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as directory:
        path = Path(directory) / "app.sock"
        server = Server(app, uds=path, interface=Interfaces.ASGI, log_enabled=False, websockets=False)
        serving = asyncio.create_task(server.serve())
        try:
            await _until_listening(path, serving)
            connections: set[asyncio.Task[None]] = set()
            try:
                proxy = await asyncio.start_server(_handler(path, connections), host, port, limit=_CHUNK)
            except OSError as error:
                reason = os.strerror(error.errno).lower() if error.errno else str(error)
                raise CannotListen(reason) from None
            async with proxy:
                yield proxy.sockets[0].getsockname()[1]
                for connection in set(connections):
                    connection.cancel()
        finally:
            server.stop()  # type: ignore[no-untyped-call] # Granian's own lack
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(serving, STOP_WITHIN)


async def _until_listening(path: Path, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(10):
        while not serving.done():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_unix_connection(path)
                writer.close()
                return
            await asyncio.sleep(0.01)
    serving.result()


def _handler(path: Path, connections: set[asyncio.Task[None]]) -> Any:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            connections.add(task)
            task.add_done_callback(connections.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await _relay(path, reader, writer)
        writer.close()

    return handle


async def _relay(path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes to and fro until either side ends; a break ends both."""
    app_reader, app_writer = await asyncio.open_unix_connection(path, limit=_CHUNK)
    inwards = asyncio.create_task(_copy(reader, app_writer))
    try:
        while chunk := await app_reader.read(_CHUNK):
            order = _order(chunk)
            if order == b"reset":
                _reset(writer)
                return
            if order == b"truncate":
                await _truncate(writer, chunk)
                return
            writer.write(chunk)
            await writer.drain()
    finally:
        inwards.cancel()
        app_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


def _order(chunk: bytes) -> bytes:
    """What the head at the start of `chunk` orders. Granian writes a head in one piece."""
    if not chunk.startswith(b"HTTP/1."):
        return b""
    head = chunk.partition(b"\r\n\r\n")[0]
    return head.partition(WIRE)[2].partition(b"\r\n")[0]


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN: closing with linger time 0 throws away what was not sent."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _truncate(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    """The whole head, half of what there is of the body, and a proper end of the connection."""
    head, separator, body = chunk.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(WIRE.strip())]
    writer.write(b"\r\n".join(lines) + separator + body[: len(body) // 2])
    await writer.drain()
