"""Just enough of HTTP/1.1 to read hundreds of pages a second beside the servers, on two cores. Kept connections."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

LIMIT = 15.0
"""Seconds after which an answer is no answer."""


class Answer(NamedTuple):
    """`status` 0: there was none."""

    status: int
    headers: Mapping[str, str]
    body: bytes


NONE = Answer(0, {}, b"")


class Caller:
    """One connection to one server, used by one task at a time, opened again when it is lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method != "GET":
            lines.append(f"content-length: {len(body)}")
        request = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        for is_fresh in (self._writer is None, True):
            try:
                async with asyncio.timeout(LIMIT):
                    return await self._exchange(request)
            except (OSError, asyncio.IncompleteReadError, ValueError):  # TimeoutError is an OSError
                self.close()
                # A kept connection may belong to a process that is no more; a browser tries again too.
                if is_fresh:
                    break
        return NONE

    async def _exchange(self, request: bytes) -> Answer:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *rest = head[:-4].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status = int(first.split(" ", 2)[1])
        body = b"" if status in {204, 304} else await self._body(self._reader, headers)
        return Answer(status, headers, body)

    @staticmethod
    async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(headers.get("content-length", "0")))
        chunks = []
        while size := int(await reader.readline(), 16):
            chunks.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(chunks)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
