"""What breaks during a run, drawn from shuffled decks, so that a short run too meets most kinds. In a lull Redis is
left alone.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from proofs.events import Trouble
from proofs.fleet import Portal, portal_of
from proofs.stage import Stage

Fault = Callable[[], Awaitable[None]]


class Faults:
    def __init__(self, stage: Stage) -> None:
        self._fleet, self._plan, self._recorder, _ = stage
        self._chance = stage.plan.chance("faults")
        self._coming_back: list[asyncio.Task[None]] = []

    async def slow_down(self) -> None:
        """WHMCS takes 20 to 400 ms, and looks at its data somewhere on the way."""
        for read_at in (0.0, 1.0):
            fault = {"kind": "latency", "seconds": [0.01, 0.2], "read_at": read_at}
            await self._fleet.whmcs.control("POST", "faults", fault)

    async def break_on(self, ends: float) -> None:
        loud = [self._empty_redis, self._old_redis, self._whole_redis, self._flush, self._delete_keys]
        loud += [self._delete_keys, self._pause_redis, self._pause_redis, self._pause_portal, self._kill_portal]
        soft = [self._kill_portal, self._pause_portal, self._pause_portal, self._errors, self._hang]
        decks: dict[bool, list[Fault]] = {True: [], False: []}
        while True:
            await asyncio.sleep(self._chance.uniform(*self._plan.fault_pause))
            if time.monotonic() >= ends - 1.0:
                break
            is_lull = self._plan.is_lull(self._recorder.elapsed)
            if not decks[is_lull]:
                decks[is_lull] = (
                    self._chance.sample(soft, len(soft)) if is_lull else self._chance.sample(loud, len(loud))
                )
            await decks[is_lull].pop()()
        await asyncio.gather(*self._coming_back)

    def _note(self, kind: str, whom: str, began: float, dead: tuple[float, float] | None = None) -> None:
        self._recorder.faults[kind] += 1
        trouble = Trouble(kind, whom, began, time.monotonic())
        self._recorder.troubles.append(trouble if dead is None else trouble._replace(dead=dead))

    # Portals

    def _portal(self) -> Portal:
        return self._chance.choice([portal for portal in self._fleet.portals if portal.is_up])

    async def _kill_portal(self) -> None:
        # WHMCS nearly always has calls under way, so that it is in mid-fetch as often as not.
        if any(not task.done() for task in self._coming_back):  # One at a time: somebody must be there to read from.
            return
        portal = self._portal()
        began = time.monotonic()
        portal.kill()
        self._coming_back.append(asyncio.create_task(self._bring_back(portal, began)))

    async def _bring_back(self, portal: Portal, began: float) -> None:
        await asyncio.sleep(self._chance.uniform(0.1, 1.0))
        await portal.start()
        self._note("portal killed", f"portal {portal.number}", began)

    async def kill_who_asks(self, ends: float) -> None:
        """Whoever asks for missed changes dies over it: WHMCS keeps them waiting until they do."""
        whmcs = self._fleet.whmcs
        fault = {"kind": "hang", "action": "CounterfoilChanges", "times": 1}
        while time.monotonic() < ends:
            await whmcs.control("POST", "faults", fault)
            asking = None
            while asking is None and time.monotonic() < ends:
                await asyncio.sleep(0.3)
                asking = await self._asking()
            if asking is not None and self._fleet.portals[asking].is_up:
                began = time.monotonic()
                self._fleet.portals[asking].kill()
                await self._bring_back(self._fleet.portals[asking], began)
            # The next one may do it in peace, so that something is made good at all.
            await asyncio.sleep(min(20.0, max(0.0, ends - time.monotonic())))

    async def _asking(self) -> int | None:
        """The portal whose question hangs."""
        hanging = [call for call in await self._fleet.whmcs.calls("CounterfoilChanges") if call["ended"] is None]
        return portal_of(hanging[-1]["caller"]) if hanging and "hang" in hanging[-1]["faults"] else None

    async def _pause_portal(self) -> None:
        portal = self._portal()
        began = time.monotonic()
        portal.child.pause()
        await asyncio.sleep(self._pause())
        portal.child.resume()
        self._note("portal paused", f"portal {portal.number}", began)

    def _pause(self) -> float:
        return self._chance.uniform(0.1, 1.5)

    # Redis

    async def _pause_redis(self) -> None:
        began = time.monotonic()
        self._fleet.redis.child.pause()
        await asyncio.sleep(self._pause())
        ends = time.monotonic()
        self._fleet.redis.child.resume()
        self._note("redis paused", "redis", began, (began, ends))

    async def _empty_redis(self) -> None:
        await self._kill_redis("redis killed, back empty", "nothing")

    async def _old_redis(self) -> None:
        await self._fleet.redis.remember()
        await asyncio.sleep(self._chance.uniform(0.5, 3.0))
        await self._kill_redis("redis killed, back with old data", "snapshot")

    async def _whole_redis(self) -> None:
        await self._kill_redis("redis killed, back with all data", "all")

    async def _kill_redis(self, kind: str, kept: str) -> None:
        redis, began = self._fleet.redis, time.monotonic()
        redis.child.kill()
        dead = time.monotonic()
        await asyncio.sleep(self._pause())
        dead_until = time.monotonic()
        await redis.start(kept)
        self._note(kind, "redis", began, (dead, dead_until))

    async def _delete_keys(self) -> None:
        began = time.monotonic()
        if await self._fleet.redis.forget(self._chance, 12):
            self._note("keys deleted", "redis", began)

    async def _flush(self) -> None:
        began = time.monotonic()
        await self._fleet.redis.ask("FLUSHALL")
        self._note("everything flushed", "redis", began)

    # WHMCS

    async def _errors(self) -> None:
        """500 for some calls in a row: now and then enough to make the portals leave WHMCS alone for a while."""
        await self._upstream("WHMCS answers 500", {"kind": "status", "times": self._chance.randint(1, 8)})

    async def _hang(self) -> None:
        await self._upstream("WHMCS hangs", {"kind": "hang", "times": self._chance.randint(1, 3)})

    async def _upstream(self, kind: str, fault: dict[str, object]) -> None:
        began = time.monotonic()
        rule = await self._fleet.whmcs.control("POST", "faults", fault)
        await asyncio.sleep(self._chance.uniform(0.5, 2.0))
        await self._fleet.whmcs.control("DELETE", f"faults/{rule['id']}")
        self._note(kind, "whmcs", began)
