"""The rules about what is shown, one function for each promise of docs/freshness.md: a sweep over the history that
yields what breaks it. What goes back or is mixed: consistency.py. Calls: economy.py. Answers: answers.py.

Most rules give a value a deadline: whoever begins to read after it must not be shown the value any more.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from proofs.events import NEVER, Clears, Read, Track, Value
from proofs.history import History

SETTLE, PROBATION, TOLERANCE = 5.0, 2.0, 0.3
"""S, P and e of the promises."""

NOT_FOUND = 10.0
MADE_GOOD = 30.0
HAND_OFF = 900.0
RESTORED = 3.0
"""Within this time a process has put the windows that it opened back into a Redis that lost them."""

AFTER_OUTAGE = 1.0

ROUNDING = 0.002
"""The cache counts in milliseconds."""

STAMPS = 0.02
"""Between Unix time, in which as_of is said, and the clock of the history."""


class Violation(NamedTuple):
    rule: str
    moment: float
    text: str


Deadline = Callable[[Track, int, Value], float]


def f0_truth(history: History) -> Iterator[Violation]:
    """Every value was WHMCS's for that client at some moment from as_of to the answer."""
    for index, read in history.last_reads.items():
        shown = history.shown[index]
        for untrue in shown.untrue:
            yield Violation("F0", read.started, f"{told(read)}: never said by WHMCS: {untrue}")
        answered = history.first_answers[index]
        since = -NEVER if shown.as_of is None else shown.as_of - STAMPS
        for value in shown.values:
            track = history.tracks[value.track]
            if not any(track.versions[at].earliest <= answered and track.gone(at) >= since for at in value.candidates):
                yield Violation("F0", read.started, f"{told(read)}: {value}, not between as_of and the answer")


def f1_bounded_age(history: History) -> Iterator[Violation]:
    """Nothing was superseded more than its lifetime before it was asked for."""

    def deadline(track: Track, index: int, value: Value) -> float:
        return track.gone(index) + history.lifetimes[value.part] + ROUNDING

    return _late(history, "F1", lambda _client: deadline)


def f2_webhook(history: History) -> Iterator[Violation]:
    """What was visible when a webhook was sent is shown to whoever asks after its 2xx. Hand-offs clear too."""
    clears = history.holding("webhook", "hand-off")
    return _late(history, "F2", lambda client: _cleared_by(clears[client]))


def f2_refresh(history: History) -> Iterator[Violation]:
    """A forced refresh shows what was visible when it was asked for, to everybody from then on."""
    clears = history.holding("refresh")
    yield from _late(history, "F2 refresh", lambda client: _cleared_by(clears[client]))
    for read in history.reads:
        if read.forced and read.status == 200 and read.shown >= 0:
            for value in history.shown[read.shown].values:
                track = history.tracks[value.track]
                if max(track.gone(at) for at in value.candidates) <= read.started:
                    yield Violation("F2 refresh", read.started, f"{told(read)}: refreshed, yet {_age(track, value)}")


def _cleared_by(clears: Clears) -> Deadline:
    return lambda track, index, _value: clears.answered_after(track.gone(index))


def f3_early_webhook(history: History) -> Iterator[Violation]:
    """A change that becomes visible up to S after its webhook is shown P + e later."""
    clears = history.holding("webhook")

    def due(track: Track, index: int) -> float:
        visible = track.versions[index].latest
        early = clears[track.client].begun_between(visible - SETTLE, visible)
        return min((max(visible + PROBATION + TOLERANCE, clear.ended) for clear in early), default=NEVER)

    return _late(history, "F3", _superseded_by(history, due))


def f4_own_write(history: History) -> Iterator[Violation]:
    """After the answer to an edit every read shows it, on every process."""

    def deadline(track: Track, index: int, _value: Value) -> float:
        edits = history.edits_of.get(id(track), [])
        return min((edit.ended for edit in edits if edit.is_confirmed and edit.version > index), default=NEVER)

    return _late(history, "F4", lambda _client: deadline)


