"""What happened in a run, on one clock: CLOCK_MONOTONIC, which all processes of a machine share. No rules here.

A track is one thing in WHMCS with all its versions. What a portal showed is kept as values: which versions of which
track it may have been. Most values are stamped with their version; an amount may fit several.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from proofs.events import NEVER, Call, Clear, Clears, Edit, Read, Shown, Track, Trouble

MOST_MADE_GOOD = 200
"""Lost webhooks that are made good one by one; for more, everything is cleared."""


@dataclass
class History:
    lifetimes: dict[str, float]
    """By part, seconds."""
    tracks: dict[str, Track] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    clears: list[Clear] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    afresh: list[tuple[int, float]] = field(default_factory=list)
    """The portal's own clears, from its log: client and moment."""
    made_good: list[float] = field(default_factory=list)
    """For each lost webhook that the portal made good, or may have before it gave up, when it had done so."""
    is_numbered: bool = False
    """Whether WHMCS's addon was there."""
    changes: int = 0
    processes: int = 4
    concurrency: int = 8
    """WHMCS_MAX_CONCURRENCY of each process."""
    patience: float = 3.0
    """WHMCS_TIMEOUT_SECONDS: of a call, and of a read that goes round and round."""
    stalls: list[tuple[float, float]] = field(default_factory=list)
    """When this machine let nobody run, and for how long: seconds by which everything may have been later."""

    @cached_property
    def edits_of(self) -> dict[int, list[Edit]]:
        """By the id() of the track that they changed."""
        found: dict[int, list[Edit]] = defaultdict(list)
        for edit in self.edits:
            found[id(self.tracks[f"address {edit.client}"])].append(edit)
        return found

    @cached_property
    def last_reads(self) -> dict[int, Read]:
        """Of each body the read that was begun last: if that one is in time, all are."""
        latest: dict[int, Read] = {}
        for read in self.reads:
            if read.shown >= 0 and (read.shown not in latest or latest[read.shown].started < read.started):
                latest[read.shown] = read
        return latest

    @cached_property
    def first_answers(self) -> dict[int, float]:
        """When each body was first seen."""
        first: dict[int, float] = {}
        for read in self.reads:
            first[read.shown] = min(first.get(read.shown, NEVER), read.ended)
        return first

    def holding(self, *kinds: str) -> dict[int, Clears]:
        """By client, the clears of these kinds that held."""
        found: dict[int, list[Clear]] = defaultdict(list)
        clients = {track.client for track in self.tracks.values()}
        for clear in self.clears:
            if clear.kind in kinds and clear.holds and not self._may_be_void(clear):
                for client in clients if clear.client is None else [clear.client]:
                    found[client].append(clear)
        return defaultdict(lambda: Clears([]), {client: Clears(found[client]) for client in clients})

    def _may_be_void(self, clear: Clear) -> bool:
        # A refresh while Redis is away clears nothing: every read is fresh as it is.
        return clear.kind == "refresh" and self.is_outage_within(clear.started, clear.ended, after=1.0)

    @cached_property
    def outages(self) -> list[Trouble]:
        return [trouble for trouble in self.troubles if trouble.is_outage]

    def is_outage_within(self, low: float, high: float, *, after: float = 0.0) -> bool:
        return any(each.began < high and low < each.ended + after for each in self.outages)

    busy: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    """By portal, moments and for how many seconds until then its threads had run or waited for a CPU."""

    def computing(self, portal: int, low: float, high: float) -> float:
        """For how long at most a portal had a CPU or waited for one."""
        looks = self.busy.get(portal, [])
        first = max(bisect_left(looks, (low,)) - 1, 0)
        after = looks[first : bisect_left(looks, (high,)) + 1]
        return after[-1][1] - after[0][1] if after else 0.0

    def stalled(self, low: float, high: float) -> float:
        return sum(seconds for at, seconds in self.stalls if low - seconds < at < high + seconds)

    def is_past_the_store(self, read: Read, *, after: float) -> bool:
        """Whether Redis may have been away for the portal that answered: in truth, or because the portal slept."""
        if self.is_outage_within(read.started, read.ended, after=after):
            return True
        slept = [each for each in self.troubles if each.whom == f"portal {read.portal}" and each.is_long_sleep]
        return any(each.began < read.ended and read.started < each.ended + after for each in slept)

    def deaths(self, portal: int) -> list[Trouble]:
        """Its deaths, each until the next process answered."""
        return [each for each in self.troubles if each.kind == "portal killed" and each.whom == f"portal {portal}"]
