"""Responses every call at once and counts connections. Not WHMCS, but its answer has the size of a usual one."""

import asyncio
import json
import sys

_INVOICE = {"result": "success", "invoiceid": 1, "userid": 1, "status": "Unpaid", "notes": "x" * 1500}
_BODY = json.dumps(_INVOICE).encode()
_opened = 0


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global _opened  # noqa: PLW0603 - the count is all that this program knows
    _opened += 1
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
            )
            await reader.readexactly(length)
            body = str(_opened).encode() if head.startswith(b"GET /opened") else _BODY
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    async with await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
