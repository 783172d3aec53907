"""The day's API calls: what Salesforce counts for the whole org, and what this process has spent of them."""

import re
from collections import Counter
from collections.abc import Callable

_HOUR = 3600.0


class Quota:
    """`share`: between 0 and 1, of the org's calls in 24 hours. `used` and `allowed` are the org's, as it says."""

    def __init__(self, share: float, clock: Callable[[], float]) -> None:
        self._share, self._clock = share, clock
        self._hours: Counter[int] = Counter()
        self.used, self.allowed = 0, 0

    def count(self) -> None:
        """One call is about to be made."""
        hour = int(self._clock() // _HOUR)
        self._hours[hour] += 1
        for old in [each for each in self._hours if each <= hour - 24]:
            del self._hours[old]

    def note(self, header: str) -> None:
        """What `Sforce-Limit-Info` says."""
        if found := re.search(r"api-usage=(\d+)/(\d+)", header):
            self.used, self.allowed = int(found[1]), int(found[2])

    @property
    def own(self) -> int:
        """Calls of this process in the last 24 hours."""
        newest = int(self._clock() // _HOUR)
        return sum(number for hour, number in self._hours.items() if hour > newest - 24)

    @property
    def is_share_spent(self) -> bool:
        return bool(self.allowed) and self.own >= self._share * self.allowed
