"""Four real processes on a real Redis, a WHMCS with versions, and clears that race the fetches."""

import asyncio
import json
import os
import random
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cache.fleet import ADA, Fleet
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio
SECONDS = 3.0
CHANCE = random.Random()  # noqa: S311 -- no secret
ROOT = Path(__file__).parents[2]


@pytest.fixture
def kind() -> str:
    return "redis"


@dataclass
class History:
    """Everything that happened, on one clock. A change: visible from, acknowledged at."""

    version: int = 0
    visible: list[float] = field(default_factory=lambda: [time.monotonic()])
    acknowledged: list[float] = field(default_factory=lambda: [time.monotonic()])
    calls: list[tuple[float, float, str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reads its version somewhere inside the time that the call takes."""
        name, begun = (await reader.readline()).decode().strip(), time.monotonic()
        await asyncio.sleep(CHANCE.choice([0, 0, 0.02]))
        version = self.version
        await asyncio.sleep(CHANCE.choice([0, 0.01, 0.08]))
        self.calls.append((begun, time.monotonic(), name))
        writer.write(f"{version}\n".encode())
        writer.close()

    def must_be_seen_at(self, moment: float) -> int:
        return sum(acknowledged < moment for acknowledged in self.acknowledged) - 1

    def could_be_seen_at(self, moment: float) -> int:
        return sum(visible <= moment for visible in self.visible) - 1


async def change(fleet: Fleet, history: History, ends: float, *, evicting: bool) -> None:
    """Changes follow each other faster than some calls take; keys vanish in between."""
    cache = await fleet.process()
    while time.monotonic() < ends:
        history.version += 1
        history.visible.append(time.monotonic())
        await cache.clear(ADA)
        history.acknowledged.append(time.monotonic())
        if evicting:
            fleet.forget(CHANCE.choice("gel"))
        await asyncio.sleep(CHANCE.choice([0.0, 0.03, 0.2]))


@pytest.mark.parametrize("evicting", [False, True], ids=["all kept", "keys vanish"])
async def test_racing_clears(redis_server: RedisServer, evicting: bool) -> None:
    """F2, F7, F8, F9: nobody is shown what was superseded before they asked, nobody goes back, and no object is
    fetched twice at once for the same generation.
    """
    history = History()
    listening = await asyncio.start_server(history.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("worker.py")), redis_server.url, str(port), str(SECONDS)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    async with listening, AsyncExitStack() as stack:
        workers = [
            await asyncio.create_subprocess_exec(*command, env=environ, stdout=asyncio.subprocess.PIPE)
            for _ in range(4)
        ]
        fleet = Fleet(stack, redis_server.url)
        changing = change(fleet, history, time.monotonic() + SECONDS, evicting=evicting)
        outputs, _ = await asyncio.gather(asyncio.gather(*(worker.communicate() for worker in workers)), changing)
    assert [worker.returncode for worker in workers] == [0] * 4
    reads = [json.loads(line) for output, _ in outputs for line in output.splitlines()]
    assert len(reads) > 200
    assert len(history.visible) > 10
    check_what_was_shown(history, reads)
    if not evicting:
        check_calls(history)


def check_what_was_shown(history: History, reads: list[tuple[str, float, float, dict[str, int]]]) -> None:
    latest: dict[tuple[str, str], int] = {}
    for reader, begun, ended, shown in reads:
        for name, version in shown.items():
            assert history.must_be_seen_at(begun) <= version <= history.could_be_seen_at(ended)
            assert latest.get((reader, name), 0) <= version
            latest[reader, name] = version


def check_calls(history: History) -> None:
    """A second call for an object may begin only when a clear has begun since the first one did, or the moment before
    that it took the first one to get from its lease to WHMCS.
    """
    for begun, _, name in history.calls:
        older = [since for since, ended, of in history.calls if of == name and since < begun < ended]
        if older:
            clears = sum(min(older) - 0.1 <= visible <= begun for visible in history.visible)
            assert len(older) <= clears
