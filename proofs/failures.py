"""Which errors had a reason: calls that failed, processes that left WHMCS alone or had no place free, Redis away."""

from collections import defaultdict
from collections.abc import Iterator

from proofs.economy import Traffic
from proofs.events import Call, Read
from proofs.history import History
from proofs.rules import AFTER_OUTAGE, TOLERANCE

SHARED = 1.0
"""Seconds for which one failure answers everybody."""

OUTAGES_TO_OPEN = 5
"""Calls in a row that must fail before a process leaves WHMCS alone."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.9, 5.5
"""Seconds until it tries again."""


class Failures:
    def __init__(self, history: History) -> None:
        self._history = history
        self._of_client: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
        of_portal: dict[int, list[Call]] = defaultdict(list)
        for call in history.calls:
            of_portal[call.portal].append(call)
            if call.failed:
                self._of_client[call.client].append((call.started, self._given_up(call)))
        self._full = [span for spans in Traffic(history).full.values() for span in spans]
        self._pauses = [pause for calls in of_portal.values() for pause in self._pauses_of(calls)]

    def _given_up(self, call: Call) -> float:
        return min(call.ended, call.started + self._history.patience) if call.hung else call.ended

    def _pauses_of(self, calls: list[Call]) -> Iterator[tuple[float, float]]:
        """From when to when this process may have left WHMCS alone: from the fifth failure in a row to the next
        success, or until it had to try again.
        """
        in_a_row, since = 0, None
        distinct = {(call.started, call.ended): call for call in calls}.values()
        for call in sorted(distinct, key=self._given_up):
            ended = self._given_up(call)
            if since is None:
                in_a_row = in_a_row + 1 if call.failed else 0
                since = ended if in_a_row >= OUTAGES_TO_OPEN else None
            elif call.started >= since + SHORTEST_PAUSE:  # What was under way when it stopped tells it nothing.
                until = since + LONGEST_PAUSE + self._history.patience
                yield since, min(ended, until)
                in_a_row, since = 0, ended if call.failed else None
        if since is not None:
            yield since, since + LONGEST_PAUSE

    def explain(self, read: Read) -> bool:
        """Whether there was a reason not older than one failure is shared, or the whole time that a read may take
        went by.
        """
        history = self._history
        since = read.started - SHARED - TOLERANCE - history.stalled(read.started, read.ended)
        spans = [*self._of_client[read.client], *self._of_client[None], *self._pauses, *self._full]
        if any(low < read.ended and since < high for low, high in spans):
            return True
        took_all = read.ended - read.started >= history.patience - TOLERANCE
        return took_all or history.is_past_the_store(read, after=AFTER_OUTAGE)
