"""The portal's own addon as an installation may have it: it numbers what hooks tell, and remembers orders' keys."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from counterfoil_sandbox.webhooks import Delivery, Event

VERSION = "0.2.0"
PROTOCOL = 1
MOST_CHANGES = 1000


@dataclass
class Recorded:
    """`delivery` is None when the message was lost on its way."""

    number: int
    event: Event
    at: float
    delivery: Delivery | None = None

    @property
    def is_delivered(self) -> bool:
        return self.delivery is not None and self.delivery.state == "delivered"


@dataclass
class Addon:
    """Like the table of a real one: its numbers mean something only within its series."""

    series: str = field(default_factory=lambda: secrets.token_hex(6))
    recorded: list[Recorded] = field(default_factory=list)
    orders: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """By idempotency key: what was ordered, and WHMCS's answer."""

    def record(self, event: Event) -> Recorded:
        self.recorded.append(Recorded(len(self.recorded) + 1, event, time.time()))
        return self.recorded[-1]

    def message_id(self, recorded: Recorded) -> str:
        return f"cf_{self.series}_{recorded.number}"
