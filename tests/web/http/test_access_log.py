"""The request log: every request once, at once on an idle server, together under load."""

import asyncio

import pytest

from counterfoil.web.http.access_log import WRITTEN_EVERY, AccessLog, Served

pytestmark = pytest.mark.anyio


def served(number: int) -> Served:
    return Served("GET", "/invoices", 200, 0.001, f"request-{number}")


async def test_a_line_leaves_at_once_when_nothing_else_is_to_be_written() -> None:
    """Whoever watches the log of an idle server sees the request when it is answered."""
    written: list[str] = []
    log = AccessLog("json", written.append)
    log.record(served(1))
    for _ in range(3):
        await asyncio.sleep(0)
    assert ['"request-1"' in text for text in written] == [True]


async def test_lines_of_a_burst_leave_together_and_none_is_lost() -> None:
    """One write for many requests; each of them is there once, in order."""
    written: list[str] = []
    log = AccessLog("json", written.append)
    for number in range(100):
        log.record(served(number))
        await asyncio.sleep(0)
    await asyncio.sleep(2 * WRITTEN_EVERY)
    lines = "".join(written).splitlines()
    assert [f'"request-{number}"' in line for number, line in enumerate(lines)] == [True] * 100
    assert len(written) < 50


async def test_what_waits_is_written_when_the_process_ends() -> None:
    """The last requests before a stop are logged too."""
    written: list[str] = []
    log = AccessLog("json", written.append)
    log.record(served(1))
    log.flush()
    await asyncio.sleep(2 * WRITTEN_EVERY)
    assert len("".join(written).splitlines()) == 1
