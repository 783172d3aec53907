"""The rules about calls to WHMCS: F8. What is shown: rules.py. What is answered: answers.py."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from proofs.events import NEVER, Call
from proofs.history import MOST_MADE_GOOD, History
from proofs.rules import AFTER_OUTAGE, HAND_OFF, RESTORED, STAMPS, Violation

APPROACH = 0.25
"""Seconds from the lease to WHMCS where the portal has a place free: a busy machine."""

QUEUED = 1.0
"""The same where the portal's queue was full, or the call is an attempt after one that failed."""

CATCHING_UP = 20.0
"""Seconds in which missed webhooks are made good, on the busiest machine."""

INTENT = 60.0
"""For so long a process keeps a write in mind whose outcome is not known."""


class Traffic:
    """How full each process was: no call waits where a place is free."""

    def __init__(self, history: History) -> None:
        self._history = history

    def moments(self, portal: int) -> list[tuple[float, int]]:
        """After each moment so many calls of this process were under way. A call of one that was killed is nobody's."""
        steps = []
        deaths = self._history.deaths(portal)
        # Several invoices may be asked for in one call.
        mine = {(each.started, each.ended) for each in self._history.calls if each.portal == portal and not each.hung}
        for started, ended in mine:
            if not any(death.began <= started <= death.ended for death in deaths):
                killed = min((death.began for death in deaths if death.began > started), default=ended)
                steps += [(started, 1), (min(ended, killed), -1)]
        found, under_way = [], 0
        for moment, step in sorted(steps):
            under_way += step
            found.append((moment, under_way))
        return found

    @cached_property
    def full(self) -> dict[int, list[tuple[float, float]]]:
        """By process, from when to when it had no place free. A call that hangs holds one until it is given up."""
        found: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for portal in range(self._history.processes):
            hanging = [call.started for call in self._history.calls if call.portal == portal and call.hung]
            since = None
            for moment, under_way in self.moments(portal):
                held = sum(at < moment < at + self._history.patience for at in hanging)
                is_full = under_way + held >= self._history.concurrency
                if is_full and since is None:
                    since = moment
                elif not is_full and since is not None:
                    found[portal].append((since, moment))
                    since = None
        return found

    @cached_property
    def failed(self) -> dict[str, list[float]]:
        """By thing, when attempts failed."""
        found: dict[str, list[float]] = defaultdict(list)
        for call in self._history.calls:
            if call.failed:
                found[call.thing].append(call.ended)
        return found

    def approach(self, call: Call) -> float:
        """At most so long before WHMCS saw it, its lease was taken."""
        since = call.started - QUEUED
        was_full = any(low < call.started and since < high for low, high in self.full[call.portal])
        is_again = any(since < at <= call.started for at in self.failed.get(call.thing, ()))
        slow = QUEUED if was_full or is_again else APPROACH
        return slow + self._history.stalled(since, call.started) + self._slept(call, slow)

    def _slept(self, call: Call, slow: float) -> float:
        """For how long its process stood still between the lease and the call."""
        me = f"portal {call.portal}"
        naps = [each for each in self._history.troubles if each.kind == "portal paused" and each.whom == me]
        return sum(nap.ended - nap.began for nap in naps if nap.began < call.started < nap.ended + slow)


def f8_one_call(history: History) -> Iterator[Violation]:
    """No two calls for one object of one generation at once: each further one needs the end of a generation."""
    of_thing: dict[str, list[Call]] = defaultdict(list)
    for call in history.calls:
        if call.client is not None and not call.hung and not call.is_shared:
            of_thing[call.thing].append(call)
    ends, traffic = _ends_of_generations(history), Traffic(history)
    for calls in of_thing.values():
        calls.sort(key=lambda call: call.started)
        for at, call in enumerate(calls):
            older = [each for each in calls[max(0, at - 40) : at] if each.ended > call.started]
            if not older:
                continue
            # Of two calls the later may have the older lease: it waited for a place, or is a second attempt.
            since = min(each.started - traffic.approach(each) for each in (*older, call))
            allowed = _ended(ends, call, since) + _forgotten(history, since, call.started) + _live_reads(history, call)
            if len(older) > allowed:
                began = ", ".join(f"{each.started:.3f}-{each.ended:.3f} by {each.portal}" for each in older)
                text = f"{call.thing}: called by portal {call.portal} while under way since {began}; allowed {allowed}"
                text += f"; looked back to {since:.3f}, the last end before: {_last_end(ends, call.client, since)}"
                yield Violation("F8", call.started, text)


