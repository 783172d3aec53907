"""The same hours lived in virtual time: every visit a task, every page read through the real cache engine."""

import asyncio
import random
from collections import Counter
from functools import partial
from typing import Any

from counterfoil.billing.lifetimes import HAND_OFF_WINDOW, RETURN_WINDOW, Lifetimes
from counterfoil.cache import Cache, Entry, Fetched, Part
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.scopes import SHARED_SCOPE
from proofs.capacity.habits import PAYING, THINKING, Hour, Visit, open_invoices
from proofs.capacity.paper import CALL_SECONDS
from tests.virtual import VirtualLoop

PORTALS, MOST_BYTES = 4, 64 * 2**30
SIZES = {"client": 1500, "invoices": 6000, "payment-methods": 500, "subscriptions": 2000, "gateways": 500}
"""Bytes of a value; an invoice has 1,500, a page 3,000."""
ASKED = frozenset({"look", "born", "acquire", "renew", "fill", "keep", "bump"})


class CountingStore(MemoryStore):
    """Counts its operations by the minute."""

    def __init__(self) -> None:
        super().__init__(now=asyncio.get_running_loop().time, most_bytes=MOST_BYTES)
        self.asked: Counter[int] = Counter()
        for name in ASKED:
            setattr(self, name, partial(self._counted, getattr(self, name)))

    async def _counted(self, operation: Any, *arguments: Any) -> Any:
        self.asked[int(asyncio.get_running_loop().time() // 60)] += 1
        return await operation(*arguments)


class Lived:
    """One hour. `addon`: whether WHMCS tells all balances in one call."""

    def __init__(self, hour: Hour, lifetimes: Lifetimes, *, addon: bool, seed: int) -> None:
        self._hour, self._lifetimes, self._addon = hour, lifetimes, addon
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self.pages: Counter[int] = Counter()
        self.calls: Counter[int] = Counter()
        self.visits = 0
        self.store: CountingStore
        self._portals: list[Cache] = []

    def live(self) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        self.store = CountingStore()
        loop = asyncio.get_running_loop()
        self._portals = [Cache(self.store, clock=StoreClock(loop.time)) for _ in range(PORTALS)]
        for portal in self._portals:
            await portal.start()
        began, visits = loop.time(), sorted(self._hour.drawn(self._chance))
        self.visits = len(visits)
        async with asyncio.TaskGroup() as tasks:
            for visit in visits:
                await asyncio.sleep(max(0.0, began + visit.begins - loop.time()))
                tasks.create_task(self._visit(visit))
        for portal in self._portals:
            await portal.close()

    async def _visit(self, visit: Visit) -> None:
        scope = f"c{visit.customer}"
        await self._page(scope, "home", ["client", "payment-methods", "subscriptions"], open_invoices(visit.customer))
        await asyncio.sleep(THINKING)
        await self._page(scope, "list", ["client"], open_invoices(visit.customer))
        if visit.opens:
            await asyncio.sleep(THINKING)
            await self._page(scope, "invoice", ["client", "invoice-0"], 0)
        if visit.pays:
            await self._pay(scope)

    async def _pay(self, scope: str) -> None:
        portal = self._chance.choice(self._portals)
        await portal.clear(scope, hot_for=HAND_OFF_WINDOW)
        await portal.read(scope, [self._part("invoice-0")], within=10)
        await asyncio.sleep(PAYING)
        await portal.clear(scope, hot_for=RETURN_WINDOW)
        await self._page(scope, "invoice", ["client", "invoice-0"], 0)

    async def _page(self, scope: str, name: str, parts: list[str], open_: int) -> None:
        """As the response cache and the handlers do: a look, the parts of one generation, the page is kept."""
        self.pages[self._minute()] += 1
        portal = self._chance.choice(self._portals)
        peek = await portal.peek(scope, [f"page-{name}"], session="s")
        if peek.entries[0] is not None:
            return
        if name != "invoice":
            parts = ["invoices", *parts, *self._balances(open_)]
        if name == "home":
            await portal.read(SHARED_SCOPE, [self._part("gateways")], within=10)
        snapshot = await portal.read(scope, [self._part(each) for each in parts], within=10)
        kept = Entry(b"x" * 3000, snapshot.as_of, snapshot.expires_at)
        await portal.keep(scope, snapshot.nonce, f"page-{name}", kept)

    def _balances(self, open_: int) -> list[str]:
        return ["balances"] if self._addon and open_ else [f"invoice-{number}" for number in range(open_)]

    def _part(self, name: str) -> Part:
        lifetimes = self._lifetimes
        lasting = {
            "invoices": lifetimes.invoice_list,
            "client": lifetimes.client,
            "payment-methods": lifetimes.payment_methods,
            "subscriptions": lifetimes.records,
            "gateways": lifetimes.shared,
        }
        return Part(name, lasting.get(name, lifetimes.invoice), partial(self._call, name))

    async def _call(self, name: str) -> Fetched:
        self.calls[self._minute()] += 1
        await asyncio.sleep(CALL_SECONDS)
        return Fetched(b"x" * SIZES.get(name, 1500))

    def _minute(self) -> int:
        return int(asyncio.get_running_loop().time() // 60)
