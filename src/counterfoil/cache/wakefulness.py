"""Whether this process stood still, paused or kept from a processor: what it knew of others before may be over."""

import asyncio

TICK = 0.1
"""Seconds between two looks at the clock."""

STANDSTILL = 0.5
"""Seconds without a look. As long as the longest pause between two attempts to reach the store, so that the next one is
due when somebody wakes."""


class Wakefulness:
    """Looks at the event loop's clock from `start` to `close`."""

    def __init__(self) -> None:
        self._looked_at = self._woke_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._looked_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._look_on())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def look(self) -> float:
        """When the last standstill ended. That is now for the first who asks after one, whoever that is."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at > STANDSTILL:
            self._woke_at = now
        self._looked_at = now
        return self._woke_at

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.look()
