"""Whether the store may be believed now, and what must be made good in it before it may be again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import ParamSpec

import structlog

from counterfoil.cache import rules
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.store import Answer, Bump, Store, StoreAway
from counterfoil.cache.values import CacheCounters
from counterfoil.cache.wakefulness import Wakefulness
from counterfoil.cache.windows import Windows

P = ParamSpec("P")
_log = structlog.get_logger(__name__)


class StoreTrust:
    """Given while the store is up, its clock is believed, and nobody was shown anything newer than what lies in it."""

    def __init__(self, store: Store, clock: StoreClock, new_nonce: Callable[[], str], counters: CacheCounters) -> None:
        self.is_given = False
        self.clock = clock
        self.windows = Windows()
        self._wakefulness = Wakefulness()
        self._store = store
        self._new_nonce = new_nonce
        self._counters = counters
        self._owed: set[str] = set()
        self._owed_drops: set[tuple[str, str]] = set()
        self._owes_everything = False
        self._distrusted_until = 0.0
        self._has_been_up = False
        self._reopening: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._wakefulness.start()
        await self._store.start(self._came_up, self._went_away)
        if self._reopening is not None:
            await asyncio.wait([self._reopening])
        self._beating = asyncio.create_task(self._beat())

    async def close(self) -> None:
        tasks = [task for task in (self._reopening, self._beating) if task is not None]
        self.is_given = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._wakefulness.close()
        await self._store.close()

    async def is_withheld(self) -> bool:
        """Whether the store cannot be asked now. Whoever stood still does not know it until an attempt has failed: for
        others the store may have been back for long.
        """
        while True:
            woke_at = self._wakefulness.look()
            if self.is_given or self._store.failed_since(woke_at) or self._left_to_distrust > 0:
                return not self.is_given
            await asyncio.sleep(rules.POLL_FIRST)

    @property
    def _left_to_distrust(self) -> float:
        return self._distrusted_until - asyncio.get_running_loop().time()

    async def ask(self, operation: Callable[P, Awaitable[Answer]], *args: P.args, **kwargs: P.kwargs) -> Answer:
        """The store's answer, its clock looked at in passing."""
        sent = asyncio.get_running_loop().time()
        answer = await operation(*args, **kwargs)
        self._look_at([answer], sent)
        return answer

    async def beat(self) -> None:
        sent = asyncio.get_running_loop().time()
        self._look_at(await self._store.beat(), sent)

    async def bump_all(self) -> None:
        sent = asyncio.get_running_loop().time()
        self._look_at(await self._store.bump_all(self._new_nonce), sent)

    def _look_at(self, answers: Sequence[Answer], sent: float) -> None:
        received = asyncio.get_running_loop().time()
        for answer in answers:
            if self.clock.observe(answer.now, sent, received, answer.server):
                self._distrust()

    def owe(self, scope: str) -> None:
        """The client was shown, or may have had, something that the store does not know."""
        self._owed.add(scope)
        if len(self._owed) > rules.DEBTS_MOST:
            self._owed, self._owes_everything = set(), True

    def owe_drop(self, scope: str, session: str) -> None:
        self._owed_drops.add((scope, session))

    def _came_up(self, is_new: bool) -> None:
        self.is_given = False
        if is_new:
            self.clock.forget()
            self._counters.run_changes += self._has_been_up
        self._has_been_up = True
        self._reopen()

    def _went_away(self) -> None:
        self.is_given = False
        self._counters.outages += 1

    def _distrust(self) -> None:
        """After a step, windows and lifetimes that were begun before it end at the wrong moment, whichever way it went.
        So the store is passed by until every settle window has ended in truth, and all that was stored is cleared.
        """
        _log.warning("cache_clock_step", seconds=rules.DISTRUST)
        self._counters.clock_steps += 1
        self.is_given = False
        self._owes_everything = True
        self._distrusted_until = asyncio.get_running_loop().time() + rules.DISTRUST
        self._reopen()

    def _reopen(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        self._reopening = asyncio.create_task(self._make_good())

    async def _make_good(self) -> None:
        with contextlib.suppress(StoreAway):  # Then the next connection tries again.
            await self.beat()  # By whose clock all is judged from now on.
            await self._pay_all()
            if self._left_to_distrust > 0:
                await asyncio.sleep(self._left_to_distrust)
                self._owes_everything = True  # Once more: the first time was for processes that start meanwhile.
                await self._pay_all()
            self.is_given = self._store.is_up

    async def _pay_all(self) -> None:
        await self._hold_windows()
        while self._owed or self._owed_drops or self._owes_everything:
            await self._pay()

    async def _pay(self) -> None:
        """A debt is crossed off only when it is paid; one that comes meanwhile waits for the next turn."""
        if self._owes_everything:
            self._owes_everything = False
            try:
                await self.bump_all()
            except BaseException:
                self._owes_everything = True
                raise
        owed, drops = self._owed, self._owed_drops
        self._owed, self._owed_drops = set(), set()
        try:
            bumps = [self.ask(self._store.bump, scope, Bump(self._new_nonce())) for scope in owed]
            await asyncio.gather(*bumps, *(self.ask(self._store.drop_session, *drop) for drop in drops))
        except BaseException:
            self._owed |= owed
            self._owed_drops |= drops
            raise

    async def _hold_windows(self) -> None:
        for scope, bump in list(self.windows.left()):
            await self.ask(self._store.hold, scope, bump._replace(nonce=self._new_nonce()))

    async def _beat(self) -> None:
        """Notices what an idle connection would not: a step, another server, a record that lost its windows."""
        beats = 0
        while True:
            await asyncio.sleep(rules.BEAT)
            beats += 1
            if self._store.is_up:
                with contextlib.suppress(StoreAway):
                    await self.beat()
                    if beats % round(rules.HOLD / rules.BEAT) == 0:
                        await self._hold_windows()
