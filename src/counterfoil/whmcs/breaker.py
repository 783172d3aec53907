"""Leaves WHMCS alone while it is down or refuses us, tries it with one call after a while, and lets all through again.

Who decides what counts as an outage: failures.py. What an open breaker means to a caller: client.py.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

import structlog

from counterfoil.whmcs.failures import NO_CONNECTION, Failure

_log = structlog.get_logger(__name__)

OUTAGES_TO_OPEN = 5
"""Failures in a row, of more than one question unless there is no connection at all. Fewer would turn one slow page of
WHMCS into an outage for everybody, and so would one invoice that WHMCS always breaks at."""


class Pause(NamedTuple):
    """Seconds: the first, what each further one is multiplied by, and the longest."""

    first: float
    growth: float
    longest: float


AFTER_OUTAGE = Pause(1.0, 2.0, 5.0)
"""Short, since it is also how late we notice that WHMCS is back."""
AFTER_REFUSAL = Pause(1.0, 2.0, 60.0)
"""After 403: only an operator can mend it, and WHMCS bans an address that goes on failing to sign in."""


class Permit(NamedTuple):
    """One call that was let through; what becomes of it counts only in the period in which it began."""

    period: int


class Breaker:
    """States: "closed" (calls pass), "open" (none passes), "probing" (one is under way, no other passes)."""

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float] = random.random) -> None:
        self.state = "closed"
        self._clock, self._jitter = clock, jitter
        self._period = 0
        self._outages = 0
        self._questions: set[int] = set()
        self._pauses = 0
        self._resume_at = 0.0
        self.because = ""
        """The request whose failure opened it."""

    @property
    def wait(self) -> float:
        """Seconds until a call has a chance; 0 when one has it now."""
        if self.state == "closed":
            return 0.0
        return max(self._resume_at - self._clock(), 1.0 if self.state == "probing" else 0.0)

    def admit(self) -> Permit | None:
        """Lets one call through, or none."""
        if self.wait > 0:
            return None
        if self.state == "open":
            self._enter("probing")
        return Permit(self._period)

    def succeeded(self, permit: Permit) -> None:
        """WHMCS answered, be it with a refusal of what was asked."""
        if permit.period != self._period:
            return
        self._outages = 0
        self._questions.clear()
        if self.state == "probing":
            self._pauses = 0
            self._enter("closed")
            _log.info("WHMCS answers again")

    def failed(self, permit: Permit, failure: Failure, question: int, request_id: str = "") -> None:
        """`question`: the same number for the same action with the same parameters."""
        if permit.period != self._period:
            return
        self._outages += 1
        self._questions.add(question)
        is_general = len(self._questions) > 1 or failure.reason in NO_CONNECTION
        is_outage = self._outages >= OUTAGES_TO_OPEN and is_general
        if self.state == "probing" or failure.is_refusal or is_outage:
            self._open(failure, request_id)

    def abandoned(self, permit: Permit) -> None:
        """The caller went away before WHMCS answered: nothing was learned."""
        if permit.period == self._period and self.state == "probing":
            self._enter("open")

    def _open(self, failure: Failure, request_id: str) -> None:
        self.because = request_id
        rule = AFTER_REFUSAL if failure.is_refusal else AFTER_OUTAGE
        pause = min(rule.longest, rule.first * rule.growth ** min(self._pauses, 16))
        self._pauses += 1
        # Several processes must not all probe at the same moment.
        self._resume_at = self._clock() + pause * (0.9 + 0.2 * self._jitter())
        self._enter("open")
        _log.warning(
            "WHMCS is left alone", reason=failure.reason, hint=failure.hint, seconds=pause, request_id=request_id
        )

    def _enter(self, state: str) -> None:
        self.state = state
        self._period += 1
        self._outages = 0
        self._questions.clear()
