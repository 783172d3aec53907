"""The day's API calls: what Salesforce counts for the whole org, and what this installation has spent of them."""

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from counterfoil.errors import TemporarilyUnavailable

_HOUR = 3600.0

RECORDED_EVERY = 20
"""Calls of this process until the others hear of them; at the latest after RECORDED_AFTER seconds with the next call,
and at every call once nine tenths of the share are spent."""

RECORDED_AFTER = 30.0


class CallRecord(Protocol):
    """What every process of the installation writes its calls into."""

    async def add(self, calls: int) -> int:
        """What all of them have spent in 24 hours, these calls included. Raises TemporarilyUnavailable."""


class OwnCalls:
    """The record of a process that is alone: the doctor, and whoever has no database."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._hours: Counter[int] = Counter()

    async def add(self, calls: int) -> int:
        hour = int(self._clock() // _HOUR)
        self._hours[hour] += calls
        for old in [each for each in self._hours if each <= hour - 24]:
            del self._hours[old]
        return self._hours.total()


class Quota:
    """`share`: between 0 and 1, of the org's calls in 24 hours. `used` and `allowed` are the org's, as it says;
    `made` counts this process alone, since its start.
    """

    def __init__(
        self, share: float, record: CallRecord | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._share, self._clock = share, clock
        self._record = record or OwnCalls(clock)
        self._recorded, self._pending, self._recorded_at = 0, 0, -RECORDED_AFTER
        self.used, self.allowed, self.made = 0, 0, 0

    def count(self) -> None:
        """One call is about to be made."""
        self.made += 1
        self._pending += 1

    def note(self, header: str) -> None:
        """What `Sforce-Limit-Info` says."""
        if found := re.search(r"api-usage=(\d+)/(\d+)", header):
            self.used, self.allowed = int(found[1]), int(found[2])

    async def settle(self) -> None:
        """Tells the others, when there is something to tell, and hears of theirs. A database that is away changes
        nothing: the calls are told later.
        """
        is_close = bool(self.allowed) and self.spent >= 0.9 * self._share * self.allowed
        is_old = self._clock() - self._recorded_at >= RECORDED_AFTER
        if not (is_old or self._pending >= RECORDED_EVERY or (is_close and self._pending)):
            return
        told, self._pending = self._pending, 0
        self._recorded += told
        self._recorded_at = self._clock()
        try:
            self._recorded = await self._record.add(told)
        except TemporarilyUnavailable:
            self._recorded -= told
            self._pending += told

    @property
    def spent(self) -> int:
        """Calls of this installation in the last 24 hours, as far as this process has heard."""
        return self._recorded + self._pending

    def figures(self) -> dict[str, int]:
        return {"made": self.made, "portal": self.spent, "org": self.used, "allowed": self.allowed}

    @property
    def is_share_spent(self) -> bool:
        return bool(self.allowed) and self.spent >= self._share * self.allowed
