"""How often something may be done: one table. limit_storage.py counts, in Redis where the cache is.

Warm reads have no limit: they cost less than counting them would.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

import structlog

from counterfoil.errors import RateLimited, SignInFailed
from counterfoil.networks import holders
from counterfoil.web.http.limit_storage import (
    Limit,
    LimitStorage,
    MemoryLimitStorage,
    RedisLimitStorage,
    StorageAway,
    Window,
)

_log = structlog.get_logger(__name__)

TABLE = {
    # Guessing passwords: failures only, so that an office behind one address can sign in as often as it likes.
    "sign_in_user": Limit(10, minutes=15),
    "sign_in_address": Limit(50, minutes=15),
    # Coming back from the identity provider: once for each time of setting out.
    "sign_in_return": Limit(1, minutes=15),
    # What each costs calls to WHMCS, however warm the cache is.
    "refresh": Limit(30),
    "sso_link": Limit(30),
    "return": Limit(30),
    "profile": Limit(60),
    "order": Limit(60),
    "token": Limit(30),
    "csv": Limit(30),
    "elsewhere": Limit(30),
    # By address. A storm of genuine webhooks is never limited: each must take effect. High enough that WHMCS with a
    # wrong secret is told so, even in a busy minute, and not that it sends too much.
    "bad_webhook": Limit(600),
}
"""What is counted -> how often a user (or an address, where the name says so) may do it."""


class Limits:
    def __init__(self, shared: RedisLimitStorage | None = None) -> None:
        """`shared` with the other processes; None: there are none."""
        self._shared = shared
        self._alone = MemoryLimitStorage()
        self._trying: Counter[_Counted] = Counter()

    async def start(self) -> None:
        if self._shared is not None:
            await self._shared.start()

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()

    async def hit(self, name: str, key: str) -> None:
        """Counts one. Raises RateLimited, and counts nothing, when that would be one too many."""
        counted = _counted(name, key)
        if len(counted) > 1:
            for each, window in zip(counted, await self._look(counted), strict=True):
                if not window.left:
                    raise _limited(each.name, window)
        for each in counted:
            window = await self._count(each)
            if not window.left:
                raise _limited(each.name, window)

    @asynccontextmanager
    async def failures(self, *counted: tuple[str, str]) -> AsyncIterator[None]:
        """Around an attempt to sign in: counts it when it fails, and those in flight as if they would.

        Otherwise a hundred guesses sent at once would all be let through before the first has failed.
        """
        trying = [each for name, key in counted for each in _counted(name, key)]
        for each, window in zip(trying, await self._look(trying), strict=True):
            if window.left <= self._trying[each]:
                raise _limited(each.name, window)
        # Nothing is awaited since the first look at _trying: others who looked with us must see us here.
        self._trying.update(trying)
        try:
            yield
        except SignInFailed:
            for each in trying:
                await self._count(each)
            raise
        finally:
            self._trying.subtract(trying)
            self._trying += Counter()  # drops what is zero

    async def unlock(self, who: str) -> bool:
        """Lifts a lock-out after failed sign-ins; whether anything was counted. `who`: as emails.counted_as has it."""
        key, counted = f"sign_in_user/{who}", False
        if self._shared is not None:
            with suppress(StorageAway):
                counted = await self._shared.forget(key)
        return await self._alone.forget(key) or counted

    async def locked_for(self, who: str) -> int:
        """Seconds until somebody may try to sign in again; 0: they may now. `who`: as for `unlock`."""
        (window,) = await self._look(_counted("sign_in_user", who))
        return 0 if window.left else int(window.wait) + 1

    async def _count(self, counted: "_Counted") -> Window:
        """The window as it was; one is counted in it if there is room."""
        return await self._ask(lambda storage: storage.count(counted.key, counted.limit))

    async def _look(self, counted: "Sequence[_Counted]") -> list[Window]:
        return await asyncio.gather(*(self._ask(partial(_looked_at, each)) for each in counted))

    async def _ask(self, question: Callable[[LimitStorage], Awaitable[Window]]) -> Window:
        """While Redis is away this process counts alone: nobody is refused for it, and guessing stays limited."""
        if self._shared is not None:
            with suppress(StorageAway):
                return await question(self._shared)
        return await question(self._alone)


class _Counted(NamedTuple):
    """One window: of a user, of an address, or of a network around it."""

    name: str
    key: str
    limit: Limit


def _counted(name: str, key: str) -> list[_Counted]:
    """Who guesses from every address of a large network is counted with the network; who shares it is not shut out as
    long as its allowance lasts.
    """
    times, minutes = TABLE[name]
    return [_Counted(name, f"{name}/{who}", Limit(times * more, minutes)) for who, more in holders(key)]


async def _looked_at(counted: _Counted, storage: LimitStorage) -> Window:
    return await storage.look(counted.key, counted.limit)


def _limited(name: str, window: Window) -> RateLimited:
    _log.info("rate limited", limit=name)
    return RateLimited(int(window.wait) + 1)
