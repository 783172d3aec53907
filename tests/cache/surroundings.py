"""What a simulated world has and how it is drawn from its seed: processes, a Redis, and a WHMCS that may fail."""

import asyncio
import random
from collections.abc import Coroutine
from functools import partial
from typing import Any

from counterfoil import errors
from counterfoil.cache import Fetched, Part
from tests.cache.history import Call, History, is_negative
from tests.cache.lives import Process
from tests.cache.modelled import ModelledRedis

BEGINNING = 1000.0
PATIENCE = 10.0
FAULTS = ("evict", "flush", "step", "restart", "hang", "cut", "kill")


class Surroundings:
    """Nobody acts in them yet."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)  # noqa: S311 -- no secret
        self.history = History(seed, lifetime=chance.choice([10.0, 30.0, 90.0]), negative=chance.choice([3.0, 8.0]))
        self.redis = ModelledRedis(chance, self.history)
        self.processes: list[Process] = []
        self.started = 0
        self.ends = BEGINNING + chance.choice([30.0, 60.0, 120.0])
        self.faults = chance.sample(FAULTS, chance.choice([0, 1, 2, 3, len(FAULTS)]))
        self.fault_pace = chance.choice([1.0, 4.0, 12.0])
        self.change_pace = chance.choice([0.3, 2.0, 8.0])
        self.read_pace = chance.choice([0.1, 0.6, 1.5])
        self.webhooks = chance.choice([("late",), ("late", "early", "doubled"), ("late", "early", "lost"), ("lost",)])
        self.writes = chance.choice([0.0, 3.0, 10.0])
        self.hand_offs = chance.choice([0.0, 0.0, 12.0])
        self.before = chance.choice([(0.0, 0.05), (0.0, 0.3, 1.0), (0.2, 3.0)])
        self.after = chance.choice([(0.0, 0.05), (0.0, 0.3, 1.0), (0.5, 3.0, 6.0)])
        self.failures = chance.choice([0.0, 0.03, 0.3])
        self.hangs = chance.choice([0.0, 0.01])
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def start(self) -> Process:
        self.started += 1
        process = Process(self.started, self.redis, self.chance.choice([0.0, 0.0, -300.0, 300.0]))
        await process.cache.start()
        return process

    def somebody(self) -> Process:
        return self.chance.choice(self.processes)

    def some_client(self) -> str:
        return self.chance.choice(["c1", "c1", "c1", "c2"])

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def pause(self, about: float) -> bool:
        """Whether the world goes on after it."""
        await asyncio.sleep(about * self.chance.choice([0.0, 0.2, 1.0, 1.0, 3.0]))
        return self.now < self.ends

    # WHMCS

    def part(self, process: Process, client: str, name: str) -> Part:
        return Part(name, self.history.lifetime, partial(self.fetch, process, client, name))

    async def fetch(self, process: Process, client: str, name: str) -> Fetched:
        call = Call(client, name, process.number, self.now)
        self.history.calls.append(call)
        try:
            await asyncio.sleep(self.chance.choice(self.before))
            if self.chance.random() < self.hangs:
                await asyncio.sleep(PATIENCE)
                call.failed = True
            call.point, version = self.now, self.history.version(client, self.now)
            await asyncio.sleep(self.chance.choice(self.after))
            call.failed = call.failed or self.chance.random() < self.failures
        except asyncio.CancelledError:
            call.is_cancelled = True
            raise
        finally:
            call.end = self.now
        if call.failed:
            raise errors.BillingUnavailable("500")
        call.version = version
        number = str(len(self.history.calls) - 1 - self.history.calls[::-1].index(call))
        return Fetched(number.encode(), self.history.negative if is_negative(version) else None)
