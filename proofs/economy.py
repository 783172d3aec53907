"""The rules about calls and answers: F8 to F10, F13, F14. What is shown: rules.py."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from proofs.history import NEVER, Call, History, Read
from proofs.rules import AFTER_OUTAGE, STAMPS, Violation, told

APPROACH = 1.0
"""From the lease to WHMCS, at most: the portal's own queue and a busy machine."""

LEASE = 4.0
SIGNAL = 0.02
"""Until a killed or stopped process has noticed."""

AFTERMATH = 12.0
"""How long a failure may be felt: the time limit of a call, a pause of the breaker, a shared failure, a distrusted
clock. An error that comes later than this after any trouble was kept where it must not be.
"""

EXPECTED = {
    "list": {200, 304, 503},
    "list page": {200, 304, 503},
    "detail": {200, 304, 404, 503},
    "detail page": {200, 304, 404, 503},
    "payment-link": {200, 404, 409, 429, 503},
}


def f8_one_call(history: History) -> Iterator[Violation]:
    """No two calls for one object of one generation at once: each further one needs a clear in between."""
    of_thing: dict[str, list[Call]] = defaultdict(list)
    for call in history.calls:
        if call.client is not None and not call.hung and not call.is_shared:
            of_thing[call.thing].append(call)
    ends = _ends_of_generations(history)
    for calls in of_thing.values():
        calls.sort(key=lambda call: call.started)
        for at, call in enumerate(calls):
            older = [each for each in calls[max(0, at - 40) : at] if each.ended > call.started]
            if not older or _may_be_forgotten(history, older[0].started, call.started):
                continue
            if _is_read_live(history, call):
                continue
            if len(older) > _ended(ends, call, min(each.started for each in older) - APPROACH):
                began = ", ".join(f"{each.started:.3f}-{each.ended:.3f}" for each in older)
                yield Violation("F8", call.started, f"{call.thing}: called again while under way since {began}")


def _is_read_live(history: History, call: Call) -> bool:
    """An edit looks at the client itself, before and after: what decides about a write is not taken from the cache."""
    is_client = call.thing.startswith("GetClientsDetails")
    edits = (each for each in history.clears if each.kind == "edit" and each.client == call.client)
    return is_client and any(each.started - APPROACH < call.ended and call.started < each.ended for each in edits)


def _may_be_forgotten(history: History, since: float, until: float) -> bool:
    """Whether the lease may have been lost (with Redis's keys, or with its owner) or passed by."""
    if history.is_trouble_within(since - APPROACH - AFTER_OUTAGE, until, "redis"):
        return True
    return any(
        (each.kind == "portal killed" and since - LEASE < each.began < until)
        or (each.is_long_sleep and each.began < until and since - APPROACH < each.ended)
        for each in history.troubles
    )


def _ends_of_generations(history: History) -> dict[int | None, list[tuple[float, float]]]:
    ends: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
    for clear in history.clears:
        ends[clear.client].append((clear.started, clear.ended))
    for client, at in history.afresh:
        ends[client].append((at - STAMPS, at + STAMPS))
    return ends


def _ended(ends: dict[int | None, list[tuple[float, float]]], call: Call, since: float) -> int:
    return sum(low < call.started and since < high for low, high in ends[call.client] + ends[None])


def f8_bounded(history: History) -> Iterator[Violation]:
    """WHMCS never has more calls at once than all processes together may make."""
    moments = sorted(
        [(call.started, 1) for call in history.calls if not call.hung]
        + [(call.ended, -1) for call in history.calls if not call.hung]
    )
    under_way = 0
    for moment, step in moments:
        under_way += step
        dead = sum(each.kind == "portal killed" and each.began <= moment <= each.ended for each in history.troubles)
        if step > 0 and under_way > (history.processes + dead) * history.concurrency:
            yield Violation("F8", moment, f"{under_way} calls at once")


def f9_answers(history: History) -> Iterator[Violation]:
    """Every answer is the whole one or a friendly error; none fails to come, but from a process that is dead."""
    for read in history.reads:
        if read.wrong:
            yield Violation("F9", read.started, f"{read.what} by portal {read.portal}: {read.wrong}")
        if read.status in EXPECTED[read.what] or (read.status == 429 and read.forced):
            continue
        is_dead = any(
            each.whom == f"portal {read.portal}"
            and each.kind == "portal killed"
            and each.began <= read.ended
            and read.started <= each.ended
            for each in history.troubles
        )
        if read.status or not is_dead:
            yield Violation("F9", read.started, f"{read.what} by portal {read.portal} answered {read.status}")


def f10_no_false_promise(history: History) -> Iterator[Violation]:
    """Without Redis no webhook is confirmed."""
    deaths = [trouble.dead for trouble in history.troubles if trouble.is_outage]
    for clear in history.clears:
        if clear.kind == "webhook" and clear.holds:
            for low, high in deaths:
                if low + SIGNAL < clear.started and clear.ended < high:
                    yield Violation("F10", clear.started, f"portal {clear.portal} confirmed a webhook without Redis")


def f13_no_kept_error(history: History) -> Iterator[Violation]:
    """Errors come from trouble, not from the cache: long after the last one there is none."""
    for read in history.reads:
        if read.status == 503 and not history.is_trouble_within(read.started - AFTERMATH, read.ended):
            yield Violation("F13", read.started, f"{read.what} by portal {read.portal}: 503 without any trouble")


def f14_start_of_fetch(history: History) -> Iterator[Violation]:
    """as_of is the start of a fetch: WHMCS was called for it then."""
    starts: dict[int, list[float]] = defaultdict(list)
    for call in history.calls:
        if call.client is not None:
            starts[call.client].append(call.started)
    for of_client in starts.values():
        of_client.sort()
    for index, read in history.last_reads.items():
        shown = history.shown[index]
        if shown.as_of is None or history.is_trouble_within(shown.as_of - AFTER_OUTAGE, shown.as_of + APPROACH):
            continue
        since = shown.as_of - STAMPS
        of_client = starts[shown.client]
        if bisect_left(of_client, since) == bisect_right(of_client, since + APPROACH + STAMPS):
            near = [f"{at:.3f}" for at in of_client if abs(at - shown.as_of) < 5]
            text = f"{told(read)}: as_of {shown.as_of:.3f}, but nothing was fetched then; {near}"
            yield Violation("F14", read.started, text)


def oldest(history: History) -> tuple[float, Read | None]:
    """How long superseded what was shown was, at worst: seconds, and the read."""
    worst: tuple[float, Read | None] = (0.0, None)
    for index, read in history.last_reads.items():
        for value in history.shown[index].values:
            gone = max(history.tracks[value.track].gone(at) for at in value.candidates)
            if gone < NEVER and read.started - gone > worst[0]:
                worst = (read.started - gone, read)
    return worst
