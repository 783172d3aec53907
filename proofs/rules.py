"""The rules about what is shown, one function for each promise of docs/freshness.md: a sweep over the history that
yields what breaks it. About calls: economy.py. About answers: answers.py.

Most rules give a value a deadline: whoever begins to read after it must not be shown the value any more.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from proofs.history import NEVER, Clears, History, Read, Track, Value, Version

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


def f7_monotonic(history: History) -> Iterator[Violation]:
    """Within a session no cached object goes back, except within a Redis outage and 1 s after."""
    return _going_back(history, "F7", lambda value: (value.track, value.part), lambda value: value.candidates)


def f7_across_views(history: History) -> Iterator[Violation]:
    """Nor does an invoice go back between the list and the invoice itself, in what both of them say."""

    def alike(value: Value) -> tuple[int, ...]:
        versions = history.tracks[value.track].versions
        looks = {_looks(versions[at]) for at in value.candidates}
        return tuple(at for at, version in enumerate(versions) if _looks(version) in looks)

    return _going_back(history, "F7 across views", lambda value: value.track, cache(alike))


def _looks(version: Version) -> tuple[str, ...] | None:
    """Number, status, total and due date: what a row says too."""
    return None if version.facts is None else version.facts[:4]


def _going_back(
    history: History, rule: str, key_of: Callable[[Value], object], versions_of: Callable[[Value], tuple[int, ...]]
) -> Iterator[Violation]:
    """Takes of several versions that a value may be the oldest that fits what was seen before."""
    for reads in _sessions(history).values():
        floors: dict[object, int] = {}
        for read in reads:
            is_excused = history.is_outage_within(read.started, read.ended, after=AFTER_OUTAGE)
            for value in history.shown[read.shown].values:
                key = key_of(value)
                floor = min((at for at in versions_of(value) if at >= floors.get(key, 0)), default=None)
                if floor is None and is_excused:
                    continue  # What was seen before still stands: from 1 s after the outage on, nothing is behind it.
                if floor is None:
                    yield Violation(rule, read.started, f"{told(read)}: {value} after version {floors[key]}")
                else:
                    floors[key] = floor


def _sessions(history: History) -> dict[str, list[Read]]:
    found = defaultdict(list)
    for read in sorted(history.reads, key=lambda read: read.started):
        if read.shown >= 0:
            found[read.session].append(read)
    return found


def f9_wholeness(history: History) -> Iterator[Violation]:
    """No body mixes what was gone before a clear began with what came after that clear was answered. Past the store,
    where no generation is known, and for who has lost two fetches to clears (F15), it mixes nothing that was gone
    before it was asked for.
    """
    clears = history.holding("webhook", "refresh", "hand-off")
    for index, read in history.last_reads.items():
        values = history.shown[index].values
        if len(values) < 2:
            continue
        tracks = [history.tracks[value.track] for value in values]
        gone = min(max(t.gone(at) for at in v.candidates) for t, v in zip(tracks, values, strict=True))
        come = max(min(t.versions[at].earliest for at in v.candidates) for t, v in zip(tracks, values, strict=True))
        is_mixed = gone < come and clears[history.shown[index].client].answered_after(gone) < come
        is_for_this_request = history.is_past_the_store(read, after=AFTER_OUTAGE) or _was_cleared_twice(history, read)
        if is_mixed and not (gone >= read.started and is_for_this_request):
            yield Violation("F9", read.started, f"{told(read)}: shows what was gone at {gone:.3f} beside {come:.3f}")


def _was_cleared_twice(history: History, read: Read) -> bool:
    """While it was read; by an edit too, which clears before and after."""
    mine = (each for each in history.clears if each.client in {read.client, None})
    return sum(each.started < read.ended and read.started < each.ended for each in mine) >= 2


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
