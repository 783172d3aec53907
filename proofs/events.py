"""What is noted of a run, one class for each kind of event. Together they are a history: history.py."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

NEVER = math.inf

COMMAND_LIMIT = 0.5
"""Seconds for which a portal waits for Redis."""

TAKEN_FOR_LOST = "redis taken for lost"


class Version(NamedTuple):
    """Visible in WHMCS from some moment in [earliest, latest]. No facts: it is not there (yet, or any more)."""

    earliest: float
    latest: float
    facts: tuple[str, ...] | None


@dataclass
class Track:
    client: int
    versions: list[Version]

    def gone(self, index: int) -> float:
        """When the version was superseded at the latest."""
        return self.versions[index + 1].latest if index + 1 < len(self.versions) else NEVER

    def gone_at_the_earliest(self, index: int) -> float:
        return self.versions[index + 1].earliest if index + 1 < len(self.versions) else NEVER


class Value(NamedTuple):
    """`part`: which cached object it came from ("rows", "invoice", "client"), so also how long it may live."""

    track: str
    candidates: tuple[int, ...]
    part: str
    is_missing: bool = False


class Shown(NamedTuple):
    """One body. Many reads show the same one. `untrue`: what in it WHMCS never said."""

    client: int
    values: tuple[Value, ...]
    as_of: float | None = None
    untrue: tuple[str, ...] = ()


class Read(NamedTuple):
    started: float
    ended: float
    portal: int
    session: str
    client: int
    what: str
    status: int
    shown: int = -1
    forced: bool = False
    wrong: str = ""
    """What is wrong with the answer whatever it shows."""


class Clear(NamedTuple):
    """One attempt to make the portal forget: a webhook, a forced refresh, a hand-off. No client: everybody."""

    kind: str
    client: int | None
    started: float
    ended: float
    status: int
    portal: int

    @property
    def holds(self) -> bool:
        return 200 <= self.status < 300


class Edit(NamedTuple):
    """A customer's own change of the address, that WHMCS has applied: it made this version. Not confirmed: the portal
    did not answer, or said that it does not know.
    """

    client: int
    version: int
    ended: float
    is_confirmed: bool


class Trouble(NamedTuple):
    """`ended`: mended and usable again. `dead`: from when to when it certainly could not do anything."""

    kind: str
    whom: str
    began: float
    ended: float
    dead: tuple[float, float] = (NEVER, NEVER)

    @property
    def is_outage(self) -> bool:
        return self.whom == "redis" and self.dead[0] < NEVER

    @property
    def is_long_sleep(self) -> bool:
        """A process that slept longer than it would wait for Redis takes Redis for lost, and asks WHMCS by itself. So
        does one that got no answer in time from a machine that was too busy: it says so.
        """
        return self.kind == TAKEN_FOR_LOST or (self.kind == "portal paused" and self.ended - self.began > COMMAND_LIMIT)

    @property
    def loses_keys(self) -> bool:
        return self.whom == "redis" and self.kind != "redis paused"


class Call(NamedTuple):
    """One call that WHMCS saw: of which object, from when to when, and when it looked at its data."""

    thing: str
    client: int | None
    started: float
    ended: float
    read_at: float | None
    hung: bool = False
    is_shared: bool = False
    """Several clients may have asked for it: each has its own copy in the cache."""
    portal: int = -1
    failed: bool = False
    """WHMCS gave no answer, or an error of its web server."""


@dataclass
class Clears:
    """Those that held, for one client, by the moment they began: the first answer among those begun after a moment."""

    clears: list[Clear]

    def __post_init__(self) -> None:
        self.clears.sort(key=lambda clear: clear.started)
        self._starts = [clear.started for clear in self.clears]
        self._first_end = [NEVER] * (len(self.clears) + 1)
        for at in range(len(self.clears) - 1, -1, -1):
            self._first_end[at] = min(self.clears[at].ended, self._first_end[at + 1])

    def answered_after(self, moment: float) -> float:
        """When the first clear was answered that began at `moment` or later."""
        return self._first_end[bisect_left(self._starts, moment)]

    def begun_between(self, low: float, high: float) -> Sequence[Clear]:
        return self.clears[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