def _live_reads(history: History, call: Call) -> int:
    """An edit looks at the client itself, before and after: what decides about a write is not taken from the cache."""
    if not call.thing.startswith("GetClientsDetails"):
        return 0
    edits = {each.started: each for each in history.clears if each.kind == "edit" and each.client == call.client}
    return sum(each.started < call.ended and call.started < each.ended + QUEUED for each in edits.values())


def _forgotten(history: History, since: float, until: float) -> int:
    """How many further calls there may be because Redis lost the lease, or was passed by."""
    allowed = 0
    for each in history.troubles:
        if each.is_outage and each.began < until and since < each.ended + AFTER_OUTAGE:
            # Each process asks for itself, one call at a time, and begins a new generation when it has Redis again.
            allowed += 2 * history.processes
        elif each.is_long_sleep and each.began < until and since < each.ended + AFTER_OUTAGE:
            allowed += 2  # The same, for one.
        elif each.loses_keys and not each.is_outage and each.began < until and since < each.ended:
            allowed += 1
    return allowed


def _ends_of_generations(history: History) -> dict[int | None, list[tuple[float, float]]]:
    ends: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
    for clear in history.clears:
        ends[clear.client].append((clear.started, clear.ended))
    for client, at in history.afresh:
        ends[client].append((at - STAMPS, at + STAMPS))
    ends[None] += _made_good(history)
    for client, span in _windows_put_back(history):
        ends[client].append(span)
    return ends


def _made_good(history: History) -> Iterator[tuple[float, float]]:
    """A process that was told what webhooks it missed clears, one after the other, whom they were about."""
    for call in history.calls:
        if call.thing.startswith("CounterfoilChanges") and not call.failed:
            died = [death.began for death in history.deaths(call.portal) if call.ended < death.began]
            done = [at for at in history.made_good if call.ended < at < call.ended + CATCHING_UP]
            yield from ((call.ended, at) for at in done)
            if min(died, default=NEVER) < call.ended + CATCHING_UP:
                yield from [(call.ended, min(died))] * MOST_MADE_GOOD


def _windows_put_back(history: History) -> Iterator[tuple[int, tuple[float, float]]]:
    """Each process that has opened a window for a client begins a new generation when Redis no longer knows of it."""
    for loss in history.troubles:
        if not loss.loses_keys:
            continue
        keepers = set()
        for clear in history.clears:
            lasts = (
                HAND_OFF if clear.kind == "hand-off" else INTENT if clear.kind == "edit" and not clear.holds else 0.0
            )
            is_open = clear.started < loss.ended and loss.began < clear.ended + lasts
            if is_open and not any(clear.started < death.began < loss.ended for death in history.deaths(clear.portal)):
                keepers.add((clear.client, clear.portal))
        yield from ((client, (loss.began, loss.ended + RESTORED)) for client, _ in keepers if client is not None)


def _ended(ends: dict[int | None, list[tuple[float, float]]], call: Call, since: float) -> int:
    return sum(low < call.started and since < high for low, high in ends[call.client] + ends[None])


def _last_end(ends: dict[int | None, list[tuple[float, float]]], client: int | None, since: float) -> str:
    """For whoever judges an accusation: an end just before is a busy machine, none at all is a defect."""
    before = [span for span in ends[client] + ends[None] if span[1] <= since]
    return "{:.3f}-{:.3f}".format(*max(before, key=lambda span: span[1])) if before else "none"


def f8_bounded(history: History) -> Iterator[Violation]:
    """No process ever has more calls with WHMCS at once than it may."""
    traffic = Traffic(history)
    for portal in range(history.processes):
        for moment, under_way in traffic.moments(portal):
            if under_way > history.concurrency:
                mine = [each for each in history.calls if each.portal == portal and not each.hung]
                which = sorted(each for each in mine if each.started <= moment < each.ended)
                calls = ", ".join(f"{each.thing} {each.started:.3f}-{each.ended:.3f}" for each in which)
                yield Violation("F8", moment, f"{under_way} calls of portal {portal} at once: {calls}")
