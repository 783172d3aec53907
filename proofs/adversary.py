"""WHMCS as it can be: late to commit, changing all the time, its webhooks late, lost, doubled and too early."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime
from itertools import count

from standardwebhooks.webhooks import Webhook

from proofs.changes import Changes, Told
from proofs.events import Clear
from proofs.fleet import READY_WITHIN
from proofs.http import Caller
from proofs.stage import Stage

ATTEMPTS, RETRY = 6, 0.4


class Adversary:
    def __init__(self, stage: Stage) -> None:
        self._fleet, self._plan, self._recorder, self.books = stage
        self._whmcs = stage.fleet.whmcs
        self.changes_of = Changes(stage.fleet.whmcs, stage.books, recorded=stage.plan.addon)
        self._webhook = Webhook(stage.fleet.webhook_secret)
        self._ids = count(1)
        self._numbered = 0
        self.changing = asyncio.Lock()
        self._telling: set[asyncio.Task[None]] = set()
        self.changes = 0
        self.webhooks = Counter[str]()

    async def trouble(self, client: int, ends: float) -> None:
        """Changes of one client until the end: busy and calm times in turn. In a lull no webhook of the later half of
        the clients arrives, so that their lifetimes are all that bounds.
        """
        chance = self._plan.chance(f"changes of {client}")
        goes_deaf = self.books.clients.index(client) >= len(self.books.clients) // 2
        while time.monotonic() < ends:
            is_deaf = goes_deaf and self._plan.is_lull(self._recorder.elapsed)
            (self.books.deaf.add if is_deaf else self.books.deaf.discard)(client)
            is_busy = int(self._recorder.elapsed / 6 + client) % 2
            pause = (0.4, 2.0) if is_deaf else (0.1, 0.8) if is_busy else (1.5, 4.0)
            await asyncio.sleep(min(chance.uniform(*pause), max(0.0, ends - time.monotonic())))
            quietly = is_deaf and client == self.books.clients[-1]
            await self.change(client, chance, "lost" if is_deaf else self._way(chance), quietly=quietly)

    @staticmethod
    def _way(chance: random.Random) -> str:
        return chance.choices(["on time", "early", "late", "doubled", "lost"], [45, 25, 12, 10, 8])[0]

    async def change(self, client: int, chance: random.Random, way: str, *, quietly: bool) -> None:
        act = self.changes_of.draw(chance, quietly=quietly)
        lag = 0.0 if chance.random() < 0.4 else chance.uniform(0.0, 1.5)
        async with self.changing:
            await self._whmcs.control("PATCH", "settings", {"commit_lag": lag})
            told = await act(client, chance, lag)
            messages = [] if told is None else await self._messages(told)
        if told is None:
            return
        self.changes += 1
        self.webhooks[way] += 1
        self._in_background(self._tell(messages, way, lag, chance))

    async def _messages(self, told: Told) -> list[tuple[str, Told]]:
        """By its id, what a webhook would say; the addon has its own ids, and may say several things of one change."""
        if not self._plan.addon:
            return [(f"proof_{next(self._ids)}", told)]
        changes = await self._whmcs.control("GET", f"changes?after={self._numbered}")
        self._numbered += len(changes)
        return [(each["id"], Told(each["type"], each["data"])) for each in changes]

    async def introduce_the_addon(self) -> None:
        """A message with an id of its makes the portals ask where its numbers stand."""
        changes = await self._whmcs.control("GET", "changes")
        self._numbered = len(changes)
        await self._deliver(changes[-1]["id"], Told("ping", {}), self._plan.chance("introduction"))
        deadline = time.monotonic() + READY_WITHIN
        while True:
            if await self._whmcs.calls("CounterfoilChanges"):
                return
            if time.monotonic() > deadline:
                raise RuntimeError("no portal asks for changes")
            await asyncio.sleep(0.2)

    def _in_background(self, telling: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def settled(self) -> None:
        while self._telling:
            await asyncio.wait(set(self._telling))

    # Webhooks

    async def _tell(self, messages: list[tuple[str, Told]], way: str, lag: float, chance: random.Random) -> None:
        if way == "lost":
            return
        if way != "early":
            await asyncio.sleep(lag + 0.01)
        if way == "late":
            await asyncio.sleep(chance.uniform(0.3, 4.0))
        times = 2 if way == "doubled" else 1
        await asyncio.gather(*(self._deliver(name, told, chance) for name, told in messages * times))

    async def _deliver(self, name: str, told: Told, chance: random.Random) -> None:
        """Tries again, as WHMCS's addon does, until a 2xx comes."""
        for _ in range(ATTEMPTS):
            if 200 <= await self._attempt(name, told, chance) < 300:
                return
            await asyncio.sleep(RETRY)

    async def _attempt(self, name: str, told: Told, chance: random.Random) -> int:
        portal = chance.choice(self._fleet.portals)
        now = datetime.now(UTC)
        body = json.dumps({"type": told.type, "timestamp": now.isoformat(), "data": told.data})
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(name, now, body),
        }
        caller = Caller(portal.port)
        started = time.monotonic()
        answer = await caller.ask("POST", "/webhooks/whmcs", headers, body.encode())
        caller.close()
        if told.type == "ping":
            return answer.status
        client = self._told_client(told)
        clear = Clear("webhook", client, started, time.monotonic(), answer.status, portal.number)
        self._recorder.clears.append(clear)
        if "client_id" not in told.data:
            # Where WHMCS cannot say whose it was, the portal clears everybody; nobody may count on that.
            self._recorder.clears.append(clear._replace(client=None, status=0, kind="maybe"))
        return answer.status

    def _told_client(self, told: Told) -> int | None:
        """Whom it certainly clears: its client, named or not; for everybody only when it says so."""
        if told.type == "gateway.changed":
            return None
        if "client_id" in told.data:
            return told.data["client_id"]
        return self.books.owner[told.data["invoice_id"]]

    async def gateways(self, ends: float) -> None:
        """Now and then an event that clears everybody."""
        chance = self._plan.chance("gateways")
        while time.monotonic() < ends:
            await asyncio.sleep(min(chance.uniform(15, 40), max(0.0, ends - time.monotonic())))
            await self._deliver(f"proof_{next(self._ids)}", Told("gateway.changed", {}), chance)
