"""What nobody else keeps count of: sign-ins, and webhooks that took effect."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from counterfoil.distribution import Distribution

BOUNDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 43200.0)
"""Seconds. WHMCS's times are whole seconds; its addon goes on sending for half a day and longer."""


class Tally:
    """Of one process. `sign_ins` by "ok" or the code of the refusal; `last_webhook` by sender, in Unix seconds: the
    last one that was genuine and took effect, at first when this process began.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.began = clock()
        # A rate needs the 0 before the first.
        self.sign_ins: Counter[str] = Counter(ok=0, sign_in_failed=0)
        self.last_webhook = dict.fromkeys(("whmcs", "salesforce"), self.began)
        self.delays = Distribution(BOUNDS)

    def webhook_applied(self, sender: str, happened: str = "") -> None:
        """`happened`: when WHMCS recorded the change, in its words, which may be anything."""
        self.last_webhook[sender] = now = self._clock()
        try:
            at = datetime.fromisoformat(happened)
        except ValueError:
            return
        if at.tzinfo is not None:
            self.delays.add(max(0.0, now - at.timestamp()))