def f5_unknown_write(history: History) -> Iterator[Violation]:
    """An edit that nobody reported is shown P + e after WHMCS had it."""

    def deadline(track: Track, index: int, _value: Value) -> float:
        edits = history.edits_of.get(id(track), [])
        made = (track.versions[edit.version].latest for edit in edits if not edit.is_confirmed and edit.version > index)
        return min(made, default=NEVER) + PROBATION + TOLERANCE

    return _late(history, "F5", lambda _client: deadline)


def f6_hand_off(history: History) -> Iterator[Violation]:
    """After a hand-off every change is shown P + e later, without any webhook."""
    windows = history.holding("hand-off")
    lost = _windows_that_died(history)

    def due(track: Track, index: int) -> float:
        version = track.versions[index]
        open_ones = windows[track.client].begun_between(version.latest - HAND_OFF, version.earliest)
        is_open = any(w.ended < version.earliest and version.latest < lost.get(w.started, NEVER) for w in open_ones)
        return version.latest + PROBATION + TOLERANCE if is_open else NEVER

    return _late(history, "F6", _superseded_by(history, due))


def _windows_that_died(history: History) -> dict[float, float]:
    """A window is kept in Redis and by the process that opened it. It ends when both have lost it: a limit that
    docs/freshness.md names.
    """
    died = {}
    losses = [trouble for trouble in history.troubles if trouble.loses_keys]
    for clear in history.clears:
        if clear.kind == "hand-off":
            kills = [
                t.began for t in history.troubles if t.kind == "portal killed" and t.whom == f"portal {clear.portal}"
            ]
            killed = min((at for at in kills if at > clear.started), default=NEVER)
            lost = (max(each.began, killed) for each in losses if each.ended + RESTORED > killed)
            died[clear.started] = min(lost, default=NEVER)
    return died


def _superseded_by(history: History, due: Callable[[Track, int], float]) -> Callable[[int], Deadline]:
    """A version must be gone when the first of those after it is due."""
    known: dict[int, list[float]] = {}
    for track in history.tracks.values():
        soonest = [NEVER] * (len(track.versions) + 1)
        for at in range(len(track.versions) - 1, 0, -1):
            soonest[at] = min(soonest[at + 1], due(track, at))
        known[id(track)] = soonest
    return lambda _client: lambda track, index, _value: known[id(track)][index + 1]


def _late(history: History, rule: str, of_client: Callable[[int], Deadline]) -> Iterator[Violation]:
    for index, read in history.last_reads.items():
        shown = history.shown[index]
        deadline = of_client(shown.client)
        for value in shown.values:
            track = history.tracks[value.track]
            until = max(deadline(track, at, value) for at in value.candidates)
            if read.started > until:
                late = read.started - until
                yield Violation(rule, read.started, f"{told(read)}: {late:.3f} s too late, {_age(track, value)}")


def f12_lost_webhook(history: History) -> Iterator[Violation]:
    """Where WHMCS numbers its changes, each is shown in time, whatever became of its webhook."""

    def due(track: Track, index: int) -> float:
        return track.versions[index].latest + MADE_GOOD if history.is_numbered else NEVER

    return _late(history, "F12", _superseded_by(history, due))


def f13_not_found(history: History) -> Iterator[Violation]:
    """A "not found" is believed 10 s at most."""

    def deadline(track: Track, index: int, value: Value) -> float:
        is_brief = value.is_missing and value.part == "invoice"
        return track.gone(index) + NOT_FOUND + ROUNDING if is_brief else NEVER

    return _late(history, "F13", lambda _client: deadline)


def told(read: Read) -> str:
    return f"{read.what} of client {read.client} by portal {read.portal} for {read.session}"


def _age(track: Track, value: Value) -> str:
    at = value.candidates[-1]
    return f"{value.track} v{at} ({value.part}) was superseded at {track.gone(at):.3f}"
