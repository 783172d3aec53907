"""The rules about what is shown together: within a session nothing goes back, no body mixes what was and is."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache

from proofs.events import Read, Value, Version
from proofs.history import History
from proofs.rules import AFTER_OUTAGE, Violation, told


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
        seen_by: dict[object, Read] = {}
        for read in reads:
            is_excused = history.is_outage_within(read.started, read.ended, after=AFTER_OUTAGE)
            for value in history.shown[read.shown].values:
                key = key_of(value)
                floor = min((at for at in versions_of(value) if at >= floors.get(key, 0)), default=None)
                if floor is None and is_excused:
                    continue  # What was seen before still stands: from 1 s after the outage on, nothing is behind it.
                if floor is None:
                    before = f"version {floors[key]} at {seen_by[key].ended:.3f}, {told(seen_by[key])}"
                    yield Violation(rule, read.started, f"{told(read)}: {value} after {before}")
                elif floor > floors.get(key, -1):
                    floors[key], seen_by[key] = floor, read


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
