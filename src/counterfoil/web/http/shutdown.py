"""Hears the server's signal to stop before the server acts on it: it waits for open streams, which must be told."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType


def on_stop(tell: Callable[[], None]) -> None:
    """`tell` runs in the event loop when SIGTERM or SIGINT comes. Call it in the main thread, while the loop runs.

    The loop's own handling is woken by a file descriptor, not by this handler, and so goes on as before.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _chained(signal.getsignal(number), lambda: loop.call_soon_threadsafe(tell)))


_Handler = Callable[[int, FrameType | None], object] | int | None


def _chained(before: _Handler, tell: Callable[[], object]) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        tell()
        if callable(before):
            before(number, frame)

    return handle
