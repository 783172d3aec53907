"""Counts failures, so that a burst of them makes neither the trail endless nor the portal slow. No I/O."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from counterfoil.audit.entries import Action, Entry

WINDOW = timedelta(minutes=1)

MOST_KINDS = 30
"""Different failures (by person, address and cause) that one process writes apart within a minute. Whoever guesses from
a thousand addresses fills two lines for each of so many, and one for all the others."""


class FailureCounts:
    def __init__(self) -> None:
        self._since: datetime | None = None
        self._kinds: dict[bytes, Entry] = {}
        self._again: Counter[bytes] = Counter()
        self._others: Counter[Action] = Counter()

    def is_first(self, failure: Entry, now: datetime) -> bool:
        """Whether it is to be written by itself; otherwise it is counted."""
        self._since = self._since or now
        kind = msgspec.json.encode(failure)
        if kind in self._kinds:
            self._again[kind] += 1
        elif len(self._kinds) >= MOST_KINDS:
            self._others[failure.action] += 1
        else:
            self._kinds[kind] = failure
            return True
        return False

    def over(self, now: datetime) -> Sequence[Entry]:
        """What was counted, once the minute is over; a clock that was put back ends it too."""
        if self._since is None or timedelta() <= now - self._since < WINDOW:
            return []
        return self.all()

    def all(self) -> Sequence[Entry]:
        """What was counted by now. Begins anew."""
        again = [(self._kinds[kind], {"again": times}) for kind, times in self._again.items()]
        others = [(Entry(action), {"others": times}) for action, times in self._others.items()]
        self._since = None
        for counted in (self._kinds, self._again, self._others):
            counted.clear()
        return [replace(entry, details={**entry.details, **times}) for entry, times in again + others]
