"""The store's clock as seen from here, and whether somebody has set it. Only here is the time of day asked for."""

import asyncio
import time
from collections.abc import Callable

from counterfoil.cache.rules import CLOCK_STEP


def steady_clock() -> float:
    """Unix seconds that never step: the time of day when this was loaded, carried on by the monotonic clock."""
    return _BORN + time.monotonic()


_BORN = time.time() - time.monotonic()


class StoreClock:
    """Follows the store's clock by what its answers say. Between them the event loop's clock carries it on."""

    def __init__(self, first_guess: Callable[[], float] = steady_clock) -> None:
        self._first_guess = first_guess
        self._bounds: dict[str, tuple[float, float]] = {}
        self._offset: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def now(self) -> float:
        """Unix seconds on the store's clock; before its first answer, on ours. Of several servers' the fastest."""
        if self._offset is None:
            return self._first_guess()
        if self._loop is None:
            # Kept, because asking for it asks the kernel for the process id: a twentieth of a warm read.
            self._loop = asyncio.get_running_loop()
        return self._loop.time() + self._offset

    @property
    def ahead(self) -> float:
        """Seconds by which the store's clock is ahead of this machine's time of day; 0 before its first answer."""
        return 0.0 if self._offset is None else self.now() - time.time()

    def observe(self, now: float, sent: float, received: float, server: str = "") -> bool:
        """Takes in a server's time `now` of an answer that was asked for at `sent` and here at `received`.

        True when the clock was set meanwhile. However slow the answer, the true offset lies between two bounds. What
        fits to the bounds known so far narrows them; only what cannot be true together with them is a step, so that
        delays are never taken for one. The upper bound counts: entries may end early, never late.
        """
        low, high = now - received, now - sent
        known_low, known_high = self._bounds.get(server, (low, high))
        gap = max(low - known_high, known_low - high)
        if gap <= 0:
            low, high = max(low, known_low), min(high, known_high)
        else:
            low = high = low if low > known_high else high
        self._bounds[server] = low, high
        self._offset = high if len(self._bounds) == 1 else max(upper for _, upper in self._bounds.values())
        return gap > CLOCK_STEP

    def forget(self) -> None:
        """Other servers, other clocks."""
        self._bounds.clear()
        self._offset = None
