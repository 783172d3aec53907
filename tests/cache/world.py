"""Three portal processes with the real engine, a WHMCS that commits late, and everything that befalls them.

A world is drawn from its seed, and lives the same life whenever it is lived.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from counterfoil import errors
from counterfoil.cache import CacheUnavailable, Entry, Snapshot
from counterfoil.cache.packing import nonce_of
from tests.cache.history import Change, Promise, Read
from tests.cache.invariants import INTENT, PROBATION, SETTLE, SLACK
from tests.cache.lives import Died, Process
from tests.cache.surroundings import PATIENCE, Surroundings
from tests.virtual import VirtualLoop

INSTANT = 1e-6
OBJECTS = ("list", "profile")


class World(Surroundings):
    """`history` is what is left of it."""

    async def run(self) -> None:
        for _ in range(3):
            self.processes.append(await self.start())
        actors = [self.read_on(session) for session in range(6)]
        actors += [self.change_on(), self.write_on(), self.hand_off_on(), self.break_on(), self.save_on()]
        await asyncio.gather(*actors)
        while self.tasks:
            await asyncio.wait(self.tasks)
        for process in self.processes:
            self.history.deaths.setdefault(process.number, self.now)
            await process.cache.close()

    # Readers

    async def read_on(self, session: int) -> None:
        client = self.some_client()
        while await self.pause(self.read_pace):
            process = self.somebody()
            read = Read(session, client, process.number, self.now, self.now)
            ask = self.chance.choice([self.read_page, partial(self.read_objects, names=OBJECTS), self.read_objects])
            try:
                async with asyncio.timeout(self.chance.choice([0.2, 30, 30, 30, 30])):
                    await process.run(ask(process, read))
            except (Died, TimeoutError):
                continue
            except errors.BillingUnavailable:
                read.was_late = self.now >= read.begun + PATIENCE - 0.01
            read.ended = self.now
            self.history.reads.append(read)

    async def read_objects(self, process: Process, read: Read, names: tuple[str, ...] = OBJECTS[:1]) -> Snapshot:
        parts = [self.part(process, read.client, name) for name in names]
        snapshot = await process.cache.read(read.client, parts, within=PATIENCE)
        self.show(read, snapshot.nonce, names, snapshot.entries)
        return snapshot

    async def read_page(self, process: Process, read: Read) -> None:
        """What is derived from both objects is kept and shown as web/http/response_cache.py does it."""
        peek = await process.cache.peek(read.client, ["page"])
        page, names = peek.entries[0], tuple(f"page.{name}" for name in OBJECTS)
        if page is not None:
            self.show(read, peek.nonce or "", names, [page._replace(value=each) for each in page.value.split()])
            return
        snapshot = await self.read_objects(process, read, OBJECTS)
        read.shown |= {f"page.{name}": shown for name, shown in read.shown.items()}
        value = b" ".join(entry.value for entry in snapshot.entries)
        await process.cache.keep(read.client, snapshot.nonce, "page", Entry(value, snapshot.as_of, snapshot.expires_at))

    def show(self, read: Read, nonce: str, names: tuple[str, ...], entries: Any) -> None:
        read.nonce = nonce_of(nonce)
        for name, entry in zip(names, entries, strict=True):
            call = self.history.calls[int(entry.value)]
            read.shown[name] = (call, self.history.stamp(call.start) if name.startswith("page.") else entry.as_of)

    # Changes

    async def change_on(self) -> None:
        while await self.pause(self.change_pace):
            change = Change(self.some_client(), self.now + INSTANT)
            fate = self.chance.choice(self.webhooks)
            if fate == "early":
                change.visible += self.chance.choice([0.1, 1.0, SETTLE - 0.2, SETTLE])
            self.history.changes.append(change)
            if fate == "late":
                self.spawn(self.deliver(change, self.chance.choice([0.0, 0.0, 0.3, 8.0])))
            elif fate != "lost":
                for _ in range(1 + (fate == "doubled")):
                    self.spawn(self.deliver(change, self.chance.choice([0.0, 0.0, 2.0])))

    async def deliver(self, change: Change, after: float) -> None:
        await asyncio.sleep(after + 2 * INSTANT)
        for _ in range(3):
            sent, process = self.now, self.somebody()
            is_for_all = self.chance.random() < 0.05
            with contextlib.suppress(Died, CacheUnavailable):
                await process.run(
                    process.cache.clear_everything() if is_for_all else process.cache.clear(change.client)
                )
                if change.visible <= sent:
                    change.promises.append(Promise("F2", self.now))
                elif change.visible <= self.now + SETTLE:
                    change.promises.append(Promise("F3", max(self.now, change.visible + PROBATION + SLACK)))
                return
            await asyncio.sleep(1.0)

    async def write_on(self) -> None:
        """The portal's own edits: applied while it waits, or at some time nobody hears of."""
        while self.writes and await self.pause(self.writes):
            self.spawn(self.write(self.somebody(), self.some_client()))

    async def write(self, process: Process, client: str) -> None:
        begun, is_unknown = self.now, self.chance.random() < 0.4
        late, sent = self.chance.choice([0.0, 0.5, 2.0]), []

        async def edit() -> None:
            async with process.cache.writing(client) as write:
                lag = self.chance.choice([0.0, 1.0, 12.0]) if is_unknown else 0.0
                sent.append(Change(client, self.now + INSTANT + late + lag))
                self.history.changes.append(sent[0])
                await asyncio.sleep(late + 2 * INSTANT)
                if is_unknown:
                    write.unknown()

        try:
            await process.run(edit())
        except CacheUnavailable:
            assert not sent, "the edit was refused after WHMCS had been called"
            return
        except Died:
            is_unknown = True
        for change in sent:
            unknown = Promise("F5", change.visible + PROBATION + SLACK, process.number, begun)
            change.promises.append(unknown if is_unknown else Promise("F4", self.now))

    async def hand_off_on(self) -> None:
        """Away to WHMCS: what changes there in the next seconds is told by nobody."""
        while self.hand_offs and await self.pause(self.hand_offs):
            client, process, lasts = self.some_client(), self.somebody(), self.chance.choice([8.0, 20.0])
            begun = self.now
            with contextlib.suppress(Died, CacheUnavailable):
                await process.run(process.cache.clear(client, hot_for=lasts))
                self.spawn(self.change_unheard(client, process, begun, lasts))

    async def change_unheard(self, client: str, process: Process, begun: float, lasts: float) -> None:
        for _ in range(3):
            await asyncio.sleep(self.chance.uniform(0.0, lasts / 3))
            change = Change(client, self.now + INSTANT)
            if change.visible < begun + lasts:
                due = change.visible + PROBATION + SLACK
                change.promises.append(Promise("F6", due, process.number, begun))
                self.history.changes.append(change)

    # Faults

    async def save_on(self) -> None:
        while await self.pause(8.0):
            self.redis.save()

    async def break_on(self) -> None:
        while self.faults and await self.pause(self.fault_pace):
            name, seconds, redis = self.chance.choice(self.faults), self.chance.choice([0.1, 0.4, 1.5]), self.redis
            deeds: dict[str, Callable[[], Awaitable[None]]] = {
                "evict": redis.evict,
                "flush": redis.flush,
                "step": redis.step,
                "restart": partial(redis.restart, seconds),
                "hang": partial(redis.hang, seconds),
                "cut": partial(self.cut, seconds),
                "kill": self.kill,
            }
            self.history.faults[name] = self.history.faults.get(name, 0) + 1
            await deeds[name]()

    async def cut(self, seconds: float) -> None:
        """One process loses sight of a Redis that is well."""
        self.history.outage(seconds)
        self.somebody().store.cut_until = self.now + seconds
        await asyncio.sleep(seconds)

    async def kill(self) -> None:
        process = self.somebody()
        self.history.deaths[process.number] = self.now
        trust = process.cache._trust
        for client in ("c1", "c2") if trust._owes_everything else trust._owed:
            self.history.debts[client] = self.now + self.history.lifetime
        self.processes.remove(process)
        self.spawn(process.die())
        self.processes.append(await self.start())


def live(seed: int) -> World:
    async def whole_life() -> World:
        world = World(seed)
        await world.run()
        return world

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(whole_life())


assert INTENT > 12.0
