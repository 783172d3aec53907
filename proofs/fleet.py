"""The processes of a run: portals, a Redis with its files, the WHMCS sandbox. Started, killed, paused; no plan."""

import asyncio
import base64
import contextlib
import random
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from proofs.http import Answer, Caller
from tests.processes import Child, StartError, free_port
from tests.stack import COUNTERFOIL, plain_environment

READY_WITHIN = 90.0

CALLER = "portal-"
CALLERS = ",".join(f"{CALLER}{number}" for number in range(8))
"""Identifiers of WHMCS's API credentials, one for each portal."""


def portal_of(caller: str) -> int:
    """The number of the portal that called WHMCS; -1: somebody else."""
    return int(caller.removeprefix(CALLER)) if caller.startswith(CALLER) else -1


class Portal:
    """One `counterfoil serve` of its own."""

    def __init__(self, number: int, folder: Path, settings: dict[str, str]) -> None:
        self.number, self.port = number, free_port()
        self.is_up = False
        given = {**settings, "base_url": f"http://127.0.0.1:{self.port}"}
        command = [*COUNTERFOIL, "serve", "--port", str(self.port)]
        self.child = Child(command, folder / f"portal-{number}.log", env=_environment(folder, given), cwd=folder)
        self.probe = Caller(self.port)

    async def start(self) -> None:
        self.child.spawn()
        await until(self.child, self._answers)
        self.is_up = True

    async def _answers(self) -> bool:
        return (await self.probe.ask("GET", "/healthz", {})).status == 200

    def kill(self) -> None:
        self.is_up = False
        self.child.kill()


class Redis:
    """Keeps an append-only file, so that it can come back with what it had, with less, or with nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._snapshot = folder / "old.rdb"
        self._files = ["--dir", str(folder), "--bind", "127.0.0.1", "--save", "", "--port", str(self.port)]
        self.child = Child([], folder / "redis.log")

    async def start(self, kept: str = "nothing") -> None:
        """`kept`: nothing, snapshot (the last `remember`), or all (the append-only file)."""
        if kept != "all":
            shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
            (self.folder / "dump.rdb").unlink(missing_ok=True)
        if kept == "snapshot":
            shutil.copy(self._snapshot, self.folder / "dump.rdb")
        appends = "no" if kept == "snapshot" else "yes"
        self.child.command = ["redis-server", *self._files, "--appendonly", appends]
        self.child.spawn()
        await until(self.child, self._answers)
        if kept == "snapshot":
            await self.ask("CONFIG", "SET", "appendonly", "yes")

    async def remember(self) -> None:
        await self.ask("SAVE")
        shutil.copy(self.folder / "dump.rdb", self._snapshot)

    async def forget(self, chance: random.Random, most: int) -> int:
        """Deletes some keys of the portal's; how many there were to delete."""
        keys = [line for line in (await self.ask("KEYS", "cf1:*:{*")).split("\r\n") if line.startswith("cf1:")]
        chosen = chance.sample(sorted(keys), min(len(keys), chance.randint(1, most)))
        if chosen:
            await self.ask("DEL", *chosen)
        return len(chosen)

    async def ask(self, *words: str) -> str:
        """The answer's bytes as they come: enough to see keys and errors in."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            sent = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
            writer.write(b"*%d\r\n" % len(words) + sent + b"*1\r\n$4\r\nQUIT\r\n")
            async with asyncio.timeout(60):
                return (await reader.read()).decode()
        finally:
            writer.close()

    async def _answers(self) -> bool:
        try:
            return (await self.ask("PING")).startswith("+PONG")
        except OSError:
            return False


class Whmcs:
    """The sandbox and its control interface. It sends no webhooks itself: the run does."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [*COUNTERFOIL, "sandbox", "whmcs", "--port", str(self.port), "--identifier", CALLERS]
        self.child = Child(command, folder / "whmcs.log", env=plain_environment(), cwd=folder)
        self.idle: list[Caller] = []

    async def start(self) -> None:
        self.child.spawn()
        await until(self.child, self._answers)

    async def _answers(self) -> bool:
        return (await self._asked("GET", "/_sandbox/settings", b"")).status == 200

    async def control(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._asked(method, f"/_sandbox/{path}", b"" if body is None else msgspec.json.encode(body))
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
        return msgspec.json.decode(answer.body) if answer.body else None

    async def calls(self, action: str = "") -> list[dict[str, Any]]:
        """As the sandbox has recorded them; of one action, or all."""
        seen = (await self.control("GET", "calls"))["calls"]
        return [call for call in seen if call["action"] == action or not action]

    async def _asked(self, method: str, path: str, body: bytes) -> Answer:
        caller = self.idle.pop() if self.idle else Caller(self.port)
        answer = await caller.ask(method, path, {"content-type": "application/json"}, body)
        self.idle.append(caller)
        return answer


class Fleet:
    def __init__(self, folder: Path, database_url: str, settings: dict[str, str], portals: int = 4) -> None:
        (folder / "redis").mkdir()
        self.folder = folder
        self.redis = Redis(folder / "redis")
        self.whmcs = Whmcs(folder)
        self.webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self._settings = {
            "secret_key": secrets.token_urlsafe(48),
            "database_url": database_url,
            "cache_url": self.redis.url,
            "whmcs_url": f"http://127.0.0.1:{self.whmcs.port}",
            "whmcs_secret": "sandbox-secret",
            "webhook_secret": self.webhook_secret,
            "log_format": "json",
            **settings,
        }
        self.portals = [Portal(number, folder, self._settings_of(number)) for number in range(portals)]

    def _settings_of(self, portal: int) -> dict[str, str]:
        """WHMCS tells the portals apart by their credentials."""
        return {**self._settings, "whmcs_identifier": f"{CALLER}{portal}"}

    def close(self) -> None:
        """Our own ends of the connections."""
        for caller in [*(portal.probe for portal in self.portals), *self.whmcs.idle]:
            caller.close()

    def migrate(self) -> None:
        given = self._settings_of(0) | {"base_url": "http://127.0.0.1:1"}
        environment = _environment(self.folder, given)
        child = Child([*COUNTERFOIL, "migrate"], self.folder / "migrate.log", env=environment, cwd=self.folder)
        if child.run():
            raise StartError(child.output())


def _environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """What a killed portal leaves behind shall lie in the run's own folder."""
    given = {f"COUNTERFOIL_{name.upper()}": value for name, value in settings.items()}
    return plain_environment() | {"TMPDIR": str(folder)} | given


@contextlib.asynccontextmanager
async def running_fleet(fleet: Fleet) -> AsyncIterator[Fleet]:
    try:
        await asyncio.gather(fleet.redis.start(), fleet.whmcs.start(), asyncio.to_thread(fleet.migrate))
        await asyncio.gather(*(portal.start() for portal in fleet.portals))
        yield fleet
    finally:
        fleet.close()
        for child in [*(portal.child for portal in fleet.portals), fleet.whmcs.child, fleet.redis.child]:
            child.resume()
            child.kill()


async def until(child: Child, ready: Callable[[], Any]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not await ready():
        if not child.is_running or time.monotonic() > deadline:
            raise StartError(f"{child.command} is not ready:\n{child.output()[-3000:]}")
        await asyncio.sleep(0.02)
