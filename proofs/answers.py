"""The rules about answers: F9 (each is one of ours), F10, F13, F14. What they show: rules.py. Calls: economy.py."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from proofs.economy import APPROACH, Traffic
from proofs.events import COMMAND_LIMIT, NEVER, Call, Clear, Read, Trouble
from proofs.failures import Failures
from proofs.history import History
from proofs.rules import STAMPS, TOLERANCE, Violation, told

SIGNAL = 0.02
"""Until a killed or stopped process has noticed."""

NEIGHBOURS = 2.0
"""What a portal needs of the machine, its database needs about once more."""

EXPECTED = {
    "list": {200, 304, 503},
    "list page": {200, 304, 503},
    "detail": {200, 304, 404, 503},
    "detail page": {200, 304, 404, 503},
    "payment-link": {200, 404, 409, 429, 503},
}


def f9_answers(history: History) -> Iterator[Violation]:
    """Every answer is the whole one or a friendly error; none fails to come, but from a process that is dead."""
    for read in history.reads:
        if read.wrong:
            yield Violation("F9", read.started, f"{read.what} by portal {read.portal}: {read.wrong}")
        if read.status in EXPECTED[read.what] or (read.status == 429 and read.forced):
            continue
        is_dead = any(each.began <= read.ended and read.started <= each.ended for each in history.deaths(read.portal))
        if read.status or not is_dead:
            yield Violation("F9", read.started, f"{read.what} by portal {read.portal} answered {read.status}")


def f10_no_false_promise(history: History) -> Iterator[Violation]:
    """Without Redis no webhook is confirmed."""
    for clear in history.clears:
        if clear.kind == "webhook" and clear.holds and _was_without_redis(history, clear):
            yield Violation("F10", clear.started, f"portal {clear.portal} confirmed a webhook without Redis")


def f10_no_write(history: History) -> Iterator[Violation]:
    """Without Redis an edit is refused before WHMCS hears of it."""
    writes = [call for call in history.calls if call.thing.startswith("UpdateClient ")]
    for clear in {each for each in history.clears if each.kind == "edit" and _was_without_redis(history, each)}:
        if clear.holds:
            yield Violation("F10", clear.started, f"portal {clear.portal} confirmed an edit without Redis")
        for call in writes:
            if call.client == clear.client and clear.started < call.started < clear.ended:
                yield Violation("F10", call.started, f"portal {clear.portal} wrote to WHMCS without Redis")


def _was_without_redis(history: History, clear: Clear) -> bool:
    return any(each.dead[0] + SIGNAL < clear.started and clear.ended < each.dead[1] for each in history.outages)


def f10_delay(history: History) -> Iterator[Violation]:
    """A lost Redis costs what a command may wait, once for each process; then reads take as long as WHMCS takes."""
    traffic, busy = Traffic(history), _busy(history)
    for outage in history.outages:
        of_portal: dict[int, list[Read]] = defaultdict(list)
        for read in sorted(history.reads, key=lambda read: read.started):
            if outage.dead[0] < read.ended and read.started < outage.dead[1] and read.status in {200, 304, 404}:
                of_portal[read.portal].append(read)
        for portal, reads in of_portal.items():
            noticed = max(reads[0].started, outage.dead[0]) + COMMAND_LIMIT + TOLERANCE
            for read in reads:
                with_whmcs = [*busy[read.client, portal], *busy[read.client, None], *busy[None, portal]]
                extra = _unexplained(history, read, outage, with_whmcs + traffic.full[portal])
                allowed = TOLERANCE + (COMMAND_LIMIT if read.started < noticed else 0.0)
                if extra > allowed and not _is_disturbed(history, read, outage):
                    yield Violation("F10", read.started, f"{told(read)}: {extra:.2f} s more than WHMCS took")


Spans = list[tuple[float, float]]


def _busy(history: History) -> dict[tuple[int | None, int | None], Spans]:
    """When a read had something to wait for: its process's call for its client or for nobody's in particular, or a call
    for its client by another process that held the lease when Redis went (None).
    """
    found: dict[tuple[int | None, int | None], Spans] = defaultdict(list)
    for call in history.calls:
        span = call.started, min(call.ended, call.started + history.patience)
        found[call.client, call.portal].append(span)
        if call.client is not None and any(
            each.began - APPROACH < call.started < each.began for each in history.outages
        ):
            found[call.client, None].append(span)
    return found


def _unexplained(history: History, read: Read, outage: Trouble, busy: Spans) -> float:
    """Seconds of a read, while Redis was away, in which neither WHMCS nor this machine kept it waiting."""
    low, high = max(read.started, outage.dead[0]), min(read.ended, outage.dead[1])
    left, until = 0.0, low
    for began, ended in sorted(span for span in busy if span[0] < high and low < span[1]):
        left += max(0.0, began - until)
        until = max(until, ended)
    machine = max(history.stalled(low, high), NEIGHBOURS * history.computing(read.portal, low, high))
    return left + max(0.0, high - until) - machine


def _is_disturbed(history: History, read: Read, outage: Trouble) -> bool:
    """Something else kept it waiting: its own process stood still or died, or another outage came."""
    mine = f"portal {read.portal}"
    return any(
        each is not outage and each.whom in {mine, "redis"} and each.began < read.ended and read.started < each.ended
        for each in history.troubles
    )


def f13_no_kept_error(history: History) -> Iterator[Violation]:
    """Errors come from WHMCS, not from the cache: each has a failure behind it that is at most a moment old."""
    failures = Failures(history)
    for read in history.reads:
        if read.status == 503 and not failures.explain(read):
            yield Violation(
                "F13", read.started, f"{told(read)}: 503 after {read.ended - read.started:.2f} s for nothing"
            )


def f14_start_of_fetch(history: History) -> Iterator[Violation]:
    """as_of is the start of a fetch: WHMCS was called for it then."""
    traffic = Traffic(history)
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in sorted(history.calls, key=lambda call: call.started):
        if call.client is not None:
            calls[call.client].append(call)
    starts = {client: [call.started for call in of_client] for client, of_client in calls.items()}
    for index, read in history.last_reads.items():
        shown = history.shown[index]
        if shown.as_of is None:
            continue
        at = starts.get(shown.client, [])
        near = slice(bisect_left(at, shown.as_of - STAMPS), bisect_right(at, shown.as_of + 3.0))
        if not any(call.started - traffic.approach(call) - STAMPS <= shown.as_of for call in calls[shown.client][near]):
            told_near = [f"{each:.3f}" for each in at if abs(each - shown.as_of) < 3]
            text = f"{told(read)}: as_of {shown.as_of:.3f}, but nothing was fetched then; {told_near}"
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
