"""What nobody counts while it happens is looked at now and then: do database and cache answer, how orders stand, when
certificates end. Nothing is decided by it.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from counterfoil.cache import Cache
from counterfoil.db.engine import Engine
from counterfoil.db.write_probe import WriteProbe
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.orders.figures import OrderFigures, order_figures
from counterfoil.web.metrics.certificates import certificate_end
from counterfoil.web.metrics.files import Turn

EVERY = 15.0
"""Seconds between two looks of each process at database and cache."""

ORDERS_EVERY = 30.0
"""Seconds between two counts of orders, by one process of the machine: it reads all of them."""

CERTIFICATES_EVERY = 6 * 3600.0

ANSWER_TIMEOUT = 5.0
"""Seconds for one answer; longer is as good as none."""


class Observer:
    """`upstreams`: how calls fare, in the words of /readyz. `addresses` whose certificates are looked at, by name."""

    def __init__(
        self,
        engine: Engine,
        database: WriteProbe,
        cache: Cache,
        upstreams: Mapping[str, Callable[[], str]],
        addresses: Mapping[str, str],
    ) -> None:
        self.orders: OrderFigures | None = None
        self.certificates: dict[str, float] = {}
        self._answers: dict[str, bool] = {}
        self._engine, self._database, self._cache = engine, database, cache
        self._upstreams, self._addresses = upstreams, addresses
        self._turn = Turn()

    def neighbours(self) -> dict[str, bool]:
        """Whether each can be worked with, as far as it was looked at."""
        return self._answers | {name: state() != "away" for name, state in self._upstreams.items()}

    async def watch(self) -> NoReturn:
        try:
            await self._watch()
        finally:
            self._turn.end()

    async def _watch(self) -> NoReturn:
        now = asyncio.get_running_loop().time
        orders_at = certificates_at = now()
        while True:
            await self.look()
            if self._turn.is_mine():
                if now() >= orders_at:
                    orders_at = now() + ORDERS_EVERY
                    await self.count_orders()
                if now() >= certificates_at:
                    certificates_at = now() + CERTIFICATES_EVERY
                    await self.look_at_certificates()
            # Workers start together, but need not look together.
            await asyncio.sleep(EVERY * random.uniform(0.8, 1.0))  # noqa: S311 - spreads, guards nothing

    async def look(self) -> None:
        for name, question in (("database", self._database.check), ("cache", self._cache.ping)):
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await question()
            except (TemporarilyUnavailable, TimeoutError):
                self._answers[name] = False
            else:
                self._answers[name] = True

    async def count_orders(self) -> None:
        try:
            self.orders = await order_figures(self._engine, datetime.now(UTC))
        except TemporarilyUnavailable:
            return  # `neighbours` says it

    async def look_at_certificates(self) -> None:
        names: Sequence[str] = list(self._addresses)
        ends = await asyncio.gather(*(asyncio.to_thread(certificate_end, self._addresses[name]) for name in names))
        self.certificates = {name: end for name, end in zip(names, ends, strict=True) if end is not None}
